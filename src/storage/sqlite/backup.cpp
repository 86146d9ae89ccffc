// SPDX-License-Identifier: MIT
#include "backup.hpp"

#include <optional>
#include <system_error>
#include <utility>

#include <SQLiteCpp/Backup.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "sqlite_journal.hpp"
#include "src/storage/file_system.hpp"

namespace stagedoor::storage::sqlite {

namespace {

namespace fs = std::filesystem;

constexpr int pages_per_step = 64;
constexpr int instructions_per_look =
    100'000; ///< of SQLite's machine, between two looks at `stopping`

int look_whether_stopping(void* stopping) {
    return static_cast<const std::atomic<bool>*>(stopping)->load() ? 1 : 0;
}

} // namespace

struct Backup::Copy {
    explicit Copy(const std::string& path)
        : database{SQLite::Database{path, SQLite::OPEN_READWRITE}} {}

    SqliteDatabase database;
    std::optional<SQLite::Backup> pages; ///< ends on the source's thread, and before `database`
};

Backup::Backup(BackupRequest request) : request_{std::move(request)} {
    std::error_code ignored;
    if (!request_.overwrite && fs::exists(request_.target, ignored)) {
        fail("it exists already; name another file");
    }
    if (fs::is_directory(request_.target, ignored)) {
        fail("it is a folder; name a file in it");
    }
    if (!fs::is_directory(folder_of(request_.target), ignored)) {
        fail(fmt::format("there is no folder {}", folder_of(request_.target).string()));
    }
    try {
        temporary_ = create_temporary(request_.target.string() + ".partial");
    } catch (const std::system_error& error) {
        fail(error.code().message());
    }
}

Backup::~Backup() {
    copy_.reset();
    if (temporary_.empty()) {
        return;
    }
    std::error_code ignored;
    for (const char* const suffix : {"", "-journal", "-wal", "-shm"}) {
        fs::remove(temporary_.string() + suffix, ignored);
    }
}

bool Backup::step(SqliteDatabase& source) {
    try {
        if (!copy_) {
            begin(source);
        }
        const int code = copy_->pages->executeStep(pages_per_step);
        if (code != SQLITE_OK && code != SQLITE_DONE) {
            fail("the database is busy; try again");
        }
        if (code == SQLITE_DONE) {
            copy_->pages.reset();
        }
        return code == SQLITE_OK;
    } catch (const SQLite::Exception& error) {
        fail(error.what());
    }
}

void Backup::begin(SqliteDatabase& source) {
    const char* const name = sqlite3_db_filename(source.connection().getHandle(), "main");
    std::error_code ignored;
    if (name != nullptr && *name != '\0' && fs::equivalent(name, request_.target, ignored)) {
        fail("it is the database itself; name another file");
    }
    // The path is made plain, since `file:…` would be read as a URI.
    copy_ = std::make_unique<Copy>(fs::absolute(temporary_).string());
    // The copy is worth nothing until it is complete, and is synced as a whole then.
    copy_->database.connection().exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; "
                                      "PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;");
    copy_->pages.emplace(copy_->database.connection(), "main", source.connection(), "main");
}

void Backup::check_copy(const std::atomic<bool>& stopping) {
    auto& connection = copy_->database.connection();
    // The source is in WAL mode and its header came along; a copy must stand alone, also on a
    // read-only medium.
    connection.exec("PRAGMA journal_mode = DELETE");
    sqlite3_progress_handler(connection.getHandle(), instructions_per_look, look_whether_stopping,
                             const_cast<std::atomic<bool>*>(&stopping));
    auto faults = copy_->database.audit();
    if (faults.empty() && request_.audit) { // a structure that is damaged cannot be asked for more
        faults = request_.audit(copy_->database);
    }
    if (!faults.empty()) {
        fail(fmt::format("the copy is not sound ({} faults, the first: {}); see `stagedoor check`",
                         faults.size(), faults.front()));
    }
}

void Backup::finish(const std::atomic<bool>& stopping) {
    try {
        check_copy(stopping);
        copy_.reset();
        sync_to_disk(temporary_);
        rename_file(temporary_, request_.target, request_.overwrite);
        temporary_.clear();
        sync_folder();
    } catch (const SQLite::Exception& error) {
        fail(stopping ? "the server is stopping" : error.what());
    } catch (const std::system_error& error) {
        fail(error.code().message());
    }
}

void Backup::sync_folder() const {
    try {
        sync_to_disk(folder_of(request_.target));
    } catch (const std::system_error& error) {
        fail(fmt::format("the copy is complete, but the disk did not take its name for good: {}",
                         error.code().message()));
    }
}

void Backup::fail(const std::string& reason) const {
    throw BackupError{
        one_line(fmt::format("no backup to {}: {}", request_.target.string(), reason))};
}

void back_up(SqliteDatabase& source, BackupRequest request) {
    Backup backup{std::move(request)};
    while (backup.step(source)) {
    }
    const std::atomic<bool> never{false};
    backup.finish(never);
}

namespace {

/// What the copying on the writer's thread leaves for the loop.
struct Copied {
    std::unique_ptr<Backup> backup;
    std::string error = "no backup: the server is stopping";
};

/// Until it is complete the Backup belongs to this closure alone, so that it ends with it on the
/// writer's thread.
std::function<bool(SqliteDatabase&)> copying_step(BackupRequest request,
                                                  std::shared_ptr<Copied> result) {
    auto under_way = std::make_shared<std::unique_ptr<Backup>>();
    return [request = std::move(request), result = std::move(result),
            under_way](SqliteDatabase& source) {
        try {
            if (!*under_way) {
                *under_way = std::make_unique<Backup>(request);
            }
            if ((*under_way)->step(source)) {
                return true;
            }
            result->backup = std::move(*under_way);
            result->error.clear();
        } catch (const std::exception& error) {
            under_way->reset();
            result->error = error.what();
        }
        return false;
    };
}

} // namespace

void back_up(SqliteJournal& journal, BackupRequest request,
             std::function<void(std::string error)> done) {
    auto copied = std::make_shared<Copied>();
    auto check = [copied](const std::atomic<bool>& stopping) {
        try {
            copied->backup->finish(stopping);
        } catch (const std::exception& error) {
            copied->error = error.what();
        }
        copied->backup.reset();
    };
    auto copying_done = [&journal, copied, check, done = std::move(done)] {
        if (!copied->backup) {
            done(copied->error);
            return;
        }
        if (!journal.aside(check, [copied, done] { done(copied->error); })) {
            copied->backup.reset();
            done("no backup: the machine starts no thread to check the copy; try again");
        }
    };
    journal.background(copying_step(std::move(request), copied), copying_done);
}

} // namespace stagedoor::storage::sqlite
