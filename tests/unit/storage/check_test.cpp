// SPDX-License-Identifier: MIT
#include "support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <optional>
#include <thread>

#include <boost/asio/post.hpp>
#include <pthread.h>
#include <sched.h>
#include <sqlite3.h>

#include "fixtures.hpp"
#include "storage/sqlite/check.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using storage::sqlite::CheckResult;

namespace {

std::vector<std::string> names_in(const TempFolder& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{folder.path()}) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> audit(Database& database) {
    return database.audit();
}

/// What a check beside `loop` came to.
CheckResult checked(JournalFixture& loop, storage::sqlite::Audit audit) {
    CheckResult found{{"not called"}, "not called"};
    storage::sqlite::check(*loop.journal, std::move(audit),
                           [&found](CheckResult result) { found = std::move(result); });
    loop.run();
    return found;
}

void fill(JournalFixture& loop, int rows) {
    for (int i = 0; i < rows; ++i) {
        loop.journal->submit(insert_filler(i, 3000), [](Outcome) {});
    }
    loop.run();
}

} // namespace

TEST_CASE("a check sees what is committed, and what it finds comes back") {
    TempFolder folder;
    const bool in_memory = GENERATE(false, true);
    JournalFixture loop{open_migrated(in_memory ? ":memory:" : folder / "a.db")};
    fill(loop, 300);
    std::size_t seen = 0;
    const auto result = checked(loop, [&seen](Database& copy) {
        seen = numbers(copy).size();
        auto faults = copy.audit();
        faults.emplace_back("one of the rules is broken");
        return faults;
    });
    CHECK(result.error.empty());
    CHECK(result.faults == std::vector<std::string>{"one of the rules is broken"});
    CHECK(seen == 300);
    loop.journal->stop();
    CHECK(names_in(folder).size() == (in_memory ? 0 : 1));
}

TEST_CASE("changes are committed while a check is under way, however long it takes") {
    TempFolder folder;
    JournalFixture loop{open_migrated(folder / "a.db")};
    fill(loop, 10);
    std::thread::id writer;
    loop.on_writer([&writer](Database&) { writer = std::this_thread::get_id(); });
    bool on_writer = false;
    std::atomic<bool> under_way{false};
    std::atomic<bool> may_end{false};
    bool ended = false;
    storage::sqlite::check(
        *loop.journal,
        [&](Database& copy) {
            on_writer = std::this_thread::get_id() == writer;
            under_way = true;
            asio::post(loop.context, [] {}); // the loop looks again
            if (!on_writer) {
                may_end.wait(false);
            }
            return audit(copy);
        },
        [&](CheckResult result) {
            CHECK((result.error.empty() && result.faults.empty()));
            ended = true;
        });
    loop.run_until([&] { return under_way.load(); });
    REQUIRE_FALSE(on_writer);
    std::optional<Outcome> outcome;
    loop.journal->submit(insert_number(10'000), [&](Outcome each) { outcome = each; });
    loop.run_until([&] { return outcome.has_value(); });
    CHECK(outcome == Outcome::committed);
    CHECK_FALSE(ended);
    may_end = true;
    may_end.notify_one();
    loop.run();
    CHECK(ended);
}

TEST_CASE("whoever checks gives way to the loop and the writer") {
    TempFolder folder;
    JournalFixture loop{open_migrated(folder / "a.db")};
    int policy = -1;
    static_cast<void>(checked(loop, [&policy](Database&) {
        sched_param ignored{};
        pthread_getschedparam(pthread_self(), &policy, &ignored);
        return std::vector<std::string>{};
    }));
    CHECK(policy == SCHED_IDLE);
}

TEST_CASE("a damaged database is a finding of the check, and goes on") {
    TempFolder folder;
    JournalFixture loop{open_migrated(folder / "a.db")};
    const auto result = checked(loop, [](Database&) -> std::vector<std::string> {
        throw SQLite::Exception{"malformed", SQLITE_CORRUPT};
    });
    CHECK(result.error.empty());
    CHECK(result.faults == std::vector<std::string>{"the database is damaged: malformed"});
    fill(loop, 1);
    CHECK(loop.journal->writable());
}

TEST_CASE("a check that cannot be made says why, and leaves nothing behind") {
    TempFolder folder;
    JournalFixture loop{open_migrated(folder / "a.db")};
    fill(loop, 10);
    const auto result = checked(loop, [](Database&) -> std::vector<std::string> {
        throw SQLite::Exception{"disk I/O error", SQLITE_IOERR};
    });
    CHECK(result.error == "no check: disk I/O error");
    CheckResult stopped;
    storage::sqlite::check(*loop.journal, audit,
                           [&stopped](CheckResult each) { stopped = std::move(each); });
    loop.journal->stop();
    loop.run();
    CHECK((stopped.error.empty() || stopped.error == "no check: the server is stopping"));
    CHECK(names_in(folder) == std::vector<std::string>{"a.db"});
}

TEST_CASE("what a check left that died with its process goes at the next start, and nothing else") {
    TempFolder folder;
    const std::vector<std::string> others{
        "a.db.check",         "a.db.check-short",      "a.db.check-seven77", "a.db.check-abc-12",
        "a.db.check-abc123.", "a.db.check-abc123-old", "b.db.check-abc123",  "a.db.operator-key"};
    for (const auto& name : others) {
        std::ofstream{folder / name} << "precious";
    }
    std::filesystem::create_directory(folder / "a.db.check-folder");
    std::filesystem::create_symlink("b.db.check-abc123", folder.path() / "a.db.check-linked");
    for (const char* const left : {"a.db.check-Ab12Cd", "a.db.check-Ab12Cd-wal"}) {
        std::ofstream{folder / left} << "left";
    }
    { const SqliteDatabase database = open_migrated(folder / "a.db"); }
    auto expected = others;
    expected.insert(expected.end(), {"a.db", "a.db.check-folder", "a.db.check-linked"});
    std::sort(expected.begin(), expected.end());
    CHECK(names_in(folder) == expected);
}
