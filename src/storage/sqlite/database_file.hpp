// SPDX-License-Identifier: MIT
// Opens the database file so that nothing is left to SQLite's defaults: every setting is read back,
// one process alone has the file, and a file that is damaged or not ours is refused before anything
// is written to it. For the start of a command; the caller's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>

#include "sqlite_database.hpp"
#include "src/storage/file_system.hpp"

namespace stagedoor::storage::sqlite {

/// PRAGMA application_id of our files: "StDr".
inline constexpr std::int32_t application_id = 0x53744472;

enum class OpenMode {
    create = 1, ///< an absent file is made, readable by its owner alone
    existing,   ///< an absent file is an error
};

enum class OpenErrc {
    cannot_open = 1, ///< no such folder, no permission, an I/O error, a full disk
    in_use,          ///< another process has it open
    damaged,         ///< not a database, or a corrupt one
    foreign,         ///< a database of some other program
    newer,           ///< written by a newer version of this program
    unsupported,     ///< SQLite did not take a setting that durability rests on
    migration,       ///< a step of the schema failed and was rolled back
};

/// Why a database cannot be used. `what()` is one line that says what to do.
class OpenError : public std::runtime_error {
public:
    OpenError(OpenErrc code, const std::string& message)
        : std::runtime_error{message}, code_{code} {}

    [[nodiscard]] OpenErrc code() const noexcept { return code_; }

private:
    OpenErrc code_;
};

/// What an opening tells and asks while it runs.
struct OpenContext {
    /// Called with a line about what an operator should know; may be empty.
    std::function<void(const std::string&)> warn;
    /// Where not nullptr: the database is interruptible by it (SqliteDatabase::interrupt_when).
    const std::atomic<bool>* stopped = nullptr;
    /// Whether every page is looked at, which takes the longer, the larger the file is. Otherwise
    /// damage is found where it is read.
    bool check_pages = true;
    /// Whether all files stay as they are until settle(): a log is read where it lies, and a backup
    /// stays one, also where the database is closed without that. For a start that may still fail.
    bool leave_as_is = false;
    /// Where not nullptr: a log that is set aside for a file that was just made is put back with
    /// it.
    MadeFiles* made = nullptr;
};

/// Opens `path` (or `:memory:`), takes the exclusive lock, checks the file and empties its
/// write-ahead log. The schema is not touched (see migrate.hpp). A log beside the file that is of
/// the database whose place this one has taken (a backup, restored) is renamed, with a warning.
/// Throws OpenError.
[[nodiscard]] SqliteDatabase open_database(const std::string& path, OpenMode mode,
                                           const OpenContext& context = {});

/// Makes an absent file for open_database(), readable by its owner alone. Returns whether it was
/// made: it is then this process that made it. False for `:memory:`. Throws OpenError where `path`
/// cannot be a database of ours: no folder, a folder itself, no permission.
[[nodiscard]] bool make_database_file(const std::string& path);

/// Whether the file is a backup that no server has been started on: its header says that it is not
/// written through a write-ahead log (https://www.sqlite.org/fileformat.html, 1.3.3). False for
/// what cannot be read. Never while this process has the file open: it would lose its lock.
[[nodiscard]] bool is_backup(const std::string& path);

/// What open_database() has left: from now on the database is written through its log, which is
/// empty. Throws OpenError.
void settle(SqliteDatabase& database, const std::string& path);

/// Opens a file that nobody changes meanwhile, such as a backup, to be read alone and without its
/// log, also on a medium that cannot be written. Throws OpenError.
[[nodiscard]] SqliteDatabase open_unchanging(const std::string& path);

/// Looks at every page, which takes the longer, the larger the file is. Throws OpenError.
void check_pages(SqliteDatabase& database, const std::string& path);

/// Folds the log into the file and empties it. Throws OpenError.
void empty_log(SqliteDatabase& database, const std::string& path);

/// Throws the OpenError that says in words what SQLite has said; whatever else `failure` is it
/// throws as it is.
[[noreturn]] void rethrow_as_open_error(const std::exception_ptr& failure, const std::string& path);

} // namespace stagedoor::storage::sqlite
