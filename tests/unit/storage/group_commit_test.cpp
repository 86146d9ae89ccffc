// SPDX-License-Identifier: MIT
#include "support/catch.hpp"

#include "faulty_vfs.hpp"
#include "fixtures.hpp"
#include "storage/sqlite/group_commit.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using storage::sqlite::GroupCommit;

namespace {

const Statement touch_number{"UPDATE number SET value = value WHERE value = $1"};
const Statement delete_nothing{"DELETE FROM nothing"};

const storage::ClockMark at{from_millis(42'000), 7};

std::vector<Outcome> commit_all(GroupCommit& group, std::vector<Change> changes) {
    return group.commit(changes, at);
}

/// The database as the next process would find it after a crash now.
SqliteDatabase reopened_copy(const TempFolder& folder) {
    std::filesystem::copy_file(folder / "a.db", folder / "copy.db");
    std::filesystem::copy_file(folder / "a.db-wal", folder / "copy.db-wal");
    return storage::sqlite::open_database(folder / "copy.db", storage::sqlite::OpenMode::existing);
}

} // namespace

TEST_CASE("a group commits in order, and a refusal undoes itself alone") {
    TempFolder folder;
    SqliteDatabase database = open_migrated(folder / "a.db");
    GroupCommit group{database, {.boot_id = "boot-1"}, throwing_fatal()};
    Change two_parts = insert_number(3);
    two_parts += insert_number(4, false);
    Change sees_the_first{[](Transaction& transaction) {
        transaction.expect(1, touch_number, {1});
        transaction.expect(0, touch_number, {2});
    }};
    const auto outcomes = commit_all(
        group, {insert_number(1), insert_number(2, false), two_parts, sees_the_first, Change{}});
    CHECK(outcomes == std::vector{Outcome::committed, Outcome::refused, Outcome::refused,
                                  Outcome::committed, Outcome::committed});
    CHECK(numbers(database) == std::vector{1});

    SqliteDatabase after_crash = reopened_copy(folder);
    CHECK(numbers(after_crash) == std::vector{1});
    const auto clock = storage::load_clock(after_crash);
    REQUIRE(clock);
    CHECK(clock->mark.instant == at.instant);
    CHECK(clock->mark.monotonic_ns == 7);
    CHECK(clock->boot_id == "boot-1");
}

TEST_CASE("a group of refusals alone writes nothing, not even the clock") {
    SqliteDatabase database = open_migrated(":memory:");
    GroupCommit group{database, {}, throwing_fatal()};
    CHECK(commit_all(group, {insert_number(1, false)}) == std::vector{Outcome::refused});
    CHECK_FALSE(storage::load_clock(database));
    CHECK(commit_all(group, {Change{}}) == std::vector{Outcome::committed});
    CHECK_FALSE(storage::load_clock(database));
}

TEST_CASE("a part behind one that refused is not run") {
    SqliteDatabase database = open_migrated(":memory:");
    GroupCommit group{database, {}, throwing_fatal()};
    bool ran = false;
    Change change{[](Transaction& transaction) { transaction.refuse(); }};
    change += Change{[&ran](Transaction&) { ran = true; }};
    CHECK(commit_all(group, {change}) == std::vector{Outcome::refused});
    CHECK_FALSE(ran);
}

TEST_CASE("a full database undoes the whole group until a probe works") {
    TempFolder folder;
    SqliteDatabase database = open_migrated(folder / "a.db");
    GroupCommit group{database, {}, throwing_fatal()};
    limit_pages(database, 2);
    CHECK(commit_all(group, {insert_number(1), insert_filler(2, 100'000), insert_number(3)}) ==
          std::vector(3, Outcome::unavailable));
    CHECK_FALSE(group.writable());
    CHECK(numbers(database).empty());
    CHECK(commit_all(group, {insert_number(1)}) == std::vector{Outcome::unavailable});
    CHECK_FALSE(group.probe());
    CHECK(commit_all(group, {insert_number(1)}) == std::vector{Outcome::unavailable});

    limit_pages(database, 1000);
    CHECK(group.probe());
    CHECK(group.writable());
    CHECK(commit_all(group, {insert_number(1)}) == std::vector{Outcome::committed});
    CHECK(numbers(database) == std::vector{1});
}

TEST_CASE("a disk that fills up at the commit leaves nothing behind, also after a crash") {
    FaultyVfs disk;
    TempFolder folder;
    SqliteDatabase database = open_migrated(folder / "a.db");
    GroupCommit group{database, {}, throwing_fatal()};
    CHECK(commit_all(group, {insert_number(1)}) == std::vector{Outcome::committed});
    disk.fail_writes(SQLITE_FULL, "-wal");
    CHECK(commit_all(group, {insert_number(2)}) == std::vector{Outcome::unavailable});
    CHECK_FALSE(group.probe());
    disk.fail_writes(SQLITE_OK);
    {
        SqliteDatabase after_crash = reopened_copy(folder);
        CHECK(numbers(after_crash) == std::vector{1});
    }
    CHECK(group.probe());
    CHECK(commit_all(group, {insert_number(3)}) == std::vector{Outcome::committed});
    CHECK(numbers(database) == std::vector{1, 3});
}

TEST_CASE("a failed fsync, write or part is fatal") {
    FaultyVfs disk;
    TempFolder folder;
    SqliteDatabase database = open_migrated(folder / "a.db");
    GroupCommit group{database, {}, throwing_fatal()};
    SECTION("fsync") {
        disk.fail_syncs(SQLITE_IOERR_FSYNC, "-wal");
        CHECK_THROWS_AS(commit_all(group, {insert_number(1)}), FatalError);
    }
    SECTION("write") {
        disk.fail_writes(SQLITE_IOERR_WRITE, "-wal");
        CHECK_THROWS_AS(commit_all(group, {insert_number(1)}), FatalError);
    }
    SECTION("a constraint") {
        CHECK_THROWS_AS(commit_all(group, {insert_number(1), insert_number(1)}), FatalError);
    }
    SECTION("SQL that is wrong") {
        Change wrong{[](Transaction& transaction) { transaction.run(delete_nothing, {}); }};
        CHECK_THROWS_AS(commit_all(group, {wrong}), FatalError);
    }
    SECTION("another number of rows than expected") {
        Change wrong{[](Transaction& transaction) { transaction.expect(1, touch_number, {2}); }};
        CHECK_THROWS_WITH(commit_all(group, {wrong}),
                          Catch::Contains("0 rows instead of 1 by UPDATE number"));
    }
    SECTION("an exception of the part itself") {
        Change throws{[](Transaction&) { throw std::logic_error{"a bug"}; }};
        CHECK_THROWS_AS(commit_all(group, {throws}), FatalError);
    }
    disk.fail_syncs(SQLITE_OK);
    disk.fail_writes(SQLITE_OK);
}

TEST_CASE("the log is folded into the file once it is long") {
    FaultyVfs disk;
    TempFolder folder;
    SqliteDatabase database = open_migrated(folder / "a.db");
    GroupCommit group{database, {.boot_id = "", .checkpoint_pages = 20}, throwing_fatal()};
    REQUIRE(group.checkpoint_and_truncate()); // what the migration has written
    const auto before = std::filesystem::file_size(folder / "a.db");

    CHECK(commit_all(group, {insert_number(1)}) == std::vector{Outcome::committed});
    group.checkpoint_if_due();
    CHECK(std::filesystem::file_size(folder / "a.db") == before);
    CHECK(commit_all(group, {insert_filler(2, 200'000)}) == std::vector{Outcome::committed});

    SECTION("with room") {
        group.checkpoint_if_due();
        // Less what the schema's steps have left free.
        CHECK(std::filesystem::file_size(folder / "a.db") > before + 100'000);
        CHECK(group.writable());
        CHECK(group.checkpoint_and_truncate());
        CHECK(std::filesystem::file_size(folder / "a.db-wal") == 0);
    }
    SECTION("on a full disk, where the log keeps it") {
        disk.fail_writes(SQLITE_FULL, ".db");
        group.checkpoint_if_due();
        CHECK_FALSE(group.writable());
        CHECK_FALSE(group.probe());
        CHECK_FALSE(group.checkpoint_and_truncate());
        CHECK(numbers(database) == std::vector{1, 2});
        disk.fail_writes(SQLITE_OK);
        CHECK(group.probe());
    }
    SECTION("on a broken one") {
        disk.fail_syncs(SQLITE_IOERR_FSYNC, ".db");
        CHECK_THROWS_AS(group.checkpoint_if_due(), FatalError);
        disk.fail_syncs(SQLITE_OK);
    }
}
