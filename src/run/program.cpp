// SPDX-License-Identifier: MIT
#include "program.hpp"

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "base/problem.hpp"
#include "logging.hpp"
#include "src/config/loopback.hpp"
#include "src/config/open_file_limit.hpp"
#include "src/http/listening.hpp"
#include "src/operations/backup.hpp"
#include "src/operations/check.hpp"
#include "src/operations/health.hpp"
#include "src/operations/metrics.hpp"
#include "src/operations/openapi_document.hpp"
#include "src/operations/problem_pages.hpp"
#include "src/operations/test_clock.hpp"

namespace stagedoor::run {

namespace {

std::string base_url(const std::string& address, std::uint16_t port) {
    const bool is_ipv6 = address.find(':') != std::string::npos;
    return is_ipv6 ? fmt::format("http://[{}]:{}", address, port)
                   : fmt::format("http://{}:{}", address, port);
}

const ProgramOptions& checked(const ProgramOptions& options) {
    if (options.test_clock && !config::is_loopback(options.config.server.address)) {
        throw core::StartError{"--test-clock lets anybody move time and is refused unless "
                               "server.address is a loopback address such as 127.0.0.1"};
    }
    return options;
}

/// For what it takes to end a start between two rows.
constexpr std::chrono::seconds patience_with_the_start{1};

/// Lets everybody in: before the core is there nothing is served that is not for anyone.
class OpenDoor final : public Door {
public:
    [[nodiscard]] std::optional<Response> refuse(Access, const Request&, Caller&) const override {
        return std::nullopt;
    }
    void keep(Caller&) const override {}
};

} // namespace

Program::Program(ProgramOptions options, std::shared_ptr<spdlog::logger> logger)
    : options_{checked(options)},
      logger_{std::move(logger)},
      server_{io_, options_.config.server, router_, logger_},
      port_{server_.listen()},
      start_end_{io_.get_executor()} {
    // Before anything is made: it is listened on only once everything is loaded.
    if (const auto socket = core::beside_database(options_.config.storage.path, ".sock");
        !socket.empty()) {
        http::judge_socket_path(socket);
    }
    add_starting_routes();
}

void Program::add_starting_routes() {
    static const OpenDoor door;
    server_.guard(door);
    operations::add_health_routes(router_, [this] { return unready(); });
    router_.answer_others([this](const Call&) { return *unready(); });
}

void Program::add_routes() {
    auto& modules = core_->modules();
    modules.add_routes(router_);
    operations::add_check_route(router_, core_->journal());
    operations::add_backup_route(router_, core_->journal());
    operations::add_openapi_route(router_);
    operations::add_problem_pages(router_);
    operations::add_metrics_route(
        router_, {server_, modules.queue(), modules.stock(), modules.seat_board(),
                  modules.payments(), modules.keys(), core_->journal(), core_->audit_stats()});
    if (core_->frozen_clock() != nullptr) {
        operations::add_test_clock_route(router_, modules.scheduler(), *core_->frozen_clock());
    }
    router_.answer_others({});
    server_.guard(modules.door());
    server_.tell_time_by(core_->clock());
}

std::optional<Response> Program::unready() const {
    switch (phase_) {
    case Phase::starting:
        return problem("starting", progress_.sentence());
    case Phase::stopping:
        return problem("shutting-down", "The server is stopping.");
    case Phase::ready:
        break;
    }
    return core_->journal().writable() ? std::nullopt : std::optional{storage_unavailable()};
}

void Program::run(std::function<void(std::uint16_t)> on_ready) {
    signals_.async_wait([this](boost::system::error_code error, int) {
        if (!error) {
            begin_stop();
        }
    });
    asio::co_spawn(io_, start(std::move(on_ready)), [this](std::exception_ptr error) {
        start_ended_ = true;
        start_end_.notify();
        if (error && !progress_.stopped()) {
            failure_ = std::move(error);
            io_.stop();
        }
    });
    server_.start();
    io_.run();
    // What was answered by the stopping journal may have one more thing to say; bounded, should it
    // wait for ever.
    io_.restart();
    io_.run_for(std::chrono::milliseconds{500});
    if (failure_) {
        std::rethrow_exception(failure_);
    }
}

task<void> Program::start(std::function<void(std::uint16_t)> on_ready) {
    co_await open_core();
    const auto& preparation = options_.preparation;
    co_await core_->load(progress_);
    progress_.enter("Judging what was named");
    if (preparation.judge) {
        co_await preparation.judge(*core_);
    }
    progress_.enter("Catching up with what fell due");
    co_await core_->catch_up();
    progress_.enter("Importing what was named");
    if (preparation.write) {
        co_await preparation.write(*core_);
    }
    progress_.enter("Opening the doors");
    serve();
    on_ready(port_);
}

task<void> Program::open_core() {
    opening_.emplace(io_, options_.config, options_.test_clock, logger_, progress_);
    auto opened = co_await opening_->result();
    opening_.reset();
    core_.emplace(io_, options_.config, std::move(opened), logger_);
}

void Program::serve() {
    if (const auto socket = core::beside_database(options_.config.storage.path, ".sock");
        !socket.empty()) {
        server_.listen_socket(socket);
    }
    core_->keep_database();
    add_routes();
    core_->follow_wall_clock();
    phase_ = Phase::ready;
    core_->audit_past([this](const std::string& sentence) {
        failure_ = std::make_exception_ptr(core::StartError{sentence});
        begin_stop();
    });
}

void Program::begin_stop() {
    if (phase_ != Phase::stopping) {
        phase_ = Phase::stopping;
        asio::co_spawn(io_, stop(), asio::detached);
    }
}

/// Accepts no more, answers what runs, makes everything durable, and ends the loop behind the last
/// outcome.
task<void> Program::stop() {
    logger_->info("stopping: answering what runs");
    progress_.stop();
    co_await server_.stop(options_.config.server.shutdown);
    if (!start_ended_) {
        co_await start_end_.wait_at_most(patience_with_the_start);
    }
    if (!start_ended_) {
        leave_start();
    }
    if (core_) {
        core_->stop();
    }
    logger_->info("stopped");
    asio::post(io_, [this] { io_.stop(); });
}

/// Some of what SQLite does heeds nobody: to check the pages of a large table, to empty a large
/// log. It is as safe to leave in the middle as a kill -9 would be.
void Program::leave_start() {
    logger_->info("stopped in the middle of the start; the next one goes on from what is durable");
    logger_->flush();
    std::_Exit(0);
}

void end_when_stopped() {
    for (const int stop : {SIGTERM, SIGINT}) {
        std::signal(stop, [](int) { std::_Exit(0); });
    }
}

int run_server(ProgramOptions options,
               const std::function<void(const std::string& url)>& on_ready) {
    // What an operator's tools send without meaning an end: a terminal that closes, a rotated log.
    for (const int harmless : {SIGHUP, SIGUSR1, SIGUSR2}) {
        std::signal(harmless, SIG_IGN);
    }
    const auto logger = make_logger(options.config.log);
    if (const auto warning = config::lower_to_open_file_limit(options.config)) {
        logger->warn("{}", *warning);
    }
    const auto address = options.config.server.address;
    Program program{std::move(options), logger};
    program.run([&](std::uint16_t port) {
        const auto url = base_url(address, port);
        std::cout << "stagedoor listening on " << url << std::endl;
        on_ready(url);
    });
    return 0;
}

} // namespace stagedoor::run
