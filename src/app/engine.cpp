// SPDX-License-Identifier: MIT
#include "engine.hpp"

#include <fmt/format.h>

#include "modules/reservation/catalogue_api.hpp"
#include "schema.hpp"
#include "src/storage/clock_row.hpp"
#include "src/storage/database_file.hpp"
#include "src/storage/migrate.hpp"
#include "system_api.hpp"

namespace stagedoor::app {

namespace {

queue::LineSettings line_settings(const QueueConfig& config) {
    queue::LineSettings settings;
    settings.max_active = config.max_active;
    settings.admissions_per_minute = config.admissions_per_minute;
    settings.entry_window = Seconds{config.entry_window_seconds};
    settings.session = Seconds{config.session_seconds};
    settings.abandon_after = Seconds{config.abandon_after_seconds};
    settings.poll_after = Seconds{config.poll_after_seconds};
    settings.max_waiting = config.max_waiting;
    return settings;
}

storage::JournalSettings journal_settings(const StorageConfig& config, std::string boot_id) {
    storage::JournalSettings settings;
    settings.boot_id = std::move(boot_id);
    settings.max_pending_changes = static_cast<std::size_t>(config.max_pending_changes);
    settings.max_group = static_cast<std::size_t>(config.max_group);
    return settings;
}

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

struct Engine::Opened {
    Database database;
    std::unique_ptr<Clock> clock;
    FrozenClock* frozen = nullptr;
    std::string operator_key_hash;
    std::string boot_id;
};

Engine::Opened Engine::open(const Config& config, bool test_clock, spdlog::logger& logger) {
    const auto& path = config.storage.path;
    Opened opened{storage::open_database(path, storage::OpenMode::create),
                  nullptr,
                  nullptr,
                  {},
                  storage::read_boot_id()};
    const auto steps = all_migrations();
    for (const auto& step : storage::migrate(opened.database, steps)) {
        logger.debug("schema step {}: {}", step.version, step.name);
    }
    refuse_unsound(opened.database, path, logger);

    const auto stored = storage::load_clock(opened.database);
    if (test_clock) {
        // Frozen time does not pass while the server is down either.
        auto frozen =
            std::make_unique<FrozenClock>(stored ? stored->mark.instant : wall_clock_now());
        opened.frozen = frozen.get();
        opened.clock = std::move(frozen);
    } else {
        opened.clock = std::make_unique<SteadyClock>(storage::resume_instant(
            stored, wall_clock_now(), storage::read_monotonic_ns(), opened.boot_id));
    }
    SystemRandom random;
    opened.operator_key_hash =
        OperatorKey::load_or_make(opened.database, random, beside_database(path, ".operator-key"));
    return opened;
}

Engine::Engine(asio::io_context& io, const Config& config, bool test_clock,
               std::shared_ptr<spdlog::logger> logger)
    : Engine{io, config, open(config, test_clock, *logger), logger} {}

Engine::Engine(asio::io_context& io, const Config& config, Opened opened,
               std::shared_ptr<spdlog::logger> logger)
    : logger_{std::move(logger)},
      currency_{config.payment.currency},
      clock_{std::move(opened.clock)},
      frozen_{opened.frozen},
      operator_key_{std::move(opened.operator_key_hash)},
      turns_{io.get_executor()},
      scheduler_{io.get_executor(), *clock_, frozen_},
      journal_{std::move(opened.database), io.get_executor(),
               [this] {
                   return storage::ClockMark{clock_->now(), storage::read_monotonic_ns()};
               },
               journal_settings(config.storage, std::move(opened.boot_id)), logger_},
      reservations_{
          {io.get_executor(), *clock_, random_, journal_, turns_, scheduler_},
          {Seconds{config.reservation.hold_seconds}, config.reservation.max_seats_per_user}},
      queue_{{io.get_executor(), *clock_, random_, journal_, turns_, scheduler_, reservations_},
             line_settings(config.queue)},
      payments_{{*clock_, random_, journal_, turns_, queue_, reservations_}},
      keys_{idempotency::create_idempotency(
          journal_, *clock_, scheduler_,
          {.keep = std::chrono::hours{config.idempotency.keep_hours}})} {
    reservations_.connect(queue_);
    scheduler_.use(journal_);
    scheduler_.add(reservations_);
    scheduler_.add(queue_);
    scheduler_.add(*keys_);
}

task<void> Engine::recover() {
    // Nobody else runs yet, so that the writer's thread may fill what is the loop's from then on.
    const std::function<void(Database&)> load = [this](Database& database) {
        reservations_.load(database);
        queue_.load(database);
        keys_->load(database);
    };
    co_await read(journal_, load);
    co_await scheduler_.catch_up();
    for (const auto& concert : reservations_.concerts()) {
        queue_.capacity_changed(concert);
    }
    Change nothing;
    co_await commit(journal_, std::move(nothing));
}

task<void> Engine::import(std::string name, std::string text) {
    const auto answer =
        co_await reservation::import_catalogue_file(reservations_, std::move(text), currency_);
    if (answer.status != 200) {
        throw StartError{fmt::format("{}: {}", name, detail_of(answer))};
    }
    logger_->info("imported {}", name);
}

void Engine::stop() {
    scheduler_.stop();
    journal_.stop();
}

} // namespace stagedoor::app
