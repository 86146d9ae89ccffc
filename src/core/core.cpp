// SPDX-License-Identifier: MIT
#include "core.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "src/storage/clock_row.hpp"
#include "src/storage/sqlite/database_file.hpp"
#include "src/storage/sqlite/migrate.hpp"
#include "tables.hpp"

namespace stagedoor::core {

namespace {

/// Contract §7: at least every 30 s.
constexpr Seconds wall_check_interval{5};
constexpr Seconds worth_a_warning{2};

void refuse_unsound(Database& database, const std::string& path, spdlog::logger& logger) {
    const auto faults = audit_invariants(database);
    if (faults.empty()) {
        return;
    }
    for (const auto& fault : faults) {
        logger.error("{}", fault);
    }
    throw StartError{fmt::format(
        "{0} is not sound ({1} faults, the first: {2}); see `stagedoor check --database {0}` and "
        "restore a backup",
        path, faults.size(), faults.front())};
}

} // namespace

std::string beside_database(const std::string& path, std::string_view suffix) {
    return path == ":memory:" ? std::string{} : path + std::string{suffix};
}

Opened open(const config::Config& config, bool test_clock, spdlog::logger& logger,
            storage::Progress& progress) {
    const auto& path = config.storage.path;
    const auto key_file = beside_database(path, ".operator-key");
    progress.enter("Opening and checking the database");
    storage::MadeFiles made;
    if (storage::sqlite::make_database_file(path)) {
        made.add(path);
        if (!std::filesystem::exists(key_file)) {
            made.add(key_file);
        }
    }
    const auto warn = [&logger](const std::string& line) { logger.warn("{}", line); };
    Opened opened{
        std::move(made),
        storage::sqlite::open_database(path, storage::sqlite::OpenMode::existing,
                                       {.warn = warn, .stopped = &progress.stopped_flag()}),
        nullptr,
        nullptr,
        nullptr,
        {},
        {}};
    opened.engine.boot_id = storage::read_boot_id();
    opened.engine.accounts = account_statements();
    progress.enter("Bringing the tables up to date");
    for (const auto& step : storage::sqlite::migrate(opened.database, storage::schema_steps())) {
        logger.debug("schema step {}: {}", step.version, step.name);
    }
    progress.enter("Auditing the database");
    refuse_unsound(opened.database, path, logger);

    const auto stored = storage::load_clock(opened.database);
    if (test_clock) {
        // Frozen time does not pass while the server is down either.
        auto frozen = std::make_unique<FrozenClock>(
            stored ? stored->mark.instant : from_millis(to_millis(wall_clock_now())));
        opened.frozen = frozen.get();
        opened.clock = std::move(frozen);
    } else {
        const auto wall = wall_clock_now();
        const auto begin = storage::resume_instant(stored, wall, storage::read_monotonic_ns(),
                                                   opened.engine.boot_id);
        // What was shown goes on to the millisecond, unless the wall clock was set meanwhile.
        auto steady =
            std::make_unique<SteadyClock>(begin, stored ? stored->mark.offset : Milliseconds{0});
        static_cast<void>(steady->follow(wall));
        opened.steady = steady.get();
        opened.clock = std::move(steady);
    }
    opened.database.interrupt_when(nullptr);
    SystemRandom random;
    opened.operator_key_hash =
        identity::OperatorKey::load_or_make(opened.database, random, key_file);
    return opened;
}

Core::Core(asio::io_context& io, const config::Config& config, Opened opened,
           std::shared_ptr<spdlog::logger> logger)
    : made_{std::move(opened.made)},
      logger_{std::move(logger)},
      currency_{config.payment.currency},
      clock_{std::move(opened.clock)},
      steady_{opened.steady},
      frozen_{opened.frozen},
      journal_{std::move(opened.database),
               io.get_executor(),
               [this] {
                   return storage::ClockMark{clock_->now(), storage::read_monotonic_ns(),
                                             wall_clock_now(), clock_->offset()};
               },
               config.storage,
               std::move(opened.engine),
               logger_},
      aside_{journal_},
      wall_check_{io.get_executor()},
      modules_{{io.get_executor(), config, *clock_, frozen_, random_, journal_, aside_,
                identity::OperatorKey{std::move(opened.operator_key_hash)}}} {}

task<void> Core::load(storage::Progress& progress) {
    progress.enter("Loading what is live");
    co_await modules_.load(&progress);
    for (const auto& [id, concert] : modules_.stock().all()) {
        if (concert.info().currency != currency_) {
            throw StartError{fmt::format(
                "the database sells {} in {}, and payment.currency is {}; set it to {}, or use "
                "another database",
                id.value, concert.info().currency, currency_, concert.info().currency)};
        }
    }
    progress.enter("Catching up with what fell due");
}

task<void> Core::catch_up() {
    co_await modules_.catch_up();
}

void Core::follow_wall_clock() {
    if (steady_ == nullptr) {
        return;
    }
    const auto moved = steady_->follow(wall_clock_now());
    if (std::chrono::abs(moved) > worth_a_warning) {
        logger_->warn(
            "the wall clock was set by {} ms; what is shown follows it, holds and sessions do not",
            moved.count());
    }
    wall_check_.expires_after(wall_check_interval);
    wall_check_.async_wait([this](boost::system::error_code error) {
        if (!error) {
            follow_wall_clock();
        }
    });
}

void Core::stop() {
    wall_check_.cancel();
    modules_.scheduler().stop();
    journal_.stop();
}

} // namespace stagedoor::core
