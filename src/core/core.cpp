// SPDX-License-Identifier: MIT
#include "core.hpp"

#include <exception>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "modules/identity/identity_store.hpp"
#include "src/storage/clock_row.hpp"
#include "src/storage/sqlite/database_file.hpp"
#include "src/storage/sqlite/migrate.hpp"
#include "tables.hpp"

namespace stagedoor::core {

namespace {

/// Contract §7: at least every 30 s.
constexpr Seconds wall_check_interval{5};
constexpr Seconds worth_a_warning{2};

void refuse(const std::vector<std::string>& faults, const std::string& path,
            spdlog::logger& logger) {
    for (const auto& fault : faults) {
        logger.error("{}", fault);
    }
    throw StartError{unsound_sentence(path, faults)};
}

/// Where another server was quicker, what was made for the database is that one's.
storage::sqlite::SqliteDatabase open_or_yield(const std::string& path,
                                              const storage::sqlite::OpenContext& context,
                                              storage::MadeFiles& made) {
    try {
        return storage::sqlite::open_database(path, storage::sqlite::OpenMode::existing, context);
    } catch (const storage::sqlite::OpenError& error) {
        if (error.code() == storage::sqlite::OpenErrc::in_use) {
            made.keep();
        }
        throw;
    }
}

/// Whatever key lies there is of a database that was here before, or of a start that died: it may
/// be wanted for a backup of that one, and nothing else has it. `made`: of a database that is new.
void make_room_for_key(const std::string& key_file, storage::MadeFiles* made,
                       spdlog::logger& logger) {
    if (std::filesystem::is_regular_file(key_file)) {
        try {
            const auto aside = storage::set_aside(key_file);
            if (made != nullptr) {
                made->add_set_aside(aside, key_file);
            }
            logger.warn("{} was of another database; it is {} now, and this one gets a key of its "
                        "own",
                        key_file, aside.string());
        } catch (const std::system_error& error) {
            throw StartError{
                fmt::format("{} is of another database and cannot be renamed ({}); move it away",
                            key_file, error.code().message())};
        }
    }
    if (made != nullptr && !std::filesystem::exists(key_file)) {
        made->add(key_file);
    }
}

/// What a step carries over is looked at before; and the file alone has the tables afterwards,
/// which is what the audit beside the server reads.
void bring_up_to_date(storage::sqlite::SqliteDatabase& database, const std::string& path,
                      bool is_checked, spdlog::logger& logger) {
    const auto steps = storage::schema_steps();
    const auto lacking = steps.back().version - storage::sqlite::schema_version(database);
    if (lacking == 0) {
        return;
    }
    if (lacking > 0) { // otherwise it is refused
        if (!is_checked) {
            storage::sqlite::check_pages(database, path);
        }
        storage::sqlite::settle(database, path);
    }
    for (const auto& step : storage::sqlite::migrate(database, steps)) {
        logger.debug("schema step {}: {}", step.version, step.name);
    }
    storage::sqlite::empty_log(database, path);
}

/// Frozen time does not pass while the server is down either. It goes ahead to where it is wanted,
/// and never back.
Instant frozen_instant(const TestClock& wanted, const std::optional<storage::ClockRow>& stored) {
    const auto begin = from_millis(to_millis(wanted.begin ? *wanted.begin : wall_clock_now()));
    if (!stored || (wanted.begin && begin >= stored->mark.instant)) {
        return begin;
    }
    if (wanted.begin) {
        throw StartError{fmt::format(
            "--test-clock={} lies before {}, where the clock of this database stands; time does "
            "not run backwards: use a later instant or a new database",
            format_time(*wanted.begin),
            format_time(shown_from_millis(to_millis(stored->mark.instant))))};
    }
    return stored->mark.instant;
}

} // namespace

std::string beside_database(const std::string& path, std::string_view suffix) {
    return path == ":memory:" ? std::string{} : path + std::string{suffix};
}

Opened open(const config::Config& config, std::optional<TestClock> test_clock,
            spdlog::logger& logger, storage::Progress& progress) {
    const auto& path = config.storage.path;
    const auto key_file = beside_database(path, ".operator-key");
    progress.enter("Opening and checking the database");
    storage::MadeFiles made;
    const auto log = path + "-wal";
    const bool has_log = std::filesystem::exists(log);
    const bool is_new = storage::sqlite::make_database_file(path);
    if (is_new) {
        made.add(path);
        if (!has_log) {
            made.add(log); // a full disk can keep SQLite from removing it
        }
    }
    const bool marked = std::filesystem::exists(unsound_mark(path));
    const auto warn = [&logger](const std::string& line) { logger.warn("{}", line); };
    const storage::sqlite::OpenContext context{.warn = warn,
                                               .stopped = &progress.stopped_flag(),
                                               .check_pages = marked,
                                               .leave_as_is = true,
                                               .made = is_new ? &made : nullptr};
    auto database = open_or_yield(path, context, made);
    Opened opened{std::move(made), std::move(database), nullptr, nullptr, nullptr, {}, {}};
    opened.engine.boot_id = storage::read_boot_id();
    opened.engine.accounts = account_statements();
    opened.engine.file_use = std::make_shared<storage::sqlite::FileUse>();
    progress.enter("Bringing the tables up to date");
    bring_up_to_date(opened.database, path, marked, logger);
    if (marked) {
        progress.enter("Auditing the database");
        if (const auto faults = audit_invariants(opened.database); !faults.empty()) {
            refuse(faults, path, logger);
        }
    }

    const auto stored = storage::load_clock(opened.database);
    if (test_clock) {
        auto frozen = std::make_unique<FrozenClock>(frozen_instant(*test_clock, stored));
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
    if (!identity::load_operator_key_hash(opened.database)) {
        make_room_for_key(key_file, is_new ? &opened.made : nullptr, logger);
    }
    SystemRandom random;
    opened.operator_key_hash =
        identity::OperatorKey::load_or_make(opened.database, random, key_file);
    return opened;
}

Core::Core(asio::io_context& io, const config::Config& config, Opened opened,
           std::shared_ptr<spdlog::logger> logger)
    : made_{std::move(opened.made)},
      logger_{std::move(logger)},
      path_{config.storage.path},
      currency_{config.payment.currency},
      clock_{std::move(opened.clock)},
      steady_{opened.steady},
      frozen_{opened.frozen},
      file_use_{opened.engine.file_use},
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
      audit_{path_, file_use_, journal_, logger_},
      modules_{{io.get_executor(), config, *clock_, frozen_, random_, journal_, aside_,
                identity::OperatorKey{std::move(opened.operator_key_hash)}}} {}

task<void> Core::load(storage::Progress& progress) {
    progress.enter("Loading what is live");
    std::exception_ptr failure;
    try {
        co_await modules_.load(&progress);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        co_await refuse_what_was_loaded(failure);
    }
    for (const auto& [id, concert] : modules_.stock().all()) {
        if (concert.info().currency != currency_) {
            throw StartError{fmt::format(
                "the database sells {} in {}, and payment.currency is {}; set it to {}, or use "
                "another database",
                id.value, concert.info().currency, currency_, concert.info().currency)};
        }
    }
}

/// All that is wrong is told, not only what the load has met first.
task<void> Core::refuse_what_was_loaded(std::exception_ptr failure) {
    std::string sentence;
    try {
        std::rethrow_exception(failure);
    } catch (const Unsound& fault) {
        sentence = fault.what();
    } catch (...) {
        storage::sqlite::rethrow_as_open_error(failure, path_);
    }
    std::vector<std::string> faults;
    const std::function<void(Database&)> audit = [&faults](Database& database) {
        faults = audit_invariants(database);
    };
    co_await read(journal_, audit);
    if (faults.empty()) {
        faults.push_back(sentence);
    }
    refuse(faults, path_, *logger_);
}

/// Nothing keeps the start from going on: from now on the files are written.
task<void> Core::settle() {
    std::exception_ptr
        failure; // kept from the journal, to which it would be the end of the process
    const std::function<void(Database&)> settling = [&](Database& database) {
        try {
            storage::sqlite::settle(dynamic_cast<storage::sqlite::SqliteDatabase&>(database),
                                    path_);
        } catch (...) {
            failure = std::current_exception();
        }
    };
    co_await read(journal_, settling);
    if (failure) {
        std::rethrow_exception(failure);
    }
    // What was marked has been audited as it was opened.
    std::error_code error;
    if (std::filesystem::remove(unsound_mark(path_), error)) {
        logger_->info("{} is sound: {} is gone", path_, unsound_mark(path_));
    }
}

task<void> Core::catch_up() {
    co_await settle();
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

void Core::audit_past(std::function<void(const std::string&)> on_unsound) {
    if (path_ != ":memory:") {
        audit_.start(std::move(on_unsound));
    }
}

void Core::stop() {
    audit_.stop();
    wall_check_.cancel();
    modules_.scheduler().stop();
    journal_.stop();
}

} // namespace stagedoor::core
