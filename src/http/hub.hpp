// SPDX-License-Identifier: MIT
// What all sessions of one server share: its settings, its counters, the list of those that live
// and the sweep over their deadlines. Shared by the Server and its Sessions, because a Session
// whose handler is still running may outlive the Server. Loop thread only.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/intrusive/list.hpp>
#include <spdlog/logger.h>

#include "base/event.hpp"
#include "base/task.hpp"
#include "http_stats.hpp"
#include "peer.hpp"
#include "router.hpp"
#include "server_settings.hpp"
#include "wire/response_writer.hpp"

namespace stagedoor::http {

using TimePoint = std::chrono::steady_clock::time_point;

/// What the server may do to a connection from outside. On the list from its start until it is
/// closed.
class Connection : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    virtual ~Connection() = default;

    /// Acts on a deadline that has passed.
    virtual void check_deadline(TimePoint now) = 0;

    /// The server stops: closes where nothing of a request has come; otherwise answers that, and
    /// closes then.
    virtual void drain() = 0;

    virtual void close() = 0;

    /// Its turn to send has come; see Hub::await_turn.
    virtual void take_turn() = 0;
};

/// The numbers behind HttpStats, kept so that counting a request touches as little memory as can
/// be.
struct Counters {
    std::uint64_t connections_open = 0;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
    /// By method (0 where it is unknown) and by status less 100.
    std::array<std::array<std::uint64_t, 500>, method_count> requests{};
    std::array<std::uint64_t, HttpStats::duration_bounds.size() + 1> durations{};
    std::chrono::nanoseconds duration_sum{};
    std::array<std::uint64_t, HttpStats::duration_bounds.size() + 1> holds{};
    std::chrono::nanoseconds hold_sum{};

    void count_request(std::size_t method_index, int status, std::chrono::nanoseconds duration);
    /// A request has kept the loop for that long; see HttpStats.
    void count_hold(std::chrono::nanoseconds duration);
    [[nodiscard]] HttpStats to_stats() const;
};

class Hub : public std::enable_shared_from_this<Hub> {
public:
    Hub(Executor executor, ServerSettings server_settings, const Router& routes,
        std::shared_ptr<spdlog::logger> log);

    /// Whether the caps leave room for one more. Always so for the Unix socket.
    [[nodiscard]] bool has_room_for(const Peer& peer) const;

    void opened(Connection& connection, const Peer& peer);
    void closed(Connection& connection, const Peer& peer);

    /// Has `connection` take its turn to send. One does in each round of the loop, so that whoever
    /// asks for little waits for a piece of one large answer, and not for all that are being sent.
    void await_turn(std::shared_ptr<Connection> connection);

    void start_sweeps();
    void stop_sweeps();
    void sweep(TimePoint now);

    void drain_all();
    void close_all();
    /// Returns once no connection is left, at the latest after `patience`.
    [[nodiscard]] task<void> until_empty(std::chrono::steady_clock::duration patience);

    const ServerSettings settings;
    const Router& router;
    const std::shared_ptr<spdlog::logger> logger;
    wire::ResponseWriter writer;
    Counters counters;
    const Door* door = nullptr; ///< set before anything is answered
    bool draining = false;

private:
    friend class OutputLease;
    using Connections =
        boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;

    void post_turn();

    template<class Action>
    void for_each_connection(Action action);

    Connections connections_;
    std::unordered_map<Peer, std::size_t, PeerHash> by_address_;
    std::vector<std::string> outputs_;              ///< those that are on loan to nobody
    std::deque<std::shared_ptr<Connection>> turns_; ///< those that wait for one, first come first
    bool turn_posted_ = false;
    Timer sweep_timer_;
    Event empty_; ///< no connection is left
    bool sweeping_ = false;
};

/// A string to write answers into, empty and with room from earlier use. Nested use takes another
/// one.
class OutputLease {
public:
    explicit OutputLease(Hub& hub);
    ~OutputLease();
    OutputLease(const OutputLease&) = delete;
    OutputLease& operator=(const OutputLease&) = delete;

    [[nodiscard]] std::string& text() { return text_; }

private:
    Hub& hub_;
    std::string text_;
};

} // namespace stagedoor::http
