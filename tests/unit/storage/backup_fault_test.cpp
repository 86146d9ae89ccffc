// SPDX-License-Identifier: MIT
// Each call to the disk fails in turn while a backup is made: there is a complete copy or none, and
// the database is as it was. What SQLite does goes to a simulated disk; the temporary file's name,
// its sync and its renaming are the real file system's.
#include "support/catch.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fixtures.hpp"
#include "storage/file_system.hpp"
#include "storage/sqlite/backup.hpp"
#include "support/simulated_disk.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using storage::sqlite::BackupError;

namespace {

int syncs_until_failure = 0; ///< of the real file system; 0 = none fails

/// What was asked of the real file system before a sync, and the error that it answers; 0 = none.
struct WritingOut {
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges; ///< offset and bytes
    int error = 0;
} writing_out;

constexpr int rows = 100;

void fill(SqliteDatabase& database) {
    database.connection().exec("BEGIN");
    for (int i = 0; i < rows; ++i) {
        database.run(insert_filler_row, {i, 3000});
    }
    database.connection().exec("COMMIT");
}

void check_complete(Database& database) {
    CHECK(database.audit().empty());
    CHECK(numbers(database).size() == rows);
}

/// The copy's content has stayed under its temporary name: the simulated disk knows no renaming.
void check_copy(SimulatedDisk& disk, const std::string& target) {
    for (const auto& [name, file] : disk.content.files) {
        if (name.find(".partial-") != std::string::npos) {
            disk.content.files[target] = file;
            SqliteDatabase copy{SQLite::Database{target, SQLite::OPEN_READONLY}};
            check_complete(copy);
            return;
        }
    }
    FAIL("there is a target and no copy");
}

struct Fault {
    DiskCall call;
    int code;
};

constexpr std::array faults{
    Fault{DiskCall::read, SQLITE_IOERR_READ},  Fault{DiskCall::write, SQLITE_IOERR_WRITE},
    Fault{DiskCall::write, SQLITE_FULL},       Fault{DiskCall::truncate, SQLITE_IOERR_TRUNCATE},
    Fault{DiskCall::sync, SQLITE_IOERR_FSYNC},
};

} // namespace

/// The linker prefers a program's own function to the library's.
extern "C" int fsync(int file) {
    if (syncs_until_failure > 0 && --syncs_until_failure == 0) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_fsync, file));
}

extern "C" int sync_file_range(int, off64_t offset, off64_t bytes, unsigned) {
    writing_out.ranges.emplace_back(offset, bytes);
    errno = writing_out.error;
    return writing_out.error == 0 ? 0 : -1;
}

TEST_CASE("a large file is written in portions before it is synced") {
    TempFolder folder;
    const auto file = folder / "large";
    std::ofstream{file} << std::string(std::size_t{10} << 20U, 'x');
    constexpr std::int64_t portion = 4 << 20;

    writing_out = {};
    storage::sync_to_disk(file);
    const decltype(writing_out.ranges) portions{
        {0, portion}, {portion, portion}, {2 * portion, portion}};
    CHECK(writing_out.ranges == portions);

    writing_out = {{}, EIO};
    CHECK_THROWS_AS(storage::sync_to_disk(file), std::system_error);

    // A file system that cannot do that is synced as a whole.
    writing_out = {{}, EINVAL};
    syncs_until_failure = 1;
    CHECK_THROWS_AS(storage::sync_to_disk(file), std::system_error);
    CHECK(writing_out.ranges.size() == 1);

    writing_out = {};
    storage::sync_to_disk(folder.path());
    CHECK(writing_out.ranges.empty());
}

TEST_CASE("whatever fails under a backup, there is a complete copy or none") {
    TempFolder folder;
    const auto target = folder / "copy.db";
    SimulatedDisk disk;
    {
        SqliteDatabase database = open_migrated(folder / "a.db");
        fill(database);
    }
    const auto before = disk.content;
    int failures = 0;
    for (const auto& fault : faults) {
        bool failed = true;
        for (std::uint64_t nth = 1; failed; ++nth) {
            INFO("code " << fault.code << " at call " << nth);
            disk.content = before;
            SqliteDatabase database = storage::sqlite::open_database(
                folder / "a.db", storage::sqlite::OpenMode::existing);
            disk.fail(fault.call, nth, fault.code, nth % 2 == 0);
            bool made = true;
            try {
                storage::sqlite::back_up(database, {target, false, {}});
            } catch (const BackupError&) {
                made = false;
                ++failures;
            }
            failed = disk.failed();
            disk.mend();
            CHECK((failed || made));
            CHECK(std::filesystem::exists(target) == made);
            check_complete(database);
            if (made) {
                check_copy(disk, target);
                std::filesystem::remove(target);
            }
            const std::filesystem::directory_iterator left{folder.path()};
            CHECK(std::distance(begin(left), end(left)) == 1);
        }
    }
    CHECK(failures > 200);
}

TEST_CASE("a copy that cannot be synced takes no name") {
    TempFolder folder;
    const auto target = folder / "copy.db";
    SqliteDatabase database = open_migrated(folder / "a.db");
    fill(database);

    syncs_until_failure = 1;
    CHECK_THROWS_AS(storage::sqlite::back_up(database, {target, false, {}}), BackupError);
    CHECK_FALSE(std::filesystem::exists(target));

    // The folder comes after it: the copy is complete, though its name may not last.
    syncs_until_failure = 2;
    CHECK_THROWS_AS(storage::sqlite::back_up(database, {target, false, {}}), BackupError);
    syncs_until_failure = 0;
    if (std::filesystem::exists(target)) {
        SqliteDatabase copy{SQLite::Database{target, SQLite::OPEN_READONLY}};
        check_complete(copy);
    }
    check_complete(database);
}
