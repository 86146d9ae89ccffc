// SPDX-License-Identifier: MIT
#include "storage/sqlite/sqlite_database.hpp"

#include <algorithm>
#include <stdexcept>

#include "fixtures.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

const Statement is_null{"SELECT $1 IS NULL"};
const Statement echo{"SELECT $1, $2, $3, $4"};
const Statement out_of_order{"SELECT $2, $1"};

} // namespace

TEST_CASE("a statement comes back from the cache without what was bound to it") {
    SqliteDatabase database = open_migrated(":memory:");
    std::vector<std::int64_t> answers;
    const auto note = [&answers](const Row& row) { answers.push_back(row.integer(0)); };
    database.select(is_null, {5}, note);
    database.select(is_null, {Value{}}, note);
    database.select(is_null, {""}, note);
    database.select(is_null, {Blob{}}, note);
    CHECK(answers == std::vector<std::int64_t>{0, 1, 0, 0});
    CHECK_THROWS_AS(database.select(is_null, {}, note), std::logic_error);
    CHECK_THROWS_AS(database.select(is_null, {1, 2}, note), std::logic_error);
}

TEST_CASE("every kind of value comes back as it was given") {
    SqliteDatabase database = open_migrated(":memory:");
    const std::string bytes{"a\0\xff", 3};
    int rows = 0;
    database.select(echo, {std::monostate{}, std::int64_t{-1} << 62, bytes, Blob{bytes}},
                    [&](const Row& row) {
                        ++rows;
                        CHECK(row.is_null(0));
                        CHECK_FALSE(row.is_null(1));
                        CHECK(row.integer(1) == std::int64_t{-1} << 62);
                        CHECK(row.text(2) == bytes);
                        CHECK(row.blob(3) == bytes);
                    });
    CHECK(rows == 1);
    database.select(echo, {"", Blob{}, "", Blob{}}, [&](const Row& row) {
        CHECK(row.text(0).empty());
        CHECK(row.blob(1).empty());
    });
}

TEST_CASE("a statement that failed can be used again") {
    SqliteDatabase database = open_migrated(":memory:");
    database.run(insert_number_row, {1});
    CHECK_THROWS_AS(database.run(insert_number_row, {1}), SQLite::Exception);
    database.run(insert_number_row, {2});
    CHECK(numbers(database) == std::vector{1, 2});
}

TEST_CASE("parameters are numbered in the order of their first use") {
    SqliteDatabase database = open_migrated(":memory:");
    for (int i = 0; i < 2; ++i) {
        CHECK_THROWS_WITH(database.run(out_of_order, {1, 2}),
                          Catch::Contains("parameter 1 is not $1"));
    }
}

TEST_CASE("no statement of the program is left out of the list of all") {
    const auto all = Statement::all();
    for (const auto* const one : {&is_null, &echo, &out_of_order, &insert_number_row}) {
        CHECK(std::ranges::count(all, one) == 1);
    }
}
