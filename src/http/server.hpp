// SPDX-License-Identifier: MIT
// The HTTP/1.1 server: listens on TCP and on a Unix socket, and answers what a Router leads to.
// Owned by src/run; the io_context and the Router must outlive it. Loop thread only, like
// everything that it calls.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/task.hpp"
#include "http_stats.hpp"
#include "router.hpp"
#include "server_settings.hpp"

namespace spdlog {
class logger;
}

namespace stagedoor::http {

class Hub;
class Listener;
class SocketFile;

class Server {
public:
    /// Without a logger nothing is logged. One line a request goes out at level debug, without any
    /// secret.
    Server(asio::io_context& io, ServerSettings settings, const Router& router,
           std::shared_ptr<spdlog::logger> logger);

    /// Closes everything that `stop` has not closed. A handler that still runs is left to end.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds the TCP address and listens, so that clients can connect from now on; they are
    /// answered from `start` on, which comes later. Returns the port. Throws
    /// boost::system::system_error whose what() names the address.
    std::uint16_t listen();

    /// The same at a Unix socket, a file of mode 0600 that replaces a stale one. Its requests have
    /// Request::by_socket. Before `start` or after it. Throws like `listen`.
    void listen_socket(const std::string& path);

    /// Whom to let in, from now on; `door` must outlive the server. First before `start`.
    void guard(const Door& door);

    /// From now on the answers' `Date` says what `clock` shows, which must outlive the server.
    void tell_time_by(const Clock& clock);

    void start();

    /// Accepts no more, closes idle connections, and has every request whose first byte has come
    /// answered with `Connection: close`. Returns when that is done, at the latest after `grace`;
    /// then every connection and the socket's file are gone.
    [[nodiscard]] task<void> stop(Seconds grace);

    /// Acts on all deadlines that have passed at `now`. Done twice a second of its own accord; for
    /// tests.
    void sweep(std::chrono::steady_clock::time_point now);

    [[nodiscard]] HttpStats stats() const;

private:
    asio::io_context& io_;
    std::shared_ptr<Hub> hub_;
    std::vector<std::shared_ptr<Listener>> listeners_;
    std::unique_ptr<SocketFile> socket_file_;
    bool started_ = false;
};

} // namespace stagedoor::http
