// SPDX-License-Identifier: MIT
#include "support/catch.hpp"

#include "fixtures.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using storage::sqlite::OpenErrc;
using storage::sqlite::OpenError;

TEST_CASE("the steps that are lacking are taken, once") {
    TempFolder folder;
    const auto steps = test_steps();
    {
        SqliteDatabase database =
            storage::sqlite::open_database(folder / "a.db", storage::sqlite::OpenMode::create);
        CHECK(storage::sqlite::schema_version(database) == 0);
        const auto own = std::span{steps}.first(steps.size() - 1);
        CHECK(storage::sqlite::migrate(database, own).size() == own.size());
    }
    SqliteDatabase database =
        storage::sqlite::open_database(folder / "a.db", storage::sqlite::OpenMode::existing);
    const auto taken = storage::sqlite::migrate(database, steps);
    REQUIRE(taken.size() == 1);
    CHECK(taken.front().version == steps.back().version);
    CHECK(storage::sqlite::migrate(database, steps).empty());
    CHECK(storage::sqlite::schema_version(database) == test_steps().back().version);
    CHECK(database.connection().execAndGet("PRAGMA application_id").getInt() ==
          storage::sqlite::application_id);
}

TEST_CASE("a newer version is refused and left alone") {
    SqliteDatabase database = open_migrated(":memory:");
    try {
        storage::sqlite::migrate(database, storage::schema_steps());
        FAIL("it was accepted");
    } catch (const OpenError& error) {
        CHECK(error.code() == OpenErrc::newer);
        CHECK(std::string{error.what()}.find('\n') == std::string::npos);
    }
    CHECK(storage::sqlite::schema_version(database) == test_steps().back().version);
}

TEST_CASE("a step that fails is undone whole; those before it stay") {
    SqliteDatabase database =
        storage::sqlite::open_database(":memory:", storage::sqlite::OpenMode::create);
    auto steps = test_steps();
    steps.push_back({steps.back().version + 1, "broken",
                     "CREATE TABLE good (x INTEGER) STRICT; CREATE TABLE number (x)", ""});
    try {
        storage::sqlite::migrate(database, steps);
        FAIL("it was accepted");
    } catch (const OpenError& error) {
        CHECK(error.code() == OpenErrc::migration);
    }
    CHECK(storage::sqlite::schema_version(database) == test_steps().back().version);
    CHECK_FALSE(database.connection().tableExists("good"));
    CHECK(storage::sqlite::migrate(database, test_steps()).empty());
}

TEST_CASE("steps must be numbered from 1 without a gap") {
    SqliteDatabase database =
        storage::sqlite::open_database(":memory:", storage::sqlite::OpenMode::create);
    auto steps = test_steps();
    steps[1].version = 3;
    CHECK_THROWS_AS(storage::sqlite::migrate(database, steps), std::logic_error);
    CHECK(storage::sqlite::schema_version(database) == 0);
}

TEST_CASE("the audit names a reference to nothing, and is silent on a sound database") {
    SqliteDatabase database = open_migrated(":memory:");
    CHECK(database.audit().empty());
    database.connection().exec("PRAGMA foreign_keys = OFF; INSERT INTO child (value) VALUES (3)");
    const auto faults = database.audit();
    REQUIRE(faults.size() == 1);
    CHECK(faults.front() == "row 1 of child refers to a row of number that does not exist");
}
