// SPDX-License-Identifier: MIT
// The running server: the core behind HTTP, started and stopped in order. Main thread, which is
// the loop's.
#pragma once

#include <csignal>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "base/event.hpp"
#include "opening.hpp"
#include "src/config/config.hpp"
#include "src/core/core.hpp"
#include "src/http/router.hpp"
#include "src/http/server.hpp"

namespace stagedoor::run {

/// What a start does besides, once, before the server serves. Each may be empty, and throws what
/// keeps it from starting. Loop thread.
struct Preparation {
    /// When all is loaded and nothing written: whatever would be refused is refused now, so that
    /// the files stay as they were.
    std::function<task<void>(core::Core& core)> judge;
    /// When what was due has happened.
    std::function<task<void>(core::Core& core)> write;
};

struct ProgramOptions {
    config::Config config;
    std::optional<core::TestClock> test_clock; ///< freeze time; only on a loopback address
    Preparation preparation;
};

class Program {
public:
    /// Takes the port; clients are answered once it runs. Throws core::StartError, or what the
    /// parts throw.
    Program(ProgramOptions options, std::shared_ptr<spdlog::logger> logger);
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// Starts and serves until SIGTERM or SIGINT has stopped everything in order, which may be in
    /// the middle of the start. `on_ready` is called with the port once everything is served; until
    /// then only /healthz and /readyz are. Throws what keeps it from starting.
    /// Also what the audit beside it finds later, after the stop: that would have kept it, too.
    void run(std::function<void(std::uint16_t port)> on_ready);

private:
    enum class Phase { starting = 1, ready, stopping };

    /// What is answered before the core is there.
    void add_starting_routes();
    /// What is answered from then on.
    void add_routes();
    /// The problem that /readyz answers with.
    [[nodiscard]] std::optional<Response> unready() const;
    [[nodiscard]] task<void> start(std::function<void(std::uint16_t)> on_ready);
    [[nodiscard]] task<void> open_core();
    void serve();
    void begin_stop();
    [[nodiscard]] task<void> stop();
    [[noreturn]] void leave_start();

    ProgramOptions options_;
    std::shared_ptr<spdlog::logger> logger_;
    asio::io_context io_{1};
    http::Router router_;
    http::Server server_;
    std::uint16_t port_;
    Phase phase_ = Phase::starting;
    storage::Progress progress_;
    std::optional<Opening> opening_; ///< until the database is open
    std::optional<core::Core> core_; ///< once the database is open
    bool start_ended_ = false;       ///< one way or the other
    Event start_end_;
    std::exception_ptr failure_; ///< why it ends, where nobody has asked for that
    asio::signal_set signals_{io_, SIGTERM, SIGINT};
};

/// Until a Program takes them over, SIGTERM and SIGINT end the process at once with exit code 0:
/// nothing has been made yet. For what is read before, such as large catalogues.
void end_when_stopped();

/// Makes the logger and the Program, runs it, prints the ready line. Returns the exit code.
[[nodiscard]] int run_server(ProgramOptions options,
                             const std::function<void(const std::string& url)>& on_ready);

} // namespace stagedoor::run
