// SPDX-License-Identifier: MIT
#include "group_commit.hpp"

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/assert.hpp"

namespace stagedoor::storage::sqlite {

namespace {

constexpr int primary(int code) {
    return code & 0xff;
}

/// Which file a write went to: a commit writes to the log, a checkpoint to the database.
enum class Target { log = 1, database };

/// The `errno` of the last call that failed on that file; 0 where the file system does not tell.
int last_errno(sqlite3* connection, Target target) {
    int result = 0;
    if (target == Target::database) {
        sqlite3_file_control(connection, "main", SQLITE_FCNTL_LAST_ERRNO, &result);
        return result;
    }
    sqlite3_file* log = nullptr;
    sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (log != nullptr && log->pMethods != nullptr) {
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &result);
    }
    return result;
}

/// SQLite says SQLITE_FULL for ENOSPC alone. A quota, or a limit on the size of a file, is the same
/// to us: the write did not happen, and may when there is room again.
bool is_full(sqlite3* connection, int code, Target target) {
    if (primary(code) == SQLITE_FULL) {
        return true;
    }
    const int cause = code == SQLITE_IOERR_WRITE ? last_errno(connection, target) : 0;
    return cause == EDQUOT || cause == EFBIG;
}

/// Leaves the statement ready for the next time, however it ends.
void run_prepared(SQLite::Statement& statement) {
    struct Reset {
        SQLite::Statement& used;
        ~Reset() { static_cast<void>(used.tryReset()); }
    };
    const Reset reset{statement};
    statement.exec();
}

} // namespace

bool is_storage_failure(const SQLite::Exception& error) {
    switch (primary(error.getErrorCode())) {
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
        return true;
    default:
        return false;
    }
}

GroupCommit::GroupCommit(SqliteDatabase& database, EngineContext context, Fatal fatal)
    : database_{database},
      context_{std::move(context)},
      fatal_{std::move(fatal)},
      recording_{context_.accounts},
      begin_{database.connection(), "BEGIN IMMEDIATE"},
      commit_{database.connection(), "COMMIT"} {
    sqlite3_wal_hook(handle(), &GroupCommit::on_wal, this);
}

GroupCommit::~GroupCommit() {
    sqlite3_wal_hook(handle(), nullptr, nullptr);
}

std::vector<Outcome> GroupCommit::commit(std::span<const Change> group, const ClockMark& at) {
    if (writable_) {
        try {
            return run(group, at);
        } catch (const SQLite::Exception& error) {
            if (!is_full(handle(), error.getExtendedErrorCode(), Target::log)) {
                die(fmt::format("a commit failed, and what is durable is unknown: {} ({})",
                                error.what(), error.getExtendedErrorCode()));
            }
        } catch (const std::exception& error) {
            die(fmt::format("a change cannot be written: {}", error.what()));
        }
        roll_back();
        writable_ = false;
    }
    return std::vector<Outcome>(group.size(), Outcome::unavailable);
}

std::vector<Outcome> GroupCommit::run(std::span<const Change> group, const ClockMark& at) {
    recording_.clear();
    load_accounts(group);
    std::vector<Outcome> outcomes;
    outcomes.reserve(group.size());
    bool writes = false;
    for (const Change& change : group) {
        STAGEDOOR_ASSERT(!change.is_alone() || group.size() == 1,
                         "what stands alone is a group of its own");
        const bool accepted = recording_.take(change);
        writes = writes || (accepted && !change.empty());
        outcomes.push_back(accepted ? Outcome::committed : Outcome::refused);
    }
    if (writes) {
        write_recorded(at);
    }
    recording_.clear(); // an import is large, and the next group may be long in coming
    return outcomes;
}

void GroupCommit::write_recorded(const ClockMark& at) {
    run_prepared(begin_);
    recording_.for_each([this](const Recorded& recorded) { write(recorded); });
    store_clock(database_, at, context_.boot_id);
    run_prepared(commit_);
}

void GroupCommit::load_accounts(std::span<const Change> group) {
    for (const Change& change : group) {
        for (const auto& account : change.accounts()) {
            if (!recording_.knows(account)) {
                std::int64_t balance = 0;
                database_.select(*context_.accounts.load, {account},
                                 [&balance](const Row& row) { balance = row.integer(0); });
                recording_.know(account, balance);
            }
        }
    }
}

void GroupCommit::write(const Recorded& recorded) {
    const int rows = database_.execute(*recorded.statement, recorded.values);
    if (recorded.rows && rows != *recorded.rows) {
        throw std::logic_error{
            fmt::format("memory and tables disagree: {} rows instead of {} by {}", rows,
                        *recorded.rows, recorded.statement->sql())};
    }
}

void GroupCommit::roll_back() {
    try {
        // SQLite may have rolled back by itself already.
        if (sqlite3_get_autocommit(handle()) == 0) {
            database_.connection().exec("ROLLBACK");
        }
    } catch (const SQLite::Exception& error) {
        die(fmt::format("rolling back failed, and what is durable is unknown: {}", error.what()));
    }
}

void GroupCommit::checkpoint_if_due() {
    if (writable_ && wal_pages_ > context_.checkpoint_pages) {
        // PASSIVE lets the next group overwrite the log from its start, which is cheaper than
        // growing it anew.
        writable_ = checkpoint(SQLITE_CHECKPOINT_PASSIVE);
    }
}

bool GroupCommit::checkpoint_and_truncate() {
    int kept = 0; // by a start that has not settled the files, and fails
    sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, -1, &kept);
    if (kept != 0) {
        return true;
    }
    return checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
}

bool GroupCommit::checkpoint(int mode) {
    if (!context_.file_use) {
        return fold(mode);
    }
    if (!context_.file_use->begin_folding(wal_pages_)) {
        return true; // the log grows on until the file is not read any more
    }
    const bool whole = fold(mode);
    context_.file_use->end_folding(whole);
    return whole;
}

bool GroupCommit::fold(int mode) {
    sqlite3* const connection = handle();
    const int code = sqlite3_wal_checkpoint_v2(connection, "main", mode, nullptr, nullptr);
    if (is_full(connection, code, Target::database)) {
        return false;
    }
    if (code != SQLITE_OK) {
        die(fmt::format("folding the write-ahead log into the database failed: {} ({})",
                        sqlite3_errmsg(connection), code));
    }
    wal_pages_ = 0;
    return true;
}

bool GroupCommit::probe() {
    try {
        // It must not only rewrite a page that is there: the next group will need new ones.
        auto& connection = database_.connection();
        connection.exec("INSERT OR REPLACE INTO write_probe VALUES (1, zeroblob(65536))");
        connection.exec("DELETE FROM write_probe");
        writable_ =
            wal_pages_ <= context_.checkpoint_pages || checkpoint(SQLITE_CHECKPOINT_PASSIVE);
    } catch (const SQLite::Exception& error) {
        if (!is_full(handle(), error.getExtendedErrorCode(), Target::log)) {
            die(fmt::format("a probe of the disk failed: {}", error.what()));
        }
        writable_ = false;
        roll_back();
    }
    return writable_;
}

void GroupCommit::die(const std::string& message) const {
    fatal_(message);
    std::abort();
}

sqlite3* GroupCommit::handle() const {
    return database_.connection().getHandle();
}

int GroupCommit::on_wal(void* self, sqlite3*, const char*, int pages) {
    static_cast<GroupCommit*>(self)->wal_pages_ = pages;
    return SQLITE_OK;
}

} // namespace stagedoor::storage::sqlite
