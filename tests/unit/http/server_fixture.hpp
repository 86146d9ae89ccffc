// SPDX-License-Identifier: MIT
// A server on a free loopback port and clients with plain sockets, all in one thread: whoever waits
// for an answer runs the loop meanwhile. Owned by a test case.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/logger.h>

#include "http/router.hpp"
#include "http/server.hpp"
#include "support/open_door.hpp"

namespace stagedoor::http::test {

struct Answer {
    int status = 0;
    std::string head; ///< with its empty line
    std::string body;

    [[nodiscard]] bool has(std::string_view line) const; ///< a whole header line
    [[nodiscard]] std::string code() const;              ///< of a problem
};

class ServerFixture;

class Client {
public:
    Client(ServerFixture& fixture, int descriptor) : fixture_{&fixture}, descriptor_{descriptor} {}
    ~Client() { close(); }
    Client(Client&& other) noexcept;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    Client& operator=(Client&&) = delete;

    void send(std::string_view text);
    void finish_sending();
    void close();

    /// The next answer on the connection; `to_head` where it has no body in spite of its length.
    Answer receive(bool to_head = false);
    Answer ask(std::string_view text);

    /// Whether the server closes the connection without another byte.
    bool is_closed_by_server();
    /// What has come and is not part of an answer yet, after one turn of the loop.
    std::string_view unread();

private:
    bool fetch();

    ServerFixture* fixture_;
    int descriptor_;
    std::string input_;
    bool ended_ = false;
};

class ServerFixture {
public:
    ServerFixture();
    ~ServerFixture();
    ServerFixture(const ServerFixture&) = delete;
    ServerFixture& operator=(const ServerFixture&) = delete;

    void start();
    Client connect();
    Client connect_socket(const std::string& path);

    /// Runs the loop until `condition` holds; fails the test where it does not within seconds.
    void until(const std::function<bool()>& condition);
    void turn();

    /// Lets the oldest waiting request to /wait be answered.
    void answer_one();
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

    void begin_stop(Seconds grace);
    [[nodiscard]] bool stopped() const { return stopped_; }

    asio::io_context io;
    Router router;
    stagedoor::test::OpenDoor door;
    ServerSettings settings;
    std::shared_ptr<spdlog::logger> logger; ///< none unless set before start()
    std::unique_ptr<Server> server;
    std::uint16_t port = 0;
    std::string socket_path; ///< listened on where set before start()

private:
    using Timer =
        asio::basic_waitable_timer<std::chrono::steady_clock,
                                   asio::wait_traits<std::chrono::steady_clock>, Executor>;

    void add_routes();

    std::map<int, std::unique_ptr<Timer>> waiting_;
    int next_waiting_ = 0;
    bool stopped_ = false;
    std::exception_ptr stop_failure_;
};

} // namespace stagedoor::http::test
