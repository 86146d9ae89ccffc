// SPDX-License-Identifier: MIT
// How a batch of Changes becomes one durable transaction, what each failure of the disk means, and
// when the write-ahead log is folded into the file. Synchronous and without a thread, so that a
// simulation can drive it; in the server it lives on the journal's writer thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <SQLiteCpp/Statement.h>

#include "base/journal.hpp"
#include "file_use.hpp"
#include "sqlite_database.hpp"
#include "src/storage/clock_row.hpp"
#include "src/storage/recording.hpp"
#include "src/storage/storage_settings.hpp"

namespace stagedoor::storage::sqlite {

/// Called with one line when it is unknown what is durable, or when a Change broke a rule of the
/// schema. Must not return (the process is aborted if it does); a test's may throw.
using Fatal = std::function<void(const std::string& message)>;

/// Whether `error` says that the medium can no longer be trusted (an I/O error or corruption).
[[nodiscard]] bool is_storage_failure(const SQLite::Exception& error);

/// What the engine is told beside its settings.
struct EngineContext {
    std::string boot_id;          ///< stored with the clock, see clock_row.hpp
    AccountStatements accounts{}; ///< needed where a Change declares an account
    int checkpoint_pages = StorageSettings{}.checkpoint_pages; ///< a journal's are its settings'
    std::chrono::milliseconds probe_interval{1000}; ///< real time between two tries of a full disk
    std::shared_ptr<FileUse> file_use{}; ///< where somebody else may read the file meanwhile
};

class GroupCommit {
public:
    GroupCommit(SqliteDatabase& database, EngineContext context, Fatal fatal);
    ~GroupCommit();
    GroupCommit(const GroupCommit&) = delete;
    GroupCommit& operator=(const GroupCommit&) = delete;

    /// Commits `group` in order as one transaction, together with the clock as of `at`; an outcome
    /// for each. A refusal undoes its own Change alone. A full disk undoes the whole group: all
    /// `unavailable`, and nothing is written until `probe` succeeds. Everything else that fails is
    /// fatal and never tried again.
    [[nodiscard]] std::vector<Outcome> commit(std::span<const Change> group, const ClockMark& at);

    /// To be called between groups: folds the log into the file if it has grown long. A full disk
    /// makes the storage unwritable (the log keeps what is committed); any other error is fatal.
    /// Put off while somebody else reads the file.
    void checkpoint_if_due();

    /// Folds the whole log into the file and empties it. False where the disk is full.
    bool checkpoint_and_truncate();

    [[nodiscard]] bool writable() const { return writable_; }

    /// Tries whether the disk takes writes again, by really writing (64 KiB). Returns `writable()`.
    bool probe();

private:
    static int on_wal(void* self, sqlite3* connection, const char* schema, int pages);

    [[nodiscard]] std::vector<Outcome> run(std::span<const Change> group, const ClockMark& at);
    void load_accounts(std::span<const Change> group);
    void write_recorded(const ClockMark& at);
    void write(const Recorded& recorded);
    [[nodiscard]] bool checkpoint(int mode);
    [[nodiscard]] bool fold(int mode);
    void roll_back();
    [[nodiscard]] sqlite3* handle() const;
    [[noreturn]] void die(const std::string& message) const;

    SqliteDatabase& database_;
    EngineContext context_;
    Fatal fatal_;
    Recording recording_;
    SQLite::Statement begin_;
    SQLite::Statement commit_;
    int wal_pages_ = 0;
    bool writable_ = true;
};

} // namespace stagedoor::storage::sqlite
