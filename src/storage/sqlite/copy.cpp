// SPDX-License-Identifier: MIT
#include "copy.hpp"

#include <exception>
#include <utility>

#include <sqlite3.h>

#include "sqlite_journal.hpp"

namespace stagedoor::storage::sqlite {

namespace {

constexpr int pages_per_step = 64;
constexpr int instructions_per_look =
    100'000; ///< of SQLite's machine, between two looks at `stopping`

int look_whether_stopping(void* stopping) {
    return static_cast<const std::atomic<bool>*>(stopping)->load() ? 1 : 0;
}

} // namespace

Copy::Copy(const std::string& path) : database_{SQLite::Database{path, SQLite::OPEN_READWRITE}} {
    // The copy is worth nothing until it is complete; who wants to keep it syncs it as a whole.
    database_.connection().exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; "
                                "PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;");
}

bool Copy::step(SqliteDatabase& source) {
    if (!begun_) {
        pages_.emplace(database_.connection(), "main", source.connection(), "main");
        begun_ = true;
    }
    const int code = pages_->executeStep(pages_per_step);
    if (code != SQLITE_OK && code != SQLITE_DONE) {
        throw SQLite::Exception{"the database is busy; try again", code};
    }
    if (code == SQLITE_DONE) {
        pages_.reset();
    }
    return code == SQLITE_OK;
}

std::vector<std::string> Copy::faults(const Audit& audit, const std::atomic<bool>& stopping) {
    auto& connection = database_.connection();
    // The source is in WAL mode and its header came along; a copy must stand alone, also on a
    // read-only medium.
    connection.exec("PRAGMA journal_mode = OFF");
    sqlite3_progress_handler(connection.getHandle(), instructions_per_look, look_whether_stopping,
                             const_cast<std::atomic<bool>*>(&stopping));
    return audit(database_);
}

namespace {

/// What the copying on the writer's thread leaves for the loop.
struct Copied {
    std::unique_ptr<Copying> copying;
    std::string error;
};

/// Until it is complete the Copying belongs to this closure alone, so that it ends with it on the
/// writer's thread.
std::function<bool(SqliteDatabase&)> copying_step(std::function<std::unique_ptr<Copying>()> make,
                                                  std::shared_ptr<Copied> result) {
    auto under_way = std::make_shared<std::unique_ptr<Copying>>();
    return [make = std::move(make), result = std::move(result), under_way](SqliteDatabase& source) {
        try {
            if (!*under_way) {
                *under_way = make();
            }
            if ((*under_way)->step(source)) {
                return true;
            }
            result->copying = std::move(*under_way);
            result->error.clear();
        } catch (const std::exception& error) {
            under_way->reset();
            result->error = error.what();
        }
        return false;
    };
}

} // namespace

void copy_beside(SqliteJournal& journal, std::function<std::unique_ptr<Copying>()> make,
                 std::string nothing, std::function<void(std::string error)> done) {
    auto copied = std::make_shared<Copied>();
    copied->error = nothing + ": the server is stopping";
    auto finish = [copied](const std::atomic<bool>& stopping) {
        try {
            copied->copying->finish(stopping);
        } catch (const std::exception& error) {
            copied->error = error.what();
        }
        copied->copying.reset();
    };
    auto copying_done = [&journal, copied, finish, nothing = std::move(nothing),
                         done = std::move(done)] {
        if (!copied->copying) {
            done(copied->error);
            return;
        }
        if (!journal.aside(
                finish, [copied, done] { done(copied->error); }, Urgency::background)) {
            copied->copying.reset();
            done(nothing + ": the machine starts no thread to check the copy; try again");
        }
    };
    journal.background(copying_step(std::move(make), copied), copying_done);
}

} // namespace stagedoor::storage::sqlite
