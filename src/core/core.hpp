// SPDX-License-Identifier: MIT
// Everything but HTTP: the database, the journal, the clock, and the modules upon them. Lives on
// the main thread, which is the loop's.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/logger.h>

#include "aside_thread.hpp"
#include "background_audit.hpp"
#include "modules.hpp"
#include "src/config/config.hpp"
#include "src/storage/file_system.hpp"
#include "src/storage/progress.hpp"
#include "src/storage/sqlite/sqlite_journal.hpp"
#include "system_clock.hpp"

namespace stagedoor::core {

/// Why the program cannot start: one line that says what to do.
class StartError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// `path` with `suffix`, empty for a database in memory: the files that stand beside a database.
[[nodiscard]] std::string beside_database(const std::string& path, std::string_view suffix);

/// The database, and what is read from it before the journal takes it over.
struct Opened {
    storage::MadeFiles made; ///< outlives the database
    storage::sqlite::SqliteDatabase database;
    std::unique_ptr<Clock> clock;
    SteadyClock* steady = nullptr; ///< the clock, or `frozen` is
    FrozenClock* frozen = nullptr;
    std::string operator_key_hash;
    storage::sqlite::EngineContext engine; ///< with what the machine says
};

/// Opens, checks and migrates the database; as long as that takes, on a thread of its own if need
/// be. A database that is up to date is left as it is until Core::catch_up(). Ends soon after
/// `progress` was stopped. What is past is audited where the database is marked as unsound, and
/// otherwise not here (Core::audit_past). Throws storage::sqlite::OpenError, or StartError where
/// the database is not sound; a new database is then gone again.
[[nodiscard]] Opened open(const config::Config& config, std::optional<TestClock> test_clock,
                          spdlog::logger& logger, storage::Progress& progress);

class Core {
public:
    Core(asio::io_context& io, const config::Config& config, Opened opened,
         std::shared_ptr<spdlog::logger> logger);
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    /// Before anything else: rebuilds the live state from the tables, judges it, and writes
    /// nothing. Throws StartError where it is not sound, or where the database is in another
    /// currency than the configuration, storage::sqlite::OpenError, and storage::StartStopped.
    [[nodiscard]] task<void> load(storage::Progress& progress);

    /// Then: does what fell due, and admits who may be. Until here all files are as they were,
    /// unless the schema had to be brought up to date. Throws storage::sqlite::OpenError.
    [[nodiscard]] task<void> catch_up();

    /// The start has come to its end: a database that it made stays. Otherwise it goes with this.
    void keep_database() { made_.keep(); }

    /// Lets what is shown follow the wall clock, from now on and until the stop.
    void follow_wall_clock();

    /// Once everybody is served: audits the whole database beside, as long as that takes.
    /// `on_unsound` is called where that finds damage, with a sentence; nobody is to be served
    /// then.
    void audit_past(std::function<void(const std::string& sentence)> on_unsound);
    [[nodiscard]] const AuditStats& audit_stats() const { return audit_.stats(); }

    /// Makes everything durable that is under way and closes the database.
    void stop();

    [[nodiscard]] spdlog::logger& logger() { return *logger_; }
    [[nodiscard]] Modules& modules() { return modules_; }
    [[nodiscard]] storage::sqlite::SqliteJournal& journal() { return journal_; }
    [[nodiscard]] const storage::sqlite::SqliteJournal& journal() const { return journal_; }
    [[nodiscard]] const Clock& clock() const { return *clock_; }
    /// nullptr unless made with `test_clock`.
    [[nodiscard]] const FrozenClock* frozen_clock() const { return frozen_; }

private:
    [[nodiscard]] task<void> settle();
    [[nodiscard]] task<void> refuse_what_was_loaded(std::exception_ptr failure);

    storage::MadeFiles made_; ///< first: it outlives the journal, which has the database
    std::shared_ptr<spdlog::logger> logger_;
    std::string path_;
    std::string currency_;
    SystemRandom random_;
    std::unique_ptr<Clock> clock_;
    SteadyClock* steady_; ///< the clock, or `frozen_` is
    FrozenClock* frozen_;
    std::shared_ptr<storage::sqlite::FileUse> file_use_; ///< shared with the journal
    storage::sqlite::SqliteJournal journal_;
    AsideThread aside_;
    asio::steady_timer wall_check_;
    BackgroundAudit audit_;
    Modules modules_;
};

} // namespace stagedoor::core
