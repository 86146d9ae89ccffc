// SPDX-License-Identifier: MIT
#include "support/catch.hpp"

#include <fstream>
#include <iterator>
#include <utility>

#include <sqlite3.h>
#include <sys/stat.h>

#include "fixtures.hpp"
#include "storage/sqlite/backup.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using storage::sqlite::OpenErrc;
using storage::sqlite::OpenError;
using storage::sqlite::OpenMode;

namespace {

std::string cell(SqliteDatabase& database, const char* sql) {
    return database.connection().execAndGet(sql).getString();
}

/// Why opening fails; the test fails where it does not.
OpenError refusal(const std::string& path, OpenMode mode = OpenMode::create) {
    try {
        const SqliteDatabase database = storage::sqlite::open_database(path, mode);
    } catch (const OpenError& error) {
        const std::string message = error.what();
        INFO(message);
        CHECK(message.find('\n') == std::string::npos);
        return error;
    }
    FAIL("it opened");
    throw 0;
}

/// Empty where there is none.
std::string content_of(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

} // namespace

TEST_CASE("a new file has every setting and is its owner's alone") {
    TempFolder folder;
    SqliteDatabase database = storage::sqlite::open_database(folder / "a.db", OpenMode::create);
    CHECK(cell(database, "PRAGMA journal_mode") == "wal");
    CHECK(cell(database, "PRAGMA locking_mode") == "exclusive");
    CHECK(cell(database, "PRAGMA synchronous") == "2");
    CHECK(cell(database, "PRAGMA foreign_keys") == "1");
    CHECK(cell(database, "PRAGMA trusted_schema") == "0");
    CHECK(cell(database, "PRAGMA cell_size_check") == "1");
    CHECK(cell(database, "PRAGMA wal_autocheckpoint") == "0");
    CHECK(cell(database, "PRAGMA busy_timeout") == "0");
    CHECK(cell(database, "PRAGMA temp_store") == "2");
    struct stat info = {};
    REQUIRE(::stat((folder / "a.db").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    CHECK_FALSE(std::filesystem::exists(folder / "a.db-shm"));
}

TEST_CASE("SQLite takes no lock for what one thread has") {
    TempFolder folder;
    auto database = storage::sqlite::open_database(folder / "a.db", OpenMode::create);
    CHECK(sqlite3_db_mutex(database.connection().getHandle()) == nullptr);
    CHECK(sqlite3_memory_used() == 0); // it would be counted under one
}

TEST_CASE("a database in memory is exempt from log and lock only") {
    SqliteDatabase database = storage::sqlite::open_database(":memory:", OpenMode::create);
    CHECK(cell(database, "PRAGMA journal_mode") == "memory");
    CHECK(cell(database, "PRAGMA foreign_keys") == "1");
    CHECK(storage::sqlite::migrate(database, storage::schema_steps().first(1)).size() == 1);
}

TEST_CASE("a second opener is told at once, also of a file that nothing was written to") {
    TempFolder folder;
    {
        const SqliteDatabase first =
            storage::sqlite::open_database(folder / "a.db", OpenMode::create);
        CHECK(refusal(folder / "a.db").code() == OpenErrc::in_use);
    }
    const SqliteDatabase again =
        storage::sqlite::open_database(folder / "a.db", OpenMode::existing);
    CHECK(refusal(folder / "a.db", OpenMode::existing).code() == OpenErrc::in_use);
}

TEST_CASE("what cannot be opened is named") {
    TempFolder folder;
    CHECK(refusal(folder / "none/a.db").code() == OpenErrc::cannot_open);
    CHECK(refusal(folder / "a.db", OpenMode::existing).code() == OpenErrc::cannot_open);
    CHECK(refusal(folder.path().string()).code() == OpenErrc::cannot_open);
    CHECK(refusal("").code() == OpenErrc::cannot_open);
    CHECK_FALSE(std::filesystem::exists(folder / "a.db"));
}

TEST_CASE("a file that is no database is refused and left alone") {
    TempFolder folder;
    const std::string text(8192, 'x');
    std::ofstream{folder / "a.db"} << text;
    CHECK(refusal(folder / "a.db").code() == OpenErrc::damaged);
    CHECK(std::filesystem::file_size(folder / "a.db") == text.size());
}

TEST_CASE("a damaged page is found at the start") {
    TempFolder folder;
    {
        SqliteDatabase database = open_migrated(folder / "a.db");
        for (int i = 0; i < 50; ++i) {
            database.run(insert_filler_row, {i, 2000});
        }
    }
    {
        std::fstream file{folder / "a.db", std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(4096 * 6);
        file << std::string(4096 * 8, '\x5a');
    }
    CHECK(refusal(folder / "a.db").code() == OpenErrc::damaged);
}

TEST_CASE("another program's database is refused before anything is changed") {
    TempFolder folder;
    const char* const sql = GENERATE("PRAGMA application_id = 7; CREATE TABLE t (x)",
                                     "CREATE TABLE t (x)", "PRAGMA user_version = 3");
    SQLite::Database{folder / "a.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(sql);
    CHECK(refusal(folder / "a.db").code() == OpenErrc::foreign);
    SQLite::Database other{folder / "a.db", SQLite::OPEN_READONLY};
    CHECK(other.execAndGet("PRAGMA journal_mode").getString() == "delete");
}

TEST_CASE("what a killed process committed is there again") {
    TempFolder folder;
    SqliteDatabase database = open_migrated(folder / "a.db");
    database.run(insert_number_row, {7});
    // The copy is what a crash leaves: the log has not been folded into the file.
    std::filesystem::copy_file(folder / "a.db", folder / "b.db");
    std::filesystem::copy_file(folder / "a.db-wal", folder / "b.db-wal");
    REQUIRE(std::filesystem::file_size(folder / "b.db-wal") > 0);
    SqliteDatabase recovered = storage::sqlite::open_database(folder / "b.db", OpenMode::existing);
    CHECK(numbers(recovered) == std::vector{7});
    CHECK(std::filesystem::file_size(folder / "b.db-wal") == 0);
}

TEST_CASE("what is opened to be left as it is stays so, until it is settled") {
    TempFolder folder;
    {
        SqliteDatabase database = open_migrated(folder / "a.db");
        database.run(insert_number_row, {7});
        storage::sqlite::back_up(database, {folder / "backup.db", false, {}});
        std::filesystem::copy_file(folder / "a.db", folder / "killed.db");
        std::filesystem::copy_file(folder / "a.db-wal", folder / "killed.db-wal");
    }
    for (const std::string name : {"a.db", "backup.db", "killed.db"}) {
        INFO(name);
        const auto path = folder / name;
        const auto open = [&] {
            return storage::sqlite::open_database(path, OpenMode::existing,
                                                  {.warn = {}, .leave_as_is = true});
        };
        const auto files = [&] { return std::pair{content_of(path), content_of(path + "-wal")}; };
        const auto before = files();
        {
            SqliteDatabase database = open();
            CHECK(numbers(database) == std::vector{7});
            CHECK(refusal(path, OpenMode::existing).code() == OpenErrc::in_use);
        }
        CHECK(files() == before);

        SqliteDatabase database = open();
        storage::sqlite::settle(database, path);
        CHECK(cell(database, "PRAGMA journal_mode") == "wal");
        CHECK(cell(database, "PRAGMA locking_mode") == "exclusive");
        CHECK_FALSE(storage::sqlite::is_backup(path));
        CHECK(content_of(path + "-wal").empty());
        CHECK(numbers(database) == std::vector{7});
        CHECK_FALSE(std::filesystem::exists(path + "-shm"));
    }
}

TEST_CASE("the log of the database whose place a backup takes is set aside, not played into it") {
    TempFolder folder;
    SqliteDatabase database = open_migrated(folder / "a.db");
    database.run(insert_number_row, {1});
    storage::sqlite::back_up(database, {folder / "restored.db", false, {}});
    database.run(insert_number_row, {2});
    const auto log = folder / "restored.db-wal";
    std::filesystem::copy_file(folder / "a.db-wal", log); // what a crash has left
    REQUIRE(std::filesystem::file_size(log) > 0);
    const auto size = std::filesystem::file_size(log);

    std::vector<std::string> warnings;
    {
        SqliteDatabase restored = storage::sqlite::open_database(
            folder / "restored.db", OpenMode::existing,
            {.warn = [&warnings](const std::string& line) { warnings.push_back(line); }});
        CHECK(numbers(restored) == std::vector{1});
        restored.run(insert_number_row, {3});
        REQUIRE(warnings.size() == 1);
        CHECK(warnings.front().find("restored.db-wal.set-aside") != std::string::npos);
        CHECK(std::filesystem::file_size(log + ".set-aside") == size);

        // From now on it is an ordinary database: its own log is never taken for another's.
        std::filesystem::copy_file(folder / "restored.db", folder / "killed.db");
        std::filesystem::copy_file(log, folder / "killed.db-wal");
    }
    SqliteDatabase killed = storage::sqlite::open_database(
        folder / "killed.db", OpenMode::existing,
        {.warn = [&warnings](const std::string& line) { warnings.push_back(line); }});
    CHECK(numbers(killed) == std::vector{1, 3});
    CHECK(warnings.size() == 1);
}
