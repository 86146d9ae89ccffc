// SPDX-License-Identifier: MIT
#include "src/storage/sqlite/snapshot.hpp"

#include <catch2/catch.hpp>

#include "fixtures.hpp"
#include "src/storage/sqlite/database_file.hpp"
#include "src/storage/sqlite/group_commit.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using storage::sqlite::FileUse;
using storage::sqlite::Snapshot;

namespace {

const Statement count_rows{"SELECT COUNT(*) FROM t"};

std::int64_t rows_in(Database& database) {
    std::int64_t rows = -1;
    database.select(count_rows, {}, [&rows](const Row& row) { rows = row.integer(0); });
    return rows;
}

struct Fixture {
    Fixture() {
        writer.connection().exec("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT");
        storage::sqlite::empty_log(writer, path);
    }

    TempFolder folder;
    std::string path = folder / "a.db";
    SqliteDatabase writer = open_migrated(path);
    std::shared_ptr<FileUse> use = std::make_shared<FileUse>();
    std::atomic<bool> stopping{false};
    Snapshot snapshot{path, use, stopping};
};

} // namespace

TEST_CASE("a snapshot shows what was last folded into the file, beside the one who writes") {
    Fixture fixture;
    fixture.writer.connection().exec("INSERT INTO t VALUES (1)");
    CHECK(rows_in(fixture.snapshot) == 0);
    storage::sqlite::empty_log(fixture.writer, fixture.path);
    CHECK(rows_in(fixture.snapshot) == 1);
    fixture.writer.connection().exec("INSERT INTO t VALUES (2)"); // it still has its lock
    CHECK(fixture.snapshot.audit().empty());
}

TEST_CASE("the file is read or written, never both, and nobody waits") {
    FileUse use;
    REQUIRE(use.begin_reading(10));
    CHECK_FALSE(use.begin_folding(10));
    CHECK_FALSE(use.give_way());
    CHECK_FALSE(use.begin_folding(11));
    CHECK(use.give_way());
    use.end_reading();
    REQUIRE(use.begin_folding(11));
    CHECK_FALSE(use.begin_reading(10));
    use.end_folding(true);
    REQUIRE(use.begin_reading(10));
    CHECK_FALSE(use.give_way());
}

TEST_CASE("a file into which half a log was folded is not read before the other half is there") {
    FileUse use;
    REQUIRE(use.begin_folding(1));
    use.end_folding(false);
    CHECK_FALSE(use.begin_reading(10));
    REQUIRE(use.begin_folding(1));
    use.end_folding(true);
    CHECK(use.begin_reading(10));
}

TEST_CASE("a checkpoint is put off while the file is read") {
    Fixture fixture;
    storage::sqlite::EngineContext context;
    context.checkpoint_pages = 1;
    context.file_use = fixture.use;
    storage::sqlite::GroupCommit group{fixture.writer, context, [](const std::string&) {}};
    fixture.writer.connection().exec("INSERT INTO t VALUES (1)");
    fixture.writer.connection().exec("INSERT INTO t VALUES (2)");
    REQUIRE(fixture.use->begin_reading(1));
    group.checkpoint_if_due();
    CHECK(fixture.use->give_way());
    fixture.use->end_reading();
    CHECK(rows_in(fixture.snapshot) == 0);
    group.checkpoint_if_due();
    CHECK(group.writable());
    CHECK(rows_in(fixture.snapshot) == 2);
}

TEST_CASE("a statement that gives way to the writer begins again, unless it has found a row") {
    Fixture fixture;
    fixture.writer.connection().exec(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
        "100000) SELECT i FROM n");
    storage::sqlite::empty_log(fixture.writer, fixture.path);
    static const Statement all{"SELECT id FROM t ORDER BY -id"};
    int rows = 0;
    fixture.snapshot.select(all, {}, [&](const Row&) {
        if (++rows == 1) {
            CHECK_FALSE(fixture.use->begin_folding(1'000'000));
            CHECK(fixture.use->give_way());
        }
    });
    CHECK(rows == 100'000);
}

TEST_CASE("a snapshot ends when it is told to stop") {
    Fixture fixture;
    fixture.stopping = true;
    CHECK_THROWS_AS(rows_in(fixture.snapshot), storage::sqlite::ReadingStopped);
}
