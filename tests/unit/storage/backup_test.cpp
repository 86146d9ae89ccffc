// SPDX-License-Identifier: MIT
#include "support/catch.hpp"

#include <fstream>

#include "fixtures.hpp"
#include "storage/sqlite/backup.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using storage::sqlite::BackupError;

namespace {

void fill(SqliteDatabase& database, int rows) {
    database.connection().exec("BEGIN");
    for (int i = 0; i < rows; ++i) {
        database.run(insert_filler_row, {i, 3000});
    }
    database.connection().exec("COMMIT");
}

std::vector<std::string> names_in(const TempFolder& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{folder.path()}) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<int> numbers_of_copy(const std::string& path) {
    // Read-only and without a log: it must stand alone.
    CHECK_FALSE(std::filesystem::exists(path + "-wal"));
    SQLite::Database copy{path, SQLite::OPEN_READONLY};
    CHECK(copy.execAndGet("PRAGMA journal_mode").getString() == "delete");
    SqliteDatabase database{std::move(copy)};
    CHECK(database.audit().empty());
    return numbers(database);
}

} // namespace

TEST_CASE("a backup of a stopped database is one file that opens again") {
    TempFolder folder;
    {
        SqliteDatabase database = open_migrated(folder / "a.db");
        fill(database, 300);
        storage::sqlite::back_up(database, {folder / "copy.db", false, {}});
    }
    CHECK(names_in(folder) == std::vector<std::string>{"a.db", "copy.db"});
    CHECK(numbers_of_copy(folder / "copy.db").size() == 300);
    SqliteDatabase again = open_migrated(folder / "copy.db");
    CHECK(numbers(again).size() == 300);
}

TEST_CASE("a database in memory can be backed up") {
    TempFolder folder;
    SqliteDatabase database = open_migrated(":memory:");
    fill(database, 10);
    storage::sqlite::back_up(database, {folder / "copy.db", false, {}});
    CHECK(numbers_of_copy(folder / "copy.db").size() == 10);
}

TEST_CASE("what is in the way of a backup is named, and nothing is left behind") {
    TempFolder folder;
    SqliteDatabase database = open_migrated(folder / "a.db");
    fill(database, 10);
    std::ofstream{folder / "there.db"} << "precious";
    const auto before = names_in(folder);

    CHECK_THROWS_AS(storage::sqlite::back_up(database, {folder / "there.db", false, {}}),
                    BackupError);
    CHECK(std::filesystem::file_size(folder / "there.db") == 8);
    CHECK_THROWS_AS(storage::sqlite::back_up(database, {folder / "none/copy.db", false, {}}),
                    BackupError);
    CHECK_THROWS_AS(storage::sqlite::back_up(database, {folder.path(), true, {}}), BackupError);
    CHECK_THROWS_AS(storage::sqlite::back_up(database, {folder / "a.db", true, {}}), BackupError);
    CHECK(names_in(folder) == before);

    storage::sqlite::back_up(database, {folder / "there.db", true, {}});
    CHECK(numbers_of_copy(folder / "there.db").size() == 10);
}

TEST_CASE("a target that appears meanwhile is not overwritten") {
    TempFolder folder;
    SqliteDatabase database = open_migrated(folder / "a.db");
    storage::sqlite::Backup backup{{folder / "copy.db", false, {}}};
    while (backup.step(database)) {
    }
    std::ofstream{folder / "copy.db"} << "precious";
    const std::atomic<bool> never{false};
    CHECK_THROWS_AS(backup.finish(never), BackupError);
    CHECK(std::filesystem::file_size(folder / "copy.db") == 8);
}

TEST_CASE(
    "a backup goes on while the journal writes, and holds all that was committed before its end") {
    TempFolder folder;
    SqliteDatabase database = open_migrated(folder / "a.db");
    fill(database, 2000);
    JournalFixture loop{std::move(database)};
    std::string error = "not called";
    int next = 10'000;
    bool ended = false;
    std::function<void(Outcome)> write_on = [&](Outcome outcome) {
        CHECK(outcome == Outcome::committed);
        if (!ended && next < 12'000) {
            loop.journal->submit(insert_number(++next), write_on);
        }
    };
    loop.journal->submit(insert_number(next), write_on);
    storage::sqlite::back_up(*loop.journal, {folder / "copy.db", false, {}},
                             [&](std::string failure) {
                                 error = std::move(failure);
                                 ended = true;
                             });
    loop.run();
    CHECK(error.empty());
    const auto copied = numbers_of_copy(folder / "copy.db");
    REQUIRE(copied.size() > 2000); // it took the writes along instead of the state at its beginning
    CHECK(copied[2000] == 10'000);
    CHECK(copied.back() == 10'000 + static_cast<int>(copied.size()) - 2001); // without a gap
}

TEST_CASE("stopping abandons a backup and says so") {
    TempFolder folder;
    SqliteDatabase database = open_migrated(folder / "a.db");
    fill(database, 20'000);
    JournalFixture loop{std::move(database)};
    std::string error;
    storage::sqlite::back_up(*loop.journal, {folder / "copy.db", false, {}},
                             [&error](std::string failure) { error = std::move(failure); });
    loop.journal->stop();
    loop.run();
    CHECK(error == "no backup: the server is stopping");
    CHECK(names_in(folder) == std::vector<std::string>{"a.db"});
}

TEST_CASE("a backup whose copy nobody can check says so, and leaves nothing behind") {
    TempFolder folder;
    JournalFixture loop{open_migrated(folder / "a.db")};
    std::string error;
    storage::sqlite::back_up(*loop.journal, {folder / "copy.db", false, {}},
                             [&error](std::string failure) { error = std::move(failure); });
    const NoMoreThreads none;
    loop.run();
    CHECK(error == "no backup: the machine starts no thread to check the copy; try again");
    loop.journal->stop();
    CHECK(names_in(folder) == std::vector<std::string>{"a.db"});
}

TEST_CASE("a backup that cannot begin beside the journal says why") {
    TempFolder folder;
    JournalFixture loop{open_migrated(folder / "a.db")};
    std::string error;
    storage::sqlite::back_up(*loop.journal, {folder / "none/copy.db", false, {}},
                             [&error](std::string failure) { error = std::move(failure); });
    loop.run();
    CHECK(error.find("there is no folder") != std::string::npos);
}

TEST_CASE("a copy that breaks an invariant is no backup") {
    TempFolder folder;
    SqliteDatabase database = open_migrated(folder / "a.db");
    fill(database, 3);
    const auto before = names_in(folder);
    const storage::sqlite::BackupRequest request{
        folder / "copy.db", false, [](Database& copy) {
            return std::vector<std::string>{"there are " + std::to_string(numbers(copy).size())};
        }};
    std::string reason;
    try {
        storage::sqlite::back_up(database, request);
    } catch (const BackupError& error) {
        reason = error.what();
    }
    CHECK(reason.find("there are 3") != std::string::npos);
    CHECK(names_in(folder) == before);
}
