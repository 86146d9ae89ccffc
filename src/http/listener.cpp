// SPDX-License-Identifier: MIT
#include "listener.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <boost/system/system_error.hpp>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/problem.hpp"
#include "session.hpp"

namespace stagedoor::http {

namespace {

/// After so many in a row the loop goes on with the connections that there are.
constexpr int accepts_in_a_row_max = 64;

constexpr std::chrono::milliseconds pause_without_descriptors{100};

Descriptor open_spare() {
    return Descriptor{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
}

} // namespace

Listener::Listener(Executor executor, std::shared_ptr<Hub> hub, Descriptor listening,
                   Entrance entrance)
    : hub_{std::move(hub)},
      entrance_{entrance},
      listening_{executor, listening.get()},
      pause_timer_{executor},
      spare_{open_spare()} {
    static_cast<void>(listening.release()); // it is listening_'s now
}

void Listener::start() {
    wait();
}

void Listener::stop() {
    for (int accepted = 0; accepted < SOMAXCONN && listening_.is_open(); ++accepted) {
        if (accept_one() != Result::accepted) {
            break;
        }
    }
    boost::system::error_code ignored;
    listening_.close(ignored);
    pause_timer_.cancel();
}

void Listener::wait() {
    listening_.async_wait(asio::posix::descriptor_base::wait_read,
                          [weak = weak_from_this()](const boost::system::error_code& error) {
                              const auto self = weak.lock();
                              if (!error && self && self->listening_.is_open()) {
                                  self->accept_some();
                              }
                          });
}

void Listener::accept_some() {
    for (int accepted = 0; accepted < accepts_in_a_row_max; ++accepted) {
        switch (accept_one()) {
        case Result::accepted:
            break;
        case Result::none_waiting:
            wait();
            return;
        case Result::no_descriptors:
            pause();
            return;
        }
    }
    wait();
}

Listener::Result Listener::accept_one() {
    sockaddr_storage endpoint{};
    socklen_t size = sizeof endpoint;
    Descriptor connection{::accept4(listening_.native_handle(),
                                    reinterpret_cast<sockaddr*>(&endpoint), &size,
                                    SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (connection.get() >= 0) {
        open_session(std::move(connection), endpoint);
        return Result::accepted;
    }
    switch (errno) {
    case EAGAIN:
        return Result::none_waiting;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return Result::no_descriptors;
    default:
        return Result::accepted; // that connection was gone before it was there (accept(2))
    }
}

void Listener::open_session(Descriptor connection, const sockaddr_storage& endpoint) {
    const Peer peer = Peer::from(endpoint, entrance_);
    if (!hub_->has_room_for(peer)) {
        refuse(connection);
        return;
    }
    const int protocol = peer.by_socket ? 0 : static_cast<int>(IPPROTO_TCP);
    Session::Socket socket{listening_.get_executor()};
    boost::system::error_code error;
    socket.assign(asio::generic::stream_protocol{endpoint.ss_family, protocol}, connection.get(),
                  error);
    if (error) { // epoll has a limit of its own
        hub_->logger->warn("connection refused: {}", error.message());
        refuse(connection);
        return;
    }
    static_cast<void>(connection.release());
    std::make_shared<Session>(hub_, std::move(socket), peer)->start();
}

/// Answers 503 and forgets the connection: as little as can be, since this is what a flood gets.
void Listener::refuse(const Descriptor& connection) {
    ++hub_->counters.refused;
    if (const std::time_t now = std::time(nullptr); now != refusal_of_) {
        refusal_.clear();
        hub_->writer.append(refusal_,
                            problem("too-many-connections", "No further connection is taken now."),
                            {.keep_alive = false});
        refusal_of_ = now;
    }
    // What the client has sent already is taken in, because closing over it would destroy the
    // answer.
    std::array<char, 4096> unread;
    static_cast<void>(
        ::send(connection.get(), refusal_.data(), refusal_.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    static_cast<void>(::shutdown(connection.get(), SHUT_WR));
    static_cast<void>(::recv(connection.get(), unread.data(), unread.size(), MSG_DONTWAIT));
}

/// No descriptor is left: refuses one connection with the spare one, so that clients learn of it,
/// and lets the others wait until descriptors may have become free.
void Listener::pause() {
    hub_->logger->warn("no file descriptor is left for a new connection: {} are open",
                       hub_->counters.connections_open);
    spare_.reset();
    if (const Descriptor connection{
            ::accept4(listening_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        connection.get() >= 0) {
        refuse(connection);
    }
    spare_ = open_spare();
    pause_timer_.expires_after(pause_without_descriptors);
    pause_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!error && self && self->listening_.is_open()) {
            self->accept_some();
        }
    });
}

} // namespace stagedoor::http
