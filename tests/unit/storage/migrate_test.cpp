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

TEST_CASE(
    "a seat that is taken by nothing is not lost in a step, but keeps the step from being taken") {
    SqliteDatabase database =
        storage::sqlite::open_database(":memory:", storage::sqlite::OpenMode::create);
    storage::sqlite::migrate(database, storage::schema_steps().first(12));
    database.connection().exec(R"sql(
        PRAGMA foreign_keys = OFF;
        INSERT INTO concerts (concert_id, title, venue, currency) VALUES ('gala', '', '', 'KRW');
        INSERT INTO concert_dates VALUES ('gala', '2026-12-24', 0, 1);
        INSERT INTO seats VALUES ('gala', '2026-12-24', 'A-1', 0, 'R', 1, 'RESERVED', 'none'))sql");
    CHECK_THROWS_AS(storage::sqlite::migrate(database, storage::schema_steps()),
                    storage::sqlite::OpenError);
    CHECK(storage::sqlite::schema_version(database) == 12);
    CHECK(database.connection().execAndGet("SELECT COUNT(*) FROM seats").getInt() == 1);
}

TEST_CASE("a token is told which payment was its own, the last that of the last") {
    SqliteDatabase database =
        storage::sqlite::open_database(":memory:", storage::sqlite::OpenMode::create);
    constexpr std::size_t before = 14;
    storage::sqlite::migrate(database, storage::schema_steps().first(before));
    auto& connection = database.connection();
    connection.exec("PRAGMA foreign_keys = OFF");
    // The first that kim has paid was forgotten with its token, lee's last token did not pay.
    connection.exec(R"sql(
        INSERT INTO payments (payment_id, reservation_id, concert_id, user_id, date, amount, currency,
            balance_after, paid_at) SELECT id, id, concert, user, '', 0, 'KRW', 0, paid_at FROM (
            SELECT 'x' AS id, 'gala' AS concert, 'kim' AS user, 1 AS paid_at UNION ALL
            SELECT 'c', 'gala', 'kim', 2 UNION ALL SELECT 'b', 'gala', 'kim', 3 UNION ALL
            SELECT 'a', 'gala', 'lee', 4 UNION ALL SELECT 'd', 'recital', 'kim', 5);
        INSERT INTO queue_tokens SELECT concert, ticket, randomblob(16), user, 'EXPIRED', reason,
            0, 0, 0, 0, 9 FROM (
            SELECT 'gala' AS concert, 7 AS ticket, 'kim' AS user, 'PAID' AS reason UNION ALL
            SELECT 'gala', 8, 'lee', 'PAID' UNION ALL SELECT 'gala', 9, 'kim', 'PAID' UNION ALL
            SELECT 'gala', 10, 'lee', 'LEFT' UNION ALL SELECT 'recital', 1, 'kim', 'PAID'))sql");
    storage::sqlite::migrate(database, storage::schema_steps());
    const auto told = connection.execAndGet(
        "SELECT group_concat(concert_id || ticket_number || COALESCE(payment_id, '-'), ' ') FROM "
        "(SELECT * FROM queue_tokens ORDER BY concert_id, ticket_number)");
    CHECK(told.getString() == "gala7c gala8a gala9b gala10- recital1d");
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
