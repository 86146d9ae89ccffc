// SPDX-License-Identifier: MIT
// Changes and Steps put together, and what becomes of them.
#include "base/journal.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/fake_journal.hpp"
#include "support/memory_database.hpp"
#include "support/run.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

struct Fixture {
    Loop loop;
    FakeJournal journal{loop.executor(), memory_database()};
    std::vector<std::string> log;

    Change part(const std::string& name, bool accept = true) {
        return Change{[this, name, accept](Transaction& transaction) {
            log.push_back("write " + name);
            if (!accept) {
                transaction.refuse();
            }
        }};
    }

    Step step(const std::string& name, bool accept = true) {
        Step made;
        made.change = part(name, accept);
        made.apply.emplace_back([this, name] { log.push_back("apply " + name); });
        made.undo.emplace_back([this, name] { log.push_back("undo " + name); });
        return made;
    }
};

using Log = std::vector<std::string>;

} // namespace

TEST_CASE("the parts of a Change run in order") {
    Fixture fixture;
    Change change;
    CHECK(change.empty());
    change += fixture.part("a");
    change += fixture.part("b");
    CHECK_FALSE(change.empty());
    CHECK(fixture.loop.run(commit(fixture.journal, std::move(change))) == Outcome::committed);
    CHECK(fixture.log == Log{"write a", "write b"});
    CHECK(fixture.loop.idle());
}

TEST_CASE("a Step is applied in order once it is committed") {
    Fixture fixture;
    auto step = fixture.step("a");
    step += fixture.step("b");
    fixture.journal.hold();
    const auto outcome = fixture.loop.start(carry_out(fixture.journal, std::move(step)));
    CHECK(fixture.log.empty());
    CHECK_FALSE(outcome.done());
    fixture.journal.release();
    fixture.loop.poll();
    CHECK(outcome.get() == Outcome::committed);
    CHECK(fixture.log == Log{"write a", "write b", "apply a", "apply b"});
}

TEST_CASE("a Step that is refused is undone in the reverse order") {
    Fixture fixture;
    auto step = fixture.step("a");
    step += fixture.step("b", false);
    step += fixture.step("c");
    CHECK(fixture.loop.run(carry_out(fixture.journal, std::move(step))) == Outcome::refused);
    CHECK(fixture.log == Log{"write a", "write b", "undo c", "undo b", "undo a"});
}

TEST_CASE("a Step that cannot be written is undone too") {
    Fixture fixture;
    fixture.journal.fail();
    auto step = fixture.step("a");
    step += fixture.step("b");
    CHECK(fixture.loop.run(carry_out(fixture.journal, std::move(step))) == Outcome::unavailable);
    CHECK(fixture.log == Log{"undo b", "undo a"});
}

TEST_CASE("a read sees what was committed before it") {
    Fixture fixture;
    fixture.journal.hold();
    const auto write = fixture.loop.start(commit(fixture.journal, fixture.part("a")));
    const auto look = fixture.loop.start(
        read(fixture.journal, [&](Database&) { fixture.log.push_back("read"); }));
    CHECK_FALSE(look.done());
    fixture.journal.release();
    fixture.loop.poll();
    CHECK(look.done());
    CHECK(fixture.log == Log{"write a", "read"});
}

TEST_CASE("tasks that run side by side are all awaited") {
    Fixture fixture;
    fixture.journal.hold();
    std::vector<task<void>> tasks;
    const auto one = [](Fixture& on, std::string name) -> task<void> {
        auto change = on.part(name);
        co_await commit(on.journal, std::move(change));
        on.log.push_back("done " + name);
    };
    tasks.push_back(one(fixture, "a"));
    tasks.push_back(one(fixture, "b"));
    const auto all = fixture.loop.start(run_all(fixture.loop.executor(), std::move(tasks)));
    CHECK(fixture.journal.held() == 2);
    fixture.journal.release_one();
    fixture.loop.poll();
    CHECK_FALSE(all.done());
    fixture.journal.release();
    fixture.loop.poll();
    CHECK(all.done());
    CHECK(fixture.log == Log{"write a", "done a", "write b", "done b"});
    CHECK(fixture.loop.idle());
}

TEST_CASE("no tasks at all are done at once") {
    Fixture fixture;
    CHECK(fixture.loop.start(run_all(fixture.loop.executor(), {})).done());
    CHECK(fixture.loop.idle());
}
