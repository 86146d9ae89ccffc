// SPDX-License-Identifier: MIT
#include "hub.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <boost/asio/post.hpp>

namespace stagedoor::http {

namespace {

/// Deadlines are seconds long; this is how late they may be seen.
constexpr std::chrono::milliseconds sweep_interval{500};

constexpr std::size_t kept_outputs_max = 4;
constexpr std::size_t kept_output_bytes_max = 256 * 1024;

std::size_t bucket_of(std::chrono::nanoseconds duration) {
    const double seconds = std::chrono::duration<double>{duration}.count();
    std::size_t bucket = 0;
    while (bucket < HttpStats::duration_bounds.size() &&
           seconds > HttpStats::duration_bounds[bucket]) {
        ++bucket;
    }
    return bucket;
}

} // namespace

void Counters::count_request(std::size_t method_index, int status,
                             std::chrono::nanoseconds duration) {
    ++requests[method_index][static_cast<std::size_t>(std::clamp(status, 100, 599) - 100)];
    duration_sum += duration;
    ++durations[bucket_of(duration)];
}

void Counters::count_hold(std::chrono::nanoseconds duration) {
    ++holds[bucket_of(duration)];
    hold_sum += duration;
}

HttpStats Counters::to_stats() const {
    HttpStats stats;
    stats.connections_open = connections_open;
    stats.connections_accepted_total = accepted;
    stats.connections_refused_total = refused;
    stats.bytes_received_total = bytes_received;
    stats.bytes_sent_total = bytes_sent;
    for (std::size_t method = 0; method < requests.size(); ++method) {
        for (std::size_t status = 0; status < requests[method].size(); ++status) {
            if (const std::uint64_t count = requests[method][status]; count > 0) {
                const auto name = method == 0 ? "other" : to_string(static_cast<Method>(method));
                stats.requests_total.push_back({name, static_cast<int>(status) + 100, count});
                stats.duration_count += count;
            }
        }
    }
    stats.duration_buckets = durations;
    stats.duration_sum_seconds = std::chrono::duration<double>{duration_sum}.count();
    stats.hold_buckets = holds;
    stats.hold_count = std::accumulate(holds.begin(), holds.end(), std::uint64_t{0});
    stats.hold_sum_seconds = std::chrono::duration<double>{hold_sum}.count();
    return stats;
}

Hub::Hub(Executor executor, ServerSettings server_settings, const Router& routes,
         std::shared_ptr<spdlog::logger> log)
    : settings{std::move(server_settings)},
      router{routes},
      logger{log ? std::move(log) : std::make_shared<spdlog::logger>("http")},
      sweep_timer_{executor},
      empty_{executor} {}

bool Hub::has_room_for(const Peer& peer) const {
    if (peer.by_socket) {
        return true;
    }
    if (counters.connections_open >= settings.max_connections) {
        return false;
    }
    const auto same = by_address_.find(peer.counted());
    return (same == by_address_.end() ? 0 : same->second) < settings.max_connections_per_address;
}

void Hub::opened(Connection& connection, const Peer& peer) {
    connections_.push_back(connection);
    ++counters.accepted;
    ++counters.connections_open;
    if (!peer.by_socket) {
        ++by_address_[peer.counted()];
    }
}

void Hub::closed(Connection& connection, const Peer& peer) {
    connection.unlink();
    --counters.connections_open;
    if (!peer.by_socket) {
        const auto same = by_address_.find(peer.counted());
        if (--same->second == 0) {
            by_address_.erase(same);
        }
    }
    if (draining && connections_.empty()) {
        empty_.notify();
    }
}

void Hub::await_turn(std::shared_ptr<Connection> connection) {
    turns_.push_back(std::move(connection));
    post_turn();
}

// What is posted now runs in the next round, after the loop has asked what else has come.
void Hub::post_turn() {
    if (turn_posted_ || turns_.empty()) {
        return;
    }
    turn_posted_ = true;
    asio::post(sweep_timer_.get_executor(), [self = shared_from_this()] {
        self->turn_posted_ = false;
        if (self->turns_.empty()) {
            return; // all has been closed meanwhile
        }
        const auto connection = std::move(self->turns_.front());
        self->turns_.pop_front();
        connection->take_turn();
        self->post_turn();
    });
}

void Hub::start_sweeps() {
    sweeping_ = true;
    sweep_timer_.expires_after(sweep_interval);
    sweep_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        const auto self = weak.lock();
        if (error || !self || !self->sweeping_) {
            return;
        }
        self->sweep(std::chrono::steady_clock::now());
        self->start_sweeps();
    });
}

void Hub::stop_sweeps() {
    sweeping_ = false;
    sweep_timer_.cancel();
}

// Closing a connection takes that one, and no other, off the list.
template<class Action>
void Hub::for_each_connection(Action action) {
    for (auto next = connections_.begin(); next != connections_.end();) {
        Connection& connection = *next++;
        action(connection);
    }
}

void Hub::sweep(TimePoint now) {
    for_each_connection([now](Connection& connection) { connection.check_deadline(now); });
}

void Hub::drain_all() {
    draining = true;
    for_each_connection([](Connection& connection) { connection.drain(); });
}

void Hub::close_all() {
    for_each_connection([](Connection& connection) { connection.close(); });
    turns_.clear();
}

task<void> Hub::until_empty(std::chrono::steady_clock::duration patience) {
    if (connections_.empty()) {
        co_return;
    }
    co_await empty_.wait_at_most(patience);
}

OutputLease::OutputLease(Hub& hub) : hub_{hub} {
    if (!hub.outputs_.empty()) {
        text_ = std::move(hub.outputs_.back());
        hub.outputs_.pop_back();
    }
}

OutputLease::~OutputLease() {
    if (hub_.outputs_.size() < kept_outputs_max && text_.capacity() <= kept_output_bytes_max) {
        text_.clear();
        hub_.outputs_.push_back(std::move(text_));
    }
}

} // namespace stagedoor::http
