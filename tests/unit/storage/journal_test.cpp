// SPDX-License-Identifier: MIT
#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <sched.h>
#include <sys/resource.h>

#include "fixtures.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

const Statement from_nowhere{"SELECT nothing FROM nowhere"};

/// Appends what was answered, in the order of the answers.
struct Log {
    std::vector<std::pair<int, Outcome>> answers;

    std::function<void(Outcome)> expect(int name) {
        return [this, name](Outcome outcome) { answers.emplace_back(name, outcome); };
    }
};

using Answers = std::vector<std::pair<int, Outcome>>;

std::vector<int> numbers_in(const std::string& path) {
    SqliteDatabase database =
        storage::sqlite::open_database(path, storage::sqlite::OpenMode::existing);
    return numbers(database);
}

} // namespace

TEST_CASE("outcomes come in the order of submission, and a read behind all before it") {
    TempFolder folder;
    Log log;
    std::vector<int> seen;
    JournalFixture loop{open_migrated(folder / "a.db")};
    loop.journal->submit(insert_number(1), log.expect(1));
    loop.journal->submit(insert_number(2, false), log.expect(2));
    loop.journal->read([&seen](Database& database) { seen = numbers(database); },
                       [&] { log.expect(3)(Outcome::committed); });
    loop.journal->submit(insert_number(4), log.expect(4));
    loop.run();
    REQUIRE(log.answers.size() == 4);
    CHECK(log.answers[0] == std::pair{1, Outcome::committed});
    CHECK(log.answers[1] == std::pair{2, Outcome::refused});
    REQUIRE_FALSE(seen.empty()); // it may see what was submitted after it
    CHECK(seen.front() == 1);
    std::erase(log.answers, std::pair{3, Outcome::committed});
    CHECK(log.answers.back() == std::pair{4, Outcome::committed});
    const auto stats = loop.journal->stats();
    CHECK(stats.committed == 2);
    CHECK(stats.refused == 1);
    CHECK(stats.pending_changes == 0);
}

TEST_CASE("many changes are answered in order over several groups") {
    TempFolder folder;
    Log log;
    storage::StorageSettings settings;
    settings.max_group = 7;
    JournalFixture loop{open_migrated(folder / "a.db"), settings};
    for (int i = 0; i < 100; ++i) {
        loop.journal->submit(insert_number(i), log.expect(i));
    }
    loop.run();
    REQUIRE(log.answers.size() == 100);
    for (int i = 0; i < 100; ++i) {
        CHECK(log.answers[static_cast<std::size_t>(i)] == std::pair{i, Outcome::committed});
    }
    CHECK(loop.journal->stats().groups >= 100 / 7);
}

TEST_CASE("the log is folded into the file once it has the pages that are set") {
    TempFolder folder;
    storage::StorageSettings settings;
    settings.checkpoint_pages = 300;
    JournalFixture loop{open_migrated(folder / "a.db"), settings};
    const auto size = [&folder] { return std::filesystem::file_size(folder / "a.db"); };
    loop.on_writer([](Database&) {}); // folded what the migration has written, if it was long
    const auto before = size();
    loop.journal->submit(insert_filler(1, 200'000), [](Outcome) {});
    loop.run();
    loop.on_writer([](Database&) {});
    CHECK(size() == before);
    loop.journal->submit(insert_filler(2, 1'200'000), [](Outcome) {});
    loop.run();
    loop.on_writer([](Database&) {}); // the fold came before it
    CHECK(size() > before + 1'300'000);
}

TEST_CASE("a log that has been folded at its usual length is overwritten, not cut") {
    constexpr std::uintmax_t frame_bytes = 4096 + 24;
    TempFolder folder;
    storage::StorageSettings settings;
    settings.max_group = 1;
    JournalFixture loop{open_migrated(folder / "a.db"), settings};
    const auto usual = static_cast<std::uintmax_t>(settings.checkpoint_pages) * frame_bytes;
    for (int i = 0; i < 34; ++i) {
        loop.journal->submit(insert_filler(i, 1'000'000), [](Outcome) {});
    }
    loop.run();
    loop.journal->submit(insert_number(100), [](Outcome) {}); // begins the log anew
    loop.run();
    loop.on_writer([](Database&) {});
    CHECK(std::filesystem::file_size(folder / "a.db") > 30'000'000);
    CHECK(std::filesystem::file_size(folder / "a.db-wal") > usual);
}

TEST_CASE("stopping commits what is queued and lets go of the file") {
    TempFolder folder;
    Log log;
    JournalFixture loop{open_migrated(folder / "a.db")};
    loop.now = {from_millis(5000), 9};
    for (int i = 0; i < 20; ++i) {
        loop.journal->submit(insert_number(i), log.expect(i));
    }
    loop.journal->stop();
    CHECK(numbers_in(folder / "a.db").size() == 20);
    CHECK_FALSE(std::filesystem::exists(folder / "a.db-wal"));
    CHECK(log.answers.empty());
    CHECK_FALSE(loop.journal->writable());

    bool query_ran = false;
    bool job_ended = false;
    loop.journal->submit(insert_number(99), log.expect(99));
    loop.journal->read([&query_ran](Database&) { query_ran = true; }, [] {});
    loop.journal->background([](Database&) { return true; }, [&job_ended] { job_ended = true; });
    loop.run();
    REQUIRE(log.answers.size() == 21);
    CHECK(log.answers[19] == std::pair{19, Outcome::committed});
    CHECK(log.answers[20] == std::pair{99, Outcome::unavailable});
    CHECK_FALSE(query_ran);
    CHECK(job_ended);
    SqliteDatabase database =
        storage::sqlite::open_database(folder / "a.db", storage::sqlite::OpenMode::existing);
    CHECK(storage::load_clock(database)->mark.instant == from_millis(5000));
}

TEST_CASE("a journal that goes away before its answers were given leaves nothing dangling") {
    TempFolder folder;
    Log log;
    {
        JournalFixture loop{open_migrated(folder / "a.db")};
        loop.journal->submit(insert_number(1), log.expect(1));
        loop.journal.reset();
        loop.run();
        CHECK(log.answers == Answers{{1, Outcome::committed}});
    }
    JournalFixture loop{
        storage::sqlite::open_database(folder / "a.db", storage::sqlite::OpenMode::existing)};
    loop.journal->submit(insert_number(2), log.expect(2));
    loop.journal.reset(); // and the loop is never run
}

TEST_CASE("beyond the limit a change is unavailable, in its turn") {
    Log log;
    storage::StorageSettings settings;
    settings.max_pending_changes = 2;
    JournalFixture loop{open_migrated(":memory:"), settings};
    for (int i = 1; i <= 4; ++i) {
        loop.journal->submit(insert_number(i), log.expect(i));
    }
    CHECK(loop.journal->writable());
    loop.run();
    CHECK(log.answers == Answers{{1, Outcome::committed},
                                 {2, Outcome::committed},
                                 {3, Outcome::unavailable},
                                 {4, Outcome::unavailable}});
    CHECK(loop.journal->writable());
    loop.journal->submit(insert_number(5), log.expect(5));
    loop.run();
    CHECK(log.answers.back() == std::pair{5, Outcome::committed});
}

TEST_CASE("a full disk refuses all, keeps reading, and resumes once there is room") {
    TempFolder folder;
    Log log;
    JournalFixture loop{open_migrated(folder / "a.db")};
    std::vector<int> resumed;
    loop.journal->on_writable([&resumed] { resumed.push_back(1); });
    loop.journal->on_writable([&resumed] { resumed.push_back(2); });
    loop.on_writer([](Database& database) { limit_pages(database, 2); });

    bool writable_when_answered = true;
    loop.journal->submit(insert_filler(1, 100'000), [&](Outcome outcome) {
        log.expect(1)(outcome);
        writable_when_answered = loop.journal->writable();
        // Decided on top of what failed, or while it cannot be written: refused, in order.
        loop.journal->submit(insert_number(3), log.expect(3));
    });
    loop.journal->submit(insert_number(2), log.expect(2));
    std::vector<int> seen{0};
    bool has_read = false;
    loop.journal->read([&seen](Database& database) { seen = numbers(database); },
                       [&has_read] { has_read = true; });
    loop.run_until([&] { return log.answers.size() == 3 && has_read; });
    CHECK(log.answers ==
          Answers{{1, Outcome::unavailable}, {2, Outcome::unavailable}, {3, Outcome::unavailable}});
    CHECK_FALSE(writable_when_answered);
    CHECK_FALSE(loop.journal->writable());
    CHECK(seen.empty());
    CHECK(resumed.empty());

    loop.on_writer([](Database& database) { limit_pages(database, 1000); });
    loop.run_until([&loop] { return loop.journal->writable(); });
    CHECK(resumed == std::vector{1, 2});
    loop.journal->submit(insert_number(4), log.expect(4));
    loop.run();
    CHECK(log.answers.back() == std::pair{4, Outcome::committed});
    CHECK(loop.journal->stats().unavailable == 3);
}

TEST_CASE(
    "what was submitted before the loop knew of a failure fails with it, even after a probe") {
    TempFolder folder;
    Log log;
    JournalFixture loop{open_migrated(folder / "a.db")};
    loop.on_writer([](Database& database) { limit_pages(database, 2); });
    loop.journal->submit(insert_filler(1, 100'000), log.expect(1));
    // The writer is held until it can write again, while the loop has heard of nothing.
    loop.journal->read([](Database& database) { limit_pages(database, 1000); }, [] {});
    loop.journal->background([](Database&) { return false; }, [] {});
    loop.journal->submit(insert_number(2), log.expect(2));
    loop.run_until([&log] { return log.answers.size() == 2; });
    loop.run_until([&loop] { return loop.journal->writable(); });
    CHECK(log.answers == Answers{{1, Outcome::unavailable}, {2, Outcome::unavailable}});
}

TEST_CASE("a background job takes turns with the groups until it is done") {
    TempFolder folder;
    Log log;
    JournalFixture loop{open_migrated(folder / "a.db")};
    auto steps = std::make_shared<int>(0);
    bool ended = false;
    loop.journal->background([steps](Database&) { return ++*steps < 10; },
                             [&ended] { ended = true; });
    loop.journal->submit(insert_number(1), log.expect(1));
    loop.run();
    CHECK(*steps == 10);
    CHECK(ended);
    CHECK(log.answers == Answers{{1, Outcome::committed}});

    bool threw_ended = false;
    loop.journal->background([](Database&) -> bool { throw std::runtime_error{"no"}; },
                             [&threw_ended] { threw_ended = true; });
    loop.run();
    CHECK(threw_ended);
}

TEST_CASE("stopping abandons a job that never ends") {
    TempFolder folder;
    JournalFixture loop{open_migrated(folder / "a.db")};
    bool ended = false;
    loop.journal->background([](Database&) { return true; }, [&ended] { ended = true; });
    loop.journal->stop();
    loop.run();
    CHECK(ended);
}

TEST_CASE("work aside is done before the stop is") {
    JournalFixture loop{open_migrated(":memory:")};
    std::atomic<bool> was_told{false};
    bool ended = false;
    REQUIRE(loop.journal->aside(
        [&was_told](const std::atomic<bool>& stopping) {
            stopping.wait(false);
            was_told = true;
        },
        [&ended] { ended = true; }, storage::sqlite::Urgency::background));
    loop.journal->stop();
    CHECK(was_told);
    CHECK_FALSE(ended);
    loop.run();
    CHECK(ended);
}

TEST_CASE("whoever wants work aside hears that there is no thread for it, also in a completion") {
    JournalFixture loop{open_migrated(":memory:")};
    bool called = false;
    std::optional<bool> started;
    loop.journal->read([](Database&) {},
                       [&] {
                           const NoMoreThreads none;
                           started = loop.journal->aside(
                               [&called](const std::atomic<bool>&) { called = true; },
                               [&called] { called = true; }, storage::sqlite::Urgency::background);
                       });
    loop.run(); // and waits for nothing that never comes
    CHECK(started == false);
    CHECK_FALSE(called);
    CHECK(loop.journal->aside([](const std::atomic<bool>&) {}, [&called] { called = true; },
                              storage::sqlite::Urgency::background));
    loop.run();
    CHECK(called);
}

TEST_CASE("work aside that somebody waits for gives way, but not for ever") {
    JournalFixture loop{open_migrated(":memory:")};
    int policy = -1;
    int nice = -1;
    CHECK(loop.journal->aside(
        [&](const std::atomic<bool>&) {
            policy = sched_getscheduler(0);
            nice = getpriority(PRIO_PROCESS, 0);
        },
        [] {}, storage::sqlite::Urgency::awaited));
    loop.run();
    CHECK(policy == SCHED_OTHER);
    CHECK(nice == 5);
}

TEST_CASE("work aside that comes after the stop is done at once") {
    JournalFixture loop{open_migrated(":memory:")};
    loop.journal->stop();
    bool worked = false;
    bool ended = false;
    CHECK(loop.journal->aside([&worked](const std::atomic<bool>& stopping) { worked = stopping; },
                              [&ended] { ended = true; }, storage::sqlite::Urgency::background));
    CHECK(worked);
    CHECK_FALSE(ended);
    loop.run();
    CHECK(ended);
}

namespace {

task<void> walk_through(Journal& journal, std::vector<std::string>& log) {
    auto note = [&log](const char* word) { return [&log, word] { log.emplace_back(word); }; };
    Step step{insert_number(1), {note("apply 1")}, {note("undo 1")}};
    step += Step{insert_number(2), {note("apply 2")}, {note("undo 2")}};
    const Outcome good = co_await carry_out(journal, std::move(step));
    CHECK(good == Outcome::committed);

    Step refused{insert_number(3), {note("apply 3")}, {note("undo 3")}};
    refused += Step{insert_number(4, false), {note("apply 4")}, {note("undo 4")}};
    const Outcome bad = co_await carry_out(journal, std::move(refused));
    CHECK(bad == Outcome::refused);

    std::vector<int> found;
    std::function<void(Database&)> look = [&found](Database& database) {
        found = numbers(database);
    };
    co_await read(journal, look);
    CHECK(found == std::vector{1, 2});

    std::function<void(Database&)> wrong = [](Database& database) {
        database.select(from_nowhere, {}, [](const Row&) {});
    };
    try {
        co_await read(journal, wrong);
        log.emplace_back("read");
    } catch (const SQLite::Exception&) {
        log.emplace_back("failed");
    }
}

task<void> read_after_stop(Journal& journal, bool& failed) {
    std::function<void(Database&)> nothing = [](Database&) {};
    try {
        co_await read(journal, nothing);
    } catch (const std::runtime_error&) {
        failed = true;
    }
}

void rethrow(std::exception_ptr failure) {
    if (failure) {
        std::rethrow_exception(failure);
    }
}

} // namespace

TEST_CASE("awaited: a step is applied in order or undone in reverse, a failed read is thrown") {
    TempFolder folder;
    JournalFixture loop{open_migrated(folder / "a.db")};
    std::vector<std::string> log;
    asio::co_spawn(loop.context, walk_through(*loop.journal, log), rethrow);
    loop.run();
    CHECK(log == std::vector<std::string>{"apply 1", "apply 2", "undo 4", "undo 3", "failed"});
}

TEST_CASE("awaited: a read after the stop fails instead of finding nothing") {
    JournalFixture loop{open_migrated(":memory:")};
    loop.journal->stop();
    bool failed = false;
    asio::co_spawn(loop.context, read_after_stop(*loop.journal, failed), rethrow);
    loop.run();
    CHECK(failed);
}
