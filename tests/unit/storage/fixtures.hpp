// SPDX-License-Identifier: MIT
// What the storage tests share: a folder that goes away, a small table to write to, and a running
// journal.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <pthread.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include "base/journal.hpp"
#include "storage/clock_row.hpp"
#include "storage/sqlite/database_file.hpp"
#include "storage/sqlite/migrate.hpp"
#include "storage/sqlite/sqlite_database.hpp"
#include "storage/sqlite/sqlite_journal.hpp"
#include "support/fatal.hpp"
#include "support/temp_folder.hpp"

namespace stagedoor::test {

/// The program's own tables, and a table of numbers as the last step.
inline std::vector<storage::SchemaStep> test_steps() {
    const auto own = storage::schema_steps();
    std::vector<storage::SchemaStep> steps{own.begin(), own.end()};
    steps.push_back(
        {own.back().version + 1, "numbers",
         "CREATE TABLE number (value INTEGER PRIMARY KEY, filler BLOB) STRICT;"
         "CREATE TABLE child (value INTEGER NOT NULL REFERENCES number (value)) STRICT;",
         ""});
    return steps;
}

using storage::sqlite::SqliteDatabase;

inline SqliteDatabase open_migrated(const std::string& path) {
    SqliteDatabase database =
        storage::sqlite::open_database(path, storage::sqlite::OpenMode::create);
    storage::sqlite::migrate(database, test_steps());
    return database;
}

inline const Statement insert_number_row{"INSERT INTO number (value) VALUES ($1)"};
inline const Statement insert_filler_row{
    "INSERT INTO number (value, filler) VALUES ($1, zeroblob($2))"};
inline const Statement select_numbers{"SELECT value FROM number ORDER BY value"};

inline Change insert_number(int value, bool accept = true) {
    return Change{[value, accept](Transaction& transaction) {
        transaction.run(insert_number_row, {value});
        if (!accept) {
            transaction.refuse();
        }
    }};
}

/// A Change that needs `bytes` of new room.
inline Change insert_filler(int value, int bytes) {
    return Change{[value, bytes](Transaction& transaction) {
        transaction.run(insert_filler_row, {value, bytes});
    }};
}

inline std::vector<int> numbers(Database& database) {
    std::vector<int> found;
    database.select(select_numbers, {}, [&found](const Row& row) {
        found.push_back(static_cast<int>(row.integer(0)));
    });
    return found;
}

/// Of an SqliteDatabase, as a journal shows it.
inline void limit_pages(Database& database, int extra) {
    SQLite::Database& connection = dynamic_cast<SqliteDatabase&>(database).connection();
    const int pages = connection.execAndGet("PRAGMA page_count").getInt();
    static_cast<void>(
        connection.execAndGet("PRAGMA max_page_count = " + std::to_string(pages + extra)));
}

/// While it lives no thread can be started: the stack that each would get is too large for any
/// machine.
class NoMoreThreads {
public:
    NoMoreThreads() {
        pthread_getattr_default_np(&before_);
        pthread_attr_t huge;
        pthread_attr_init(&huge);
        pthread_attr_setstacksize(&huge, std::size_t{1} << 60U);
        pthread_setattr_default_np(&huge);
        pthread_attr_destroy(&huge);
    }
    ~NoMoreThreads() {
        pthread_setattr_default_np(&before_);
        pthread_attr_destroy(&before_);
    }
    NoMoreThreads(const NoMoreThreads&) = delete;
    NoMoreThreads& operator=(const NoMoreThreads&) = delete;

private:
    pthread_attr_t before_{};
};

inline std::shared_ptr<spdlog::logger> silent_logger() {
    return std::make_shared<spdlog::logger>("test",
                                            std::make_shared<spdlog::sinks::null_sink_mt>());
}

/// A loop and a journal on it. `run` returns once every answer has been given.
struct JournalFixture {
    explicit JournalFixture(SqliteDatabase database, storage::StorageSettings settings = {}) {
        storage::sqlite::EngineContext engine;
        engine.probe_interval = std::chrono::milliseconds{1};
        journal = std::make_unique<storage::sqlite::SqliteJournal>(
            std::move(database), context.get_executor(), [this] { return now; }, settings, engine,
            silent_logger());
    }

    void run() {
        context.restart();
        context.run();
    }

    void run_until(const std::function<bool()>& condition) {
        const auto work = asio::make_work_guard(context);
        context.restart();
        while (!condition()) {
            context.run_one();
        }
    }

    /// Waits for `query` to have run on the writer's thread.
    void on_writer(std::function<void(Database&)> query) {
        journal->read(std::move(query), [] {});
        run();
    }

    asio::io_context context;
    storage::ClockMark now{};
    std::unique_ptr<storage::sqlite::SqliteJournal> journal;
};

} // namespace stagedoor::test
