// SPDX-License-Identifier: MIT
#include "world.hpp"

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include "base/problem.hpp"
#include "src/core/tables.hpp"
#include "src/storage/clock_row.hpp"
#include "src/storage/sqlite/database_file.hpp"
#include "src/storage/sqlite/migrate.hpp"

namespace stagedoor::simulation {

namespace {

std::string boot_id(const Reality& reality) {
    return fmt::format("boot {}", reality.boot);
}

std::int64_t since_boot_ns(const Reality& reality, Instant now) {
    return std::chrono::nanoseconds{now - reality.booted}.count();
}

} // namespace

struct World::Opened {
    storage::sqlite::SqliteDatabase database;
    Instant begin;
};

/// A request under way, with everything that its views look at.
struct World::Exchange {
    Message message;
    Request request;
    Response response;
    std::function<void(const Response&)> answered;
};

// ---- the start

namespace {

/// What the wall clock says: nobody has set it.
ShownTime shown(Instant instant) {
    return ShownTime{instant.time_since_epoch()};
}

} // namespace

World::Opened World::open(const Settings& settings, const Reality& reality) {
    auto database =
        storage::sqlite::open_database(settings.database, storage::sqlite::OpenMode::create);
    static_cast<void>(storage::sqlite::migrate(database, storage::schema_steps()));
    const auto faults = core::audit_invariants(database);
    if (!faults.empty()) {
        throw Broken{"the database is not sound at the start: " + faults.front()};
    }
    const auto stored = storage::load_clock(database);
    const auto begin = storage::resume_instant(
        stored, shown(reality.now), since_boot_ns(reality, reality.now), boot_id(reality));
    if (begin < reality.now || (stored && begin < stored->mark.instant)) {
        throw Broken{"time runs backwards over a restart"};
    }
    return {std::move(database), begin};
}

World::World(const Settings& settings, const Reality& reality, Random& random)
    : World{settings, reality, random, open(settings, reality)} {}

World::World(const Settings& settings, const Reality& reality, Random& random, Opened opened)
    : config_{settings.config},
      clock_{opened.begin},
      journal_{std::move(opened.database),
               io_.get_executor(),
               [this, reality] {
                   return storage::ClockMark{clock_.now(), since_boot_ns(reality, clock_.now()),
                                             clock_.shown_now(), clock_.offset()};
               },
               {.boot_id = boot_id(reality),
                .accounts = core::account_statements(),
                .checkpoint_pages = settings.checkpoint_pages}},
      modules_{{io_.get_executor(), config_, clock_, &clock_, random, journal_, aside_,
                identity::OperatorKey{""}}} {
    modules_.add_routes(router_);
}

World::~World() = default;

void World::recover() {
    spawn(modules_.recover(), [this] { recovered_ = true; });
    poll();
}

// ---- requests

void World::send(Message message, std::function<void(const Response&)> answered) {
    auto exchange = std::make_shared<Exchange>();
    exchange->message = std::move(message);
    exchange->answered = std::move(answered);
    const auto& sent = exchange->message;
    auto& request = exchange->request;
    request.method = sent.method;
    const auto mark = std::min(sent.path.find('?'), sent.path.size());
    request.path = std::string_view{sent.path}.substr(0, mark);
    request.query = std::string_view{sent.path}.substr(std::min(mark + 1, sent.path.size()));
    request.bearer = sent.bearer;
    request.idempotency_key = sent.key;
    request.if_none_match = sent.if_none_match;
    request.body = sent.body;
    request.by_socket = sent.by_socket;
    auto match = router_.match(sent.method, request.path);
    if (match.kind != http::Match::Kind::route) {
        throw Broken{"no endpoint at " + sent.path};
    }
    request.parameters = std::move(match.parameters);
    if (match.route->handler) {
        const auto response = match.route->answer(modules_.door(), request);
        if (response.status != left_to_task) {
            exchange->answered(response);
            poll();
            return;
        }
    }
    ++running_;
    spawn(run(*match.route, *exchange), [this, exchange] {
        --running_;
        if (!dead_) {
            exchange->answered(exchange->response);
        }
    });
    poll();
}

task<void> World::run(const http::Route& route, Exchange& exchange) {
    auto work = route.answer_later(modules_.door(), exchange.request);
    exchange.response = co_await std::move(work);
}

// ---- the loop

void World::spawn(task<void> work, std::function<void()> done) {
    asio::co_spawn(io_, std::move(work),
                   [this, done = std::move(done)](const std::exception_ptr& failure) {
                       try {
                           if (failure && !dead_) { // a read of a dead journal throws
                               std::rethrow_exception(failure);
                           }
                           done();
                       } catch (...) { // not through the journal, whose completions are noexcept
                           failure_ = failure_ ? failure_ : std::current_exception();
                       }
                   });
}

void World::advance(Seconds by) {
    advancing_ = true;
    spawn(run_advance(by), [this] { advancing_ = false; });
    poll();
}

task<void> World::run_advance(Seconds by) {
    // False where the disk is full: time then stands still, which is the server's right.
    static_cast<void>(co_await modules_.scheduler().advance(by));
}

void World::poll() {
    io_.restart();
    io_.poll();
    if (failure_) {
        std::rethrow_exception(std::exchange(failure_, nullptr));
    }
}

void World::end() {
    dead_ = true;
    modules_.scheduler().stop();
    journal_.die();
    aside_.release();
    io_.restart();
    io_.poll();
    if (!io_.stopped() || running_ != 0) {
        throw Broken{fmt::format("{} requests hang although the journal has answered", running_)};
    }
}

} // namespace stagedoor::simulation
