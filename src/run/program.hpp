// SPDX-License-Identifier: MIT
// The running server: the core behind HTTP, started and stopped in order. Main thread, which is
// the loop's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "src/config/config.hpp"
#include "src/core/core.hpp"
#include "src/http/router.hpp"
#include "src/http/server.hpp"

namespace stagedoor::run {

struct ProgramOptions {
    config::Config config;
    bool test_clock = false; ///< freeze time; only on a loopback address
    /// Run once before the server listens; may be empty, or throw what keeps it from starting.
    std::function<task<void>(core::Core& core)> prepare;
};

class Program {
public:
    /// Takes the port, then opens the database: a busy port changes nothing. Throws
    /// core::StartError, or what the parts throw.
    Program(ProgramOptions options, std::shared_ptr<spdlog::logger> logger);
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// Runs until SIGTERM or SIGINT has stopped everything in order. `on_ready` is called with the
    /// port once requests are answered. Throws what `prepare` throws.
    void run(std::function<void(std::uint16_t port)> on_ready);

private:
    void add_routes();
    /// The problem that /readyz answers with.
    [[nodiscard]] std::optional<Response> unready() const;
    [[nodiscard]] task<void> start(std::function<void(std::uint16_t)> on_ready);
    [[nodiscard]] task<void> stop();

    ProgramOptions options_;
    std::shared_ptr<spdlog::logger> logger_;
    asio::io_context io_{1};
    http::Router router_;
    http::Server server_;
    std::uint16_t port_;
    core::Core core_;
    bool ready_ = false;
    asio::signal_set signals_{io_};
};

/// Makes the logger and the Program, runs it, prints the ready line. Returns the exit code.
[[nodiscard]] int run_server(ProgramOptions options,
                             const std::function<void(const std::string& url)>& on_ready);

} // namespace stagedoor::run
