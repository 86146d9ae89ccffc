// SPDX-License-Identifier: MIT
// Ends that time brings, ends that others bring, and what is remembered of them.
#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

TEST_CASE("who waits and gives no sign of life is abandoned") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.enter(kim);
    const auto lee = process.join("lee");
    const auto park = process.join("park");
    process.advance(100s);
    static_cast<void>(process.service.poll(process.handle(park)));
    process.advance(200s - 1ms);
    CHECK(process.status(lee) == TokenStatus::waiting);
    CHECK(process.position(park) == 2);
    process.advance(1ms);
    CHECK(process.reason(lee) == ExpiryReason::abandoned);
    CHECK(process.position(park) == 1);
    CHECK(process.stored(lee) == "EXPIRED ABANDONED");
    process.check_at_rest();
}

TEST_CASE("who does not enter in time has missed it, and the next is admitted at that instant") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    process.advance(120s - 1ms);
    CHECK(process.status(kim) == TokenStatus::admitted);
    process.advance(1ms);
    CHECK(process.reason(kim) == ExpiryReason::entry_missed);
    CHECK(process.status(lee) == TokenStatus::admitted);
    CHECK(process.view(lee).expires_at == process.clock.now() + 120s);
    CHECK(process.reservations.departed == std::vector<std::string>{"kim"});
    process.check_at_rest();
}

TEST_CASE("who stays to the end of the session is out, and the next is admitted") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.enter(kim);
    process.advance(400s);
    const auto lee = process.join("lee");
    process.advance(200s - 1ms);
    CHECK(process.status(kim) == TokenStatus::entered);
    process.advance(1ms);
    CHECK(process.reason(kim) == ExpiryReason::session_ended);
    CHECK(process.status(lee) == TokenStatus::admitted);
    process.check_at_rest();
}

TEST_CASE("what is asked at the very instant of the end comes too late") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.clock.advance(120s); // and nobody has looked what is due
    CHECK(process.enter(kim) == EntryRefusal::expired);
    CHECK(process.reason(kim) == ExpiryReason::entry_missed);
    const auto lee = process.join("lee");
    process.enter(lee);
    process.clock.advance(600s);
    CHECK(process.leave(lee) == EntryRefusal::expired);
    CHECK(process.reason(lee) == ExpiryReason::session_ended);
    process.check_at_rest();
}

TEST_CASE("a join when the own token's time has come gets a new one, behind the others") {
    Process process{room_for(0)};
    const auto kim = process.join("kim");
    process.clock.advance(10s);
    const auto lee = process.join("lee");
    process.clock.advance(290s);
    const auto again = process.join("kim");
    CHECK(again != kim);
    CHECK(process.reason(kim) == ExpiryReason::abandoned);
    CHECK(process.position(lee) == 1);
    CHECK(process.position(again) == 2);
    process.check_at_rest();
}

TEST_CASE("at one instant expiries come before admissions, also where a poll asks first") {
    Process process{room_for(1)};
    process.reservations.known[gala].seats_available = 0;
    const auto kim = process.join("kim");
    process.clock.advance(100s);
    const auto lee = process.join("lee");
    process.clock.advance(200s); // kim is due now
    process.reservations.known[gala].seats_available = 1;
    CHECK(process.service.poll(process.handle(lee)).token->status == TokenStatus::waiting);
    CHECK(process.status(kim) == TokenStatus::waiting);
    process.loop.run(process.service.run_due(process.clock.now()));
    CHECK(process.reason(kim) == ExpiryReason::abandoned);
    CHECK(process.status(lee) == TokenStatus::admitted);
}

TEST_CASE("the next thing due is the earliest over all lines") {
    Process process{room_for(1)};
    CHECK_FALSE(process.service.next_due());
    process.reservations.known[ConcertId{"ball"}] = {5, 5};
    process.join("kim");
    CHECK(process.service.next_due() == start_of_test + 120s);
    process.clock.advance(10s);
    process.reservations.overrides[ConcertId{"ball"}]["entryWindowSeconds"] = 60;
    CHECK(process.loop.run(process.service.join(ConcertId{"ball"}, UserId{"lee"})).has_value());
    CHECK(process.service.next_due() == start_of_test + 70s);
    CHECK(process.agenda.changes > 0);
}

TEST_CASE("under a pace the next admission is due, but only while there is a seat") {
    Process process{room_for(10, 60)};
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    CHECK(process.status(lee) == TokenStatus::waiting);
    CHECK(process.service.next_due() == start_of_test + 1s);
    process.reservations.known[gala].seats_available = 0;
    CHECK(process.service.next_due() == start_of_test + 120s);
    process.reservations.known[gala].seats_available = 1;
    process.advance(999ms);
    CHECK(process.status(lee) == TokenStatus::waiting);
    process.advance(1ms);
    CHECK(process.status(lee) == TokenStatus::admitted);
    CHECK(process.status(kim) == TokenStatus::admitted);
    process.check_at_rest();
}

TEST_CASE("settling ends what is due, and leaves alone what is not") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.clock.advance(119s);
    auto judged =
        process.loop.run(process.service.expire_if_due(process.handle(kim), process.clock.now()));
    REQUIRE(judged);
    CHECK(judged->status == TokenStatus::admitted);
    process.clock.advance(1s);
    judged =
        process.loop.run(process.service.expire_if_due(process.handle(kim), process.clock.now()));
    REQUIRE(judged);
    CHECK(judged->status == TokenStatus::expired);
    CHECK(judged->reason == ExpiryReason::entry_missed);
    judged =
        process.loop.run(process.service.expire_if_due(process.handle(kim), process.clock.now()));
    REQUIRE(judged);
    CHECK(judged->status == TokenStatus::expired);
}

TEST_CASE("a token is judged at the instant that it is asked for") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    const auto arrived = process.clock.now() + 119s;
    process.clock.advance(121s);
    const auto judged =
        process.loop.run(process.service.expire_if_due(process.handle(kim), arrived));
    REQUIRE(judged);
    CHECK(judged->status == TokenStatus::admitted);
}

TEST_CASE("a payment's step ends the token and admits the next when it is applied") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    process.enter(kim);
    auto step =
        process.service.expire_paid(process.handle(kim), PaymentId{"p"}, process.clock.now());
    CHECK(process.status(lee) == TokenStatus::waiting);
    process.loop.run(carry_out(process.journal, std::move(step)));
    CHECK(process.reason(kim) == ExpiryReason::paid);
    CHECK(process.status(lee) == TokenStatus::admitted);
    CHECK(process.stored(kim) == "EXPIRED PAID");
    process.check_at_rest();
}

TEST_CASE("a token pinned by a payment does not expire meanwhile; undone, it is due at once") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.enter(kim);
    const auto arrived = process.clock.now() + 599s;
    auto step = process.service.expire_paid(process.handle(kim), PaymentId{"p"}, arrived);
    process.clock.advance(700s);
    CHECK_FALSE(process.service.next_due());
    for (auto& undo : step.undo) {
        undo();
    }
    CHECK(process.status(kim) == TokenStatus::entered);
    CHECK(process.reservations.departures_undone == 1);
    CHECK(process.service.next_due() == start_of_test + 600s);
    process.loop.run(process.service.run_due(process.clock.now()));
    CHECK(process.reason(kim) == ExpiryReason::session_ended);
}

TEST_CASE("being kept inside enters who is admitted, and covers the hold") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.clock.advance(10s);
    const auto now = process.clock.now();
    process.loop.run(carry_out(process.journal,
                               process.service.keep_inside(process.handle(kim), now, now + 300s)));
    CHECK(process.status(kim) == TokenStatus::entered);
    CHECK(process.view(kim).expires_at == now + 600s);
    process.loop.run(carry_out(
        process.journal, process.service.keep_inside(process.handle(kim), now + 500s, now + 800s)));
    CHECK(process.view(kim).expires_at == now + 800s);
    for (const auto& visitor : process.reservations.received) {
        CHECK(visitor.session_ends_at == now + 600s); // the session itself is not lengthened
    }
    CHECK(process.journal.number("SELECT expires_at FROM queue_tokens") == to_millis(now + 800s));
    process.check_at_rest();
}

TEST_CASE("once all is sold those who wait are over, with one row for all of them") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    std::vector<TokenId> waiting;
    for (int i = 0; i < 50; ++i) {
        waiting.push_back(process.join("u" + std::to_string(i)));
    }
    process.reservations.known[gala] = {0, 0};
    const auto commits = process.journal.commits();
    process.service.capacity_changed(gala);
    process.loop.poll();
    CHECK(process.journal.commits() == commits + 1);
    for (const auto& token : waiting) {
        CHECK(process.reason(token) == ExpiryReason::sold_out);
        CHECK(process.stored(token) == "WAITING"); // over by the line's row
    }
    CHECK(process.status(kim) == TokenStatus::admitted);
    CHECK(process.journal.number("SELECT sold_out_through FROM queue_lines") == 51);
    CHECK(process.line().waiting == 0);
    CHECK(process.enter(waiting[0]) == EntryRefusal::expired);
    CHECK(process.leave(waiting[0]) == EntryRefusal::expired);
    process.check_at_rest();
}

TEST_CASE("selling out is told to everybody before anybody is swept") {
    auto settings = room_for(0);
    settings.ends_per_turn = 2;
    Process process{settings};
    std::vector<TokenId> waiting;
    for (int i = 0; i < 5; ++i) {
        waiting.push_back(process.join("u" + std::to_string(i)));
    }
    process.reservations.known[gala] = {0, 0};
    process.service.capacity_changed(gala);
    const auto sold_out_at = process.clock.now();
    CHECK(process.line().waiting == 0);
    CHECK(process.service.stats().front().waiting == 0);
    CHECK(process.service.poll(process.handle(waiting[4])).token->status == TokenStatus::expired);
    CHECK(process.service.look(process.handle(waiting[3])).token->status == TokenStatus::expired);
    CHECK(process.refused_join("u2") == JoinRefusal::sold_out);
    CHECK(process.refused_join("new") == JoinRefusal::sold_out);
    CHECK(process.leave(waiting[1]) == EntryRefusal::expired);
    CHECK(process.enter(waiting[0]) == EntryRefusal::expired);
    process.clock.advance(1h); // nobody may be abandoned any more
    process.loop.run(process.service.run_due(process.clock.now()));
    for (const auto& token : waiting) {
        CHECK(process.reason(token) == ExpiryReason::sold_out);
    }
    // Forgotten a day after the sale, whenever they were swept.
    CHECK(process.service.next_due() == sold_out_at + 24h);
    process.check_at_rest();
}

TEST_CASE("a line that has sold out is swept a few at a time, and others go on in between") {
    auto settings = room_for(0);
    settings.ends_per_turn = 2;
    Process process{settings};
    for (int i = 0; i < 5; ++i) {
        process.join("u" + std::to_string(i));
    }
    const auto sold_out_at = process.clock.now();
    process.reservations.known[gala] = {0, 0};
    process.service.capacity_changed(gala);
    int turns = 0;
    for (; process.service.next_due() == sold_out_at; ++turns) {
        process.loop.run(process.service.run_due(sold_out_at));
    }
    CHECK(turns == 3);
    CHECK(process.service.next_due() == sold_out_at + 24h);
    process.check_at_rest();
}

TEST_CASE("a line with new seats takes new people while the old ones are not swept yet") {
    auto settings = room_for(1);
    settings.max_waiting = 2;
    settings.ends_per_turn = 1;
    Process process{settings};
    process.reservations.known[gala] = {0, 1};
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    process.reservations.known[gala] = {0, 0};
    process.service.capacity_changed(gala);
    process.reservations.known[gala] = {0, 3};
    process.service.capacity_changed(gala);
    const auto park = process.join("park");
    const auto again = process.join("kim");
    CHECK(again != kim);
    CHECK(process.position(park) == 1);
    CHECK(process.position(again) == 2);
    CHECK(process.line().waiting == 2);
    CHECK(process.refused_join("choi") == JoinRefusal::line_full);
    process.reservations.known[gala] = {3, 3};
    process.service.capacity_changed(gala);
    CHECK(process.status(park) == TokenStatus::admitted);
    CHECK(process.reason(kim) == ExpiryReason::sold_out);
    process.advance(1s);
    CHECK(process.reason(lee) == ExpiryReason::sold_out);
    CHECK(process.status(again) == TokenStatus::waiting);
    process.check_at_rest();
    Process second{settings, process};
    CHECK(second.reason(lee) == ExpiryReason::sold_out);
    CHECK(second.position(again) == 1);
}

TEST_CASE("who leaves while the last seat is sold has left, or was sold out where that failed") {
    for (const bool written : {true, false}) {
        Process process{room_for(0)};
        const auto kim = process.join("kim");
        const auto lee = process.join("lee");
        process.journal.hold();
        const auto leaving = process.loop.start(process.service.leave(process.handle(kim)));
        process.loop.poll();
        process.reservations.known[gala] = {0, 0};
        process.service.capacity_changed(gala);
        CHECK(process.line().waiting == 0);
        CHECK(process.reason(lee) == ExpiryReason::sold_out);
        CHECK(process.status(kim) == TokenStatus::waiting);
        CHECK(process.position(kim) == 1);
        if (written) {
            process.journal.release();
        } else {
            process.journal.fail();
        }
        process.loop.poll();
        CHECK(leaving.get().has_value() != written);
        CHECK(process.reason(kim) == (written ? ExpiryReason::left : ExpiryReason::sold_out));
        process.journal.repair();
        process.advance(1s);
        CHECK(process.service.next_due() == start_of_test + 24h);
        process.check_at_rest();
        Process second{room_for(0), process};
        CHECK(second.reason(kim) == (written ? ExpiryReason::left : ExpiryReason::sold_out));
    }
}

TEST_CASE("while seats are only held the line waits, since they may come back") {
    Process process{room_for(1)};
    process.reservations.known[gala] = {0, 3};
    const auto kim = process.join("kim");
    process.service.capacity_changed(gala);
    CHECK(process.status(kim) == TokenStatus::waiting);
    process.reservations.known[gala] = {1, 3};
    process.service.capacity_changed(gala);
    CHECK(process.status(kim) == TokenStatus::admitted);
}

TEST_CASE("who was sold out may join again once there are more seats") {
    Process process{room_for(0)};
    const auto kim = process.join("kim");
    process.reservations.known[gala] = {0, 0};
    process.service.capacity_changed(gala);
    process.loop.poll();
    CHECK(process.refused_join("kim") == JoinRefusal::sold_out);
    process.reservations.known[gala] = {2, 2};
    const auto again = process.join("kim");
    CHECK(again != kim);
    CHECK(process.reason(kim) == ExpiryReason::sold_out);
    CHECK(process.stored(kim) == "WAITING"); // over by the line's row
    CHECK(process.position(again) == 1);
    process.check_at_rest();
}

TEST_CASE("what is over is known for a day and then forgotten") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    process.leave(kim);
    process.enter(lee);
    process.clock.advance(1s);
    process.leave(lee);
    const auto left = process.clock.now();
    process.advance(24h - 1s - 1ms);
    CHECK(process.reason(kim) == ExpiryReason::left);
    process.advance(1ms); // a day after kim
    CHECK_FALSE(process.service.find(kim.value));
    CHECK(process.stored(kim) == "none");
    CHECK(process.service.find(lee.value));
    CHECK(process.stored(lee) == "EXPIRED LEFT");
    process.advance(1min); // at the full minute after
    CHECK(process.clock.now() > left + 24h);
    CHECK_FALSE(process.service.find(lee.value));
    CHECK(process.journal.number("SELECT COUNT(*) FROM queue_tokens") == 0);
    CHECK_FALSE(process.service.next_due());
    process.check_at_rest();
}

TEST_CASE("those that were sold out are forgotten after a day too") {
    Process process{room_for(0)};
    const auto kim = process.join("kim");
    process.reservations.known[gala] = {0, 0};
    process.service.capacity_changed(gala);
    process.loop.poll();
    process.advance(24h - 1ms);
    CHECK(process.reason(kim) == ExpiryReason::sold_out);
    process.advance(1ms);
    CHECK_FALSE(process.service.find(kim.value));
    CHECK(process.journal.number("SELECT COUNT(*) FROM queue_tokens") == 0);
    process.check_at_rest();
}

TEST_CASE("thousands who are due at one instant all end, and the pass says what is left") {
    auto settings = room_for(0);
    Process process{settings};
    constexpr int people = 3'000;
    for (int i = 0; i < people; ++i) {
        process.join("u" + std::to_string(i));
    }
    const auto last = process.join("last");
    process.clock.advance(200s);
    static_cast<void>(process.service.poll(process.handle(last)));
    process.advance(100s);
    CHECK(process.line().waiting == 1);
    CHECK(process.position(last) == 1);
    CHECK(process.journal.number("SELECT COUNT(*) FROM queue_tokens WHERE reason = 'ABANDONED'") ==
          people);
    process.advance(24h);
    CHECK(process.journal.number("SELECT COUNT(*) FROM queue_tokens WHERE reason = 'ABANDONED'") ==
          1);
}

TEST_CASE("a token that a request is looking at is not forgotten under it") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    auto handle = process.handle(kim);
    auto in_use = process.service.use(handle);
    CHECK_FALSE(process.leave(kim));
    const auto lee = process.join("lee");
    CHECK_FALSE(process.leave(lee));
    auto over = process.handle(lee);
    const auto over_in_use = process.service.use(over);
    const auto park = process.join("park"); // takes a place that is free, and not kim's
    process.advance(24h + 1min);
    CHECK(process.stored(kim) == "none");
    CHECK_FALSE(process.service.find(kim.value));
    CHECK_FALSE(process.service.find(lee.value));
    for (const auto seen : {handle, over}) { // the requests go on
        CHECK(process.service.view(seen).status == TokenStatus::expired);
        CHECK(process.service.view(seen).reason == ExpiryReason::left);
        CHECK(process.loop.run(process.service.enter(seen)) == EntryRefusal::expired);
        CHECK(process.loop.run(process.service.leave(seen)) == EntryRefusal::expired);
    }
    CHECK(process.loop.run(process.service.recall(handle)).user.value == "kim");
    CHECK(process.loop.run(process.service.recall(over)).user.value.empty());
    CHECK(QueueService::id_of(handle) == kim);
    in_use.reset();
    CHECK(process.reason(park) == ExpiryReason::entry_missed);
    process.check_at_rest();
}

TEST_CASE("a token that is over before its request asks for it is not taken for the next one's") {
    Process process{room_for(0)};
    const auto kim = process.join("kim");
    auto handle = process.handle(kim);
    process.reservations.known[gala] = {0, 0};
    process.service.capacity_changed(gala);
    process.loop.poll();
    CHECK(process.service.view(handle).reason == ExpiryReason::sold_out); // its place is free
    const auto in_use = process.service.use(handle);
    process.reservations.known[gala] = {5, 5};
    const auto lee = process.join("lee");
    CHECK(process.position(lee) == 1);
    CHECK(process.service.view(handle).status == TokenStatus::expired);
    CHECK(process.service.view(handle).reason == ExpiryReason::sold_out);
    CHECK(QueueService::id_of(handle) == kim);
    CHECK(process.loop.run(process.service.recall(handle)).user.value == "kim");
    process.check_at_rest();
}

TEST_CASE("whose a token was is read from the table, and nothing of it but by a request for it") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    CHECK_FALSE(process.leave(kim));
    auto handle = process.handle(kim);
    const auto in_use = process.service.use(handle);
    CHECK(process.service.view(handle).user.value.empty());
    const auto whose = process.loop.run(process.service.recall(handle));
    CHECK(whose.user.value == "kim");
    CHECK(whose.concert == gala);
    CHECK(whose.status == TokenStatus::expired);
    CHECK(whose.reason == ExpiryReason::left);

    Process second{room_for(1), process};
    auto again = second.handle(kim);
    const auto again_in_use = second.service.use(again);
    CHECK(second.loop.run(second.service.recall(again)).user.value == "kim");
}
