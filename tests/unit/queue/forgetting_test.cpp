// SPDX-License-Identifier: MIT
// Who was over and is not remembered any more goes from the tables behind the start, a slice at a
// time.
#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

constexpr int slice = 500;

/// A process that has left `people` of `over`, and one who waits.
struct Yesterday {
    explicit Yesterday(int people, const LineSettings& settings = room_for(0)) : process{settings} {
        for (int i = 0; i < people; ++i) {
            over.push_back(process.join("u" + std::to_string(i)));
            CHECK_FALSE(process.leave(over.back()));
        }
        waiting = process.join("kim");
    }

    Process process;
    std::vector<TokenId> over;
    TokenId waiting;
};

std::int64_t rows(Process& process) {
    return process.journal.number("SELECT COUNT(*) FROM queue_tokens");
}

} // namespace

TEST_CASE("a start finds nothing due of those whose day is over, and nobody knows them") {
    Yesterday yesterday{1'200};
    Process today{room_for(0), yesterday.process, 24h};
    CHECK_FALSE(today.service.find(yesterday.over[0].value));
    CHECK(today.status(yesterday.waiting) == TokenStatus::waiting);
    CHECK(*today.service.next_due() > today.clock.now());
    today.loop.run(today.service.run_due(today.clock.now()));
    CHECK(rows(today) == 1'201);
}

TEST_CASE("behind the start they go, a slice a Change, the next when the one before is durable") {
    Yesterday yesterday{1'200};
    Process today{room_for(0), yesterday.process, 24h};
    today.journal.hold();
    const auto forgetting = today.loop.start(today.service.forget_leftovers());
    for (std::int64_t left = 1'201; left > 1; left = std::max<std::int64_t>(left - slice, 1)) {
        CHECK(today.journal.held() == 1);
        CHECK(rows(today) == left);
        today.journal.release_one(); // the read
        today.loop.poll();
        CHECK(today.journal.held() == 1);
        today.journal.release_one(); // the removal
        today.loop.poll();
    }
    CHECK(today.journal.held() == 0);
    CHECK(rows(today) == 1);
    CHECK(today.stored(yesterday.waiting) == "WAITING");
    today.check_at_rest();
}

TEST_CASE("those that were sold out a day ago go too, and those of today stay") {
    Process first{room_for(0)};
    const auto kim = first.join("kim");
    first.reservations.known[gala] = {0, 0};
    first.service.capacity_changed(gala);
    first.loop.poll();
    first.reservations.known[gala] = {5, 5};
    first.clock.advance(12h);
    const auto lee = first.join("lee");
    CHECK_FALSE(first.leave(lee));
    Process second{room_for(0), first, 12h};
    second.loop.run(second.service.forget_leftovers());
    CHECK_FALSE(second.service.find(kim.value));
    CHECK(second.stored(kim) == "none");
    CHECK(second.reason(lee) == ExpiryReason::left);
    CHECK(second.stored(lee) == "EXPIRED LEFT");
    second.check_at_rest();
}

TEST_CASE("a start remembers the last of those who are over, and no more than it may") {
    Yesterday yesterday{1'300};
    auto settings = room_for(0);
    settings.max_ended = 1'000;
    Process today{settings, yesterday.process, 1h};
    CHECK_FALSE(today.service.find(yesterday.over[299].value));
    CHECK(today.reason(yesterday.over[300]) == ExpiryReason::left);
    CHECK(*today.service.next_due() > today.clock.now());
    today.loop.run(today.service.forget_leftovers());
    CHECK(rows(today) == 1'001);
    CHECK(today.stored(yesterday.over[299]) == "none");
    CHECK(today.stored(yesterday.over[300]) == "EXPIRED LEFT");
}

TEST_CASE("a start without leftovers reads nothing more") {
    Yesterday yesterday{3};
    Process today{room_for(0), yesterday.process, 1h};
    today.journal.hold();
    today.loop.run(today.service.forget_leftovers());
    CHECK(today.journal.held() == 0);
}

TEST_CASE("what cannot be removed is left to the next start") {
    Yesterday yesterday{700};
    Process today{room_for(0), yesterday.process, 24h};
    today.journal.fail();
    today.loop.run(today.service.forget_leftovers());
    CHECK(rows(today) == 701);
    Process tomorrow{room_for(0), today, 1h};
    tomorrow.loop.run(tomorrow.service.forget_leftovers());
    CHECK(rows(tomorrow) == 1);
}

TEST_CASE("who ends while the leftovers go stays remembered") {
    Yesterday yesterday{600};
    Process today{room_for(0), yesterday.process, 24h};
    today.journal.hold();
    const auto leaving = today.loop.start(today.service.leave(today.handle(yesterday.waiting)));
    const auto forgetting = today.loop.start(today.service.forget_leftovers());
    today.journal.release(); // the row is over before the token is
    today.loop.poll();
    CHECK(today.reason(yesterday.waiting) == ExpiryReason::left);
    CHECK(today.stored(yesterday.waiting) == "EXPIRED LEFT");
    CHECK(rows(today) == 1);
}

TEST_CASE("where more are over than are remembered, the oldest give way, in the table too") {
    auto settings = room_for(1);
    settings.max_ended = 1'000;
    Process process{settings};
    std::vector<TokenId> over;
    for (int i = 0; i < 1'700; ++i) {
        over.push_back(process.join("u" + std::to_string(i)));
        CHECK_FALSE(process.leave(over.back()));
    }
    process.advance(1ms);
    CHECK_FALSE(process.service.find(over[0].value));
    CHECK_FALSE(process.service.find(over[699].value));
    CHECK(process.reason(over[700]) == ExpiryReason::left);
    CHECK(process.journal.number("SELECT COUNT(*) FROM queue_tokens") == 1'000);
    CHECK(process.stored(over[699]) == "none");
    CHECK(process.stored(over[700]) == "EXPIRED LEFT");
    process.check_at_rest();
}
