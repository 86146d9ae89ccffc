// SPDX-License-Identifier: MIT
// A consistent copy of the database, also while it is written to, in a temporary file that takes
// its name only once it is complete, checked and on disk. The copy is one file that needs no
// write-ahead log beside it.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "copy.hpp"

namespace stagedoor::storage::sqlite {

struct BackupRequest {
    std::filesystem::path target;
    bool overwrite = false; ///< whether an existing target may be replaced
    /// What must hold of the copy beside SQLite's own check. Called on whatever thread
    /// `Backup::finish` runs on. Empty = nothing.
    Audit audit;
};

/// Why there is no backup. `what()` is one line; the temporary file is gone, and the target is
/// untouched unless the line says that the copy is complete.
class BackupError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One backup under way. Removes its temporary file unless finished.
class Backup final : public Copying {
public:
    /// Makes the temporary file beside the target. Throws BackupError.
    explicit Backup(BackupRequest request);
    ~Backup() override;
    Backup(const Backup&) = delete;
    Backup& operator=(const Backup&) = delete;

    /// Copies the next 64 pages; false once all are copied. On the thread of `source`, which must
    /// be the same at every step and outlive the last one (or this object). Throws BackupError.
    bool step(SqliteDatabase& source) override;

    /// Checks and audits the copy, makes it durable and gives it its name. Any thread, after the
    /// last step; it reads the whole copy. Ends early with an error once `stopping` is true. Throws
    /// BackupError.
    void finish(const std::atomic<bool>& stopping) override;

private:
    void begin(SqliteDatabase& source);
    void check_copy(const std::atomic<bool>& stopping);
    void sync_folder() const;
    [[noreturn]] void fail(const std::string& reason) const;

    BackupRequest request_;
    std::filesystem::path temporary_;
    std::optional<Copy> copy_;
};

/// A backup of a database that no server runs on, start to end. Throws BackupError.
void back_up(SqliteDatabase& source, BackupRequest request);

/// A backup beside the running journal, which must live until `done` has been called (on the loop,
/// with the error, empty for success). Copying takes turns with the groups; checking the copy
/// happens on a thread of its own.
void back_up(SqliteJournal& journal, BackupRequest request,
             std::function<void(std::string error)> done);

} // namespace stagedoor::storage::sqlite
