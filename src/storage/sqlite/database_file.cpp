// SPDX-License-Identifier: MIT
#include "database_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "audit.hpp"
#include "check.hpp"
#include "src/storage/file_system.hpp"

namespace stagedoor::storage::sqlite {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view memory_path = ":memory:";

/// One setting and what SQLite must say when it is read back.
struct Pragma {
    const char* name;
    const char* value;
    const char* reads_back;
    bool file_only; ///< a database in memory has neither a log nor a lock
};

// The order matters: EXCLUSIVE before the first look at the file keeps the log's index in the heap,
// where no other process can see it.
constexpr std::array pragmas{
    Pragma{"busy_timeout", "0", "0", false},
    Pragma{"locking_mode", "EXCLUSIVE", "exclusive", true},
    Pragma{"temp_store", "MEMORY", "2", false}, // no I/O error of /tmp can reach a commit
    Pragma{"trusted_schema", "OFF", "0", false},
    Pragma{"cell_size_check", "ON", "1", false},
    Pragma{"foreign_keys", "ON", "1", false},
    Pragma{"cache_size", "-32768", "-32768", false}, // KiB
    Pragma{"journal_mode", "WAL", "wal", true},
    Pragma{"synchronous", "FULL", "2", false},
    Pragma{"journal_size_limit", "67108864", "67108864", true}, // bytes
    Pragma{"wal_autocheckpoint", "0", "0", true},
};

[[noreturn]] void refuse(OpenErrc code, const std::string& message) {
    throw OpenError{code, one_line(message)};
}

[[noreturn]] void refuse_damaged(const std::string& path, std::string_view finding) {
    refuse(
        OpenErrc::damaged,
        fmt::format("{} is damaged or not a database ({}): restore a backup, or name another file",
                    path, finding));
}

[[noreturn]] void refuse_unreadable(const std::string& path, std::string_view reason) {
    refuse(OpenErrc::cannot_open,
           fmt::format("cannot open database {}: {}; check storage.path and the permissions of the "
                       "file and its folder",
                       path, reason));
}

[[noreturn]] void refuse_for(const std::string& path, const SQLite::Exception& error) {
    switch (error.getErrorCode() & 0xff) {
    case SQLITE_BUSY:
        refuse(OpenErrc::in_use,
               fmt::format("database {} is in use by another process: stop that one first, or name "
                           "another file",
                           path));
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        refuse_damaged(path, error.what());
    case SQLITE_IOERR:
    case SQLITE_LOCKED: // what SQLite says where it failed halfway into its write-ahead log
        refuse(
            OpenErrc::cannot_open,
            fmt::format("cannot open database {}: the disk reported an error ({}); try again, and "
                        "look at the disk where it stays so",
                        path, error.what()));
    case SQLITE_FULL:
        refuse(OpenErrc::cannot_open,
               fmt::format("cannot open database {}: the disk is full; make room on it", path));
    default:
        refuse_unreadable(path, error.what());
    }
}

/// Says why in words before SQLite says "unable to open database file". Returns whether the file
/// was made.
bool prepare_file(const std::string& path, OpenMode mode) {
    if (path.empty()) {
        refuse_unreadable("\"\"", "the path is empty");
    }
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) {
        if (!fs::exists(folder_of(path), error)) {
            refuse_unreadable(path, fmt::format("there is no folder {}", folder_of(path).string()));
        }
        if (mode == OpenMode::existing) {
            refuse_unreadable(path, "there is no such file");
        }
        try {
            create_private_file(path);
            sync_to_disk(folder_of(path));
        } catch (const std::system_error& failure) {
            refuse_unreadable(path, failure.code().message());
        }
        return true;
    }
    if (status.type() == fs::file_type::directory) {
        refuse_unreadable(path, "it is a folder");
    }
    if (::access(path.c_str(), R_OK | W_OK) != 0) {
        refuse_unreadable(path, std::generic_category().message(errno));
    }
    return false;
}

/// SQLite plays any log that lies beside a database into it. One that cannot be its own gets
/// another name: it may hold what the restored backup does not.
void set_foreign_log_aside(const std::string& path,
                           const std::function<void(const std::string&)>& warn, MadeFiles* made) {
    const std::string log = path + "-wal";
    std::error_code error;
    // The log first: a server that starts meanwhile marks the file before it makes a log.
    const bool there = fs::file_size(log, error) > 0 && !error;
    // Nor is it of a file that was just made: SQLite would remove the log of an empty one.
    const bool empty = fs::file_size(path, error) == 0 && !error;
    if (!there || !(empty || is_backup(path))) {
        return;
    }
    std::string aside;
    try {
        aside = set_aside(log).string();
    } catch (const std::system_error& failure) {
        refuse_unreadable(path, fmt::format("{} is of another database and cannot be renamed ({})",
                                            log, failure.code().message()));
    }
    if (empty && made != nullptr) {
        made->add_set_aside(aside, log);
    }
    if (warn) {
        warn(fmt::format("{} was of the database that {} has taken the place of; it is {} now", log,
                         path, aside));
    }
}

void harden(SQLite::Database& connection) {
    sqlite3_extended_result_codes(connection.getHandle(), 1);
    // Double quotes are for names alone, and SQL cannot reach the file's own structures.
    for (const int option : {SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_DQS_DML}) {
        sqlite3_db_config(connection.getHandle(), option, 0, nullptr);
    }
    sqlite3_db_config(connection.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

/// SQLite counts what memory it has, under a lock that every allocation takes, and nobody asks for
/// it. Said before main(), since nothing of SQLite may have been used.
[[maybe_unused]] const int memory_statistics = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);

SQLite::Database connect(const std::string& path) {
    // Debian's SQLite reads `file:…` as a URI; `./file:…` is a plain name.
    const bool plain = path == memory_path || path.starts_with('/');
    const std::string name = plain ? path : "./" + path;
    // One thread at a time has it, first the start's and then the writer: it needs no lock.
    SQLite::Database connection{name, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX};
    if (sqlite3_db_readonly(connection.getHandle(), "main") == 1) {
        refuse_unreadable(path, "it cannot be written");
    }
    harden(connection);
    return connection;
}

std::string first_cell(SQLite::Database& connection, const std::string& sql) {
    SQLite::Statement statement{connection, sql};
    return statement.executeStep() ? statement.getColumn(0).getString() : std::string{};
}

/// Before anything is written: the file must be empty or ours.
void check_owner(SQLite::Database& connection, const std::string& path) {
    const std::string id = first_cell(connection, "PRAGMA application_id");
    if (id == std::to_string(application_id)) {
        return;
    }
    const bool empty = id == "0" && first_cell(connection, "PRAGMA user_version") == "0" &&
                       first_cell(connection, "SELECT count(*) FROM sqlite_schema") == "0";
    if (!empty) {
        refuse(OpenErrc::foreign,
               fmt::format("{} is a database of another program: name another file in storage.path",
                           path));
    }
}

void apply(SQLite::Database& connection, const Pragma& pragma) {
    // Some settings answer with a row and some do not; only what is read back counts.
    static_cast<void>(
        first_cell(connection, fmt::format("PRAGMA {} = {}", pragma.name, pragma.value)));
    const std::string taken = first_cell(connection, fmt::format("PRAGMA {}", pragma.name));
    if (taken != pragma.reads_back) {
        refuse(OpenErrc::unsupported,
               fmt::format("SQLite did not take the setting {} = {} (it says \"{}\"): use a file "
                           "system and an SQLite library that support it",
                           pragma.name, pragma.value, taken));
    }
}

/// `keep_mode`: how the file is written stays as it is, which the file itself says.
void configure(SQLite::Database& connection, const std::string& path, bool keep_mode) {
    bool owner_checked = false;
    for (const Pragma& pragma : pragmas) {
        if (pragma.file_only && path == memory_path) {
            continue;
        }
        if (std::string_view{pragma.name} == "journal_mode") {
            check_owner(connection, path);
            owner_checked = true;
            if (keep_mode) {
                continue;
            }
        }
        apply(connection, pragma);
    }
    if (!owner_checked) {
        check_owner(connection, path);
    }
}

/// Whether a close leaves the log as it is, instead of folding it into the file and removing it.
void keep_log(SQLite::Database& connection, bool keep) {
    sqlite3_db_config(connection.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0,
                      nullptr);
}

/// The lock is taken by writing, not by opening: a second process must hear of it now.
void take_lock(SQLite::Database& connection) {
    connection.exec("BEGIN IMMEDIATE");
    connection.exec("COMMIT");
}

void check_pages_of(SQLite::Database& connection, const std::string& path) {
    const std::string finding = first_cell(connection, "PRAGMA quick_check(1)");
    if (finding != "ok") {
        throw_if_unreadable(finding);
        refuse_damaged(path, finding);
    }
}

void empty_log_of(SQLite::Database& connection, const std::string& path) {
    if (path != memory_path && first_cell(connection, "PRAGMA wal_checkpoint(TRUNCATE)") != "0") {
        refuse_unreadable(path, "its write-ahead log could not be emptied");
    }
}

SqliteDatabase open_prepared(const std::string& path, const OpenContext& context) {
    try {
        std::error_code error;
        const bool has_log = fs::exists(path + "-wal", error);
        const bool backup = is_backup(path); // not while it is open: see there
        SqliteDatabase database{connect(path)};
        database.interrupt_when(context.stopped);
        SQLite::Database& connection = database.connection();
        keep_log(connection, context.leave_as_is && has_log);
        configure(connection, path, context.leave_as_is && backup);
        take_lock(connection);
        if (context.check_pages) {
            check_pages_of(connection, path);
        }
        if (!context.leave_as_is) {
            settle(database, path);
        }
        return database;
    } catch (const SQLite::Exception& error) {
        refuse_for(path, error);
    }
}

} // namespace

bool is_backup(const std::string& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) { // to open a pipe is to wait for who writes into it
        return false;
    }
    // The end of this stream ends every lock that the process has on the file (fcntl(2)).
    std::array<char, 20> header{};
    std::ifstream file{path, std::ios::binary};
    constexpr std::string_view magic{"SQLite format 3", 16}; // its last byte is a zero
    return file.read(header.data(), header.size()) &&
           std::string_view{header.data(), magic.size()} == magic && header[18] == 1 &&
           header[19] == 1;
}

SqliteDatabase open_unchanging(const std::string& path) {
    std::string uri = "file:";
    for (const char letter : fs::absolute(path).string()) {
        const bool has_meaning = letter == '%' || letter == '?' || letter == '#';
        uri += has_meaning ? fmt::format("%{:02x}", letter) : std::string{letter};
    }
    try {
        // Nothing changes it, so it is read without a lock, and whatever log lies beside it.
        SQLite::Database connection{uri + "?immutable=1", SQLite::OPEN_READONLY | SQLite::OPEN_URI};
        harden(connection);
        for (const Pragma& pragma : pragmas) {
            if (!pragma.file_only) {
                apply(connection, pragma);
            }
        }
        check_owner(connection, path);
        return SqliteDatabase{std::move(connection)};
    } catch (const SQLite::Exception& error) {
        refuse_for(path, error);
    }
}

void settle(SqliteDatabase& database, const std::string& path) {
    SQLite::Database& connection = database.connection();
    try {
        configure(connection, path, false);
        take_lock(connection); // which also ends what a backup's change to a log has begun
        empty_log_of(connection, path);
        keep_log(connection, false);
        remove_left_copies(database);
    } catch (const SQLite::Exception& error) {
        refuse_for(path, error);
    }
}

void check_pages(SqliteDatabase& database, const std::string& path) {
    try {
        check_pages_of(database.connection(), path);
    } catch (const SQLite::Exception& error) {
        refuse_for(path, error);
    }
}

void empty_log(SqliteDatabase& database, const std::string& path) {
    try {
        empty_log_of(database.connection(), path);
    } catch (const SQLite::Exception& error) {
        refuse_for(path, error);
    }
}

void rethrow_as_open_error(const std::exception_ptr& failure, const std::string& path) {
    try {
        std::rethrow_exception(failure);
    } catch (const SQLite::Exception& error) {
        refuse_for(path, error);
    }
}

bool make_database_file(const std::string& path) {
    return path != memory_path && prepare_file(path, OpenMode::create);
}

SqliteDatabase open_database(const std::string& path, OpenMode mode, const OpenContext& context) {
    const bool made = path != memory_path && prepare_file(path, mode);
    if (path != memory_path && !made) {
        set_foreign_log_aside(path, context.warn, context.made);
    }
    try {
        return open_prepared(path, context);
    } catch (const OpenError&) {
        if (made) {
            std::error_code ignored;
            fs::remove(path, ignored);
        }
        throw;
    }
}

} // namespace stagedoor::storage::sqlite
