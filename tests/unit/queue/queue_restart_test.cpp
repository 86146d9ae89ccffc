// SPDX-License-Identifier: MIT
// A second process on the same database goes on where the first one stopped.
#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

TEST_CASE("tokens, places and times are as they were") {
    Process first{room_for(2)};
    const auto kim = first.join("kim");
    first.clock.advance(10s);
    first.enter(kim);
    const auto lee = first.join("lee");
    const auto park = first.join("park");
    const auto gone = first.join("gone");
    const auto choi = first.join("choi");
    first.leave(gone);
    const auto line = first.line();

    Process second{room_for(2), first, 5s};
    CHECK(second.status(kim) == TokenStatus::entered);
    CHECK(second.view(kim).expires_at == start_of_test + 610s);
    CHECK(second.status(lee) == TokenStatus::admitted);
    CHECK(second.view(lee).expires_at == start_of_test + 130s);
    CHECK(second.status(park) == TokenStatus::waiting);
    CHECK(second.position(park) == 1);
    CHECK(second.position(choi) == 2);
    CHECK(second.reason(gone) == ExpiryReason::left);
    CHECK(second.line().waiting == line.waiting);
    CHECK(second.line().active == line.active);
    CHECK(second.line().serving_number == line.serving_number);
    CHECK(second.line().admitted_total == line.admitted_total);
    CHECK(second.line().max_active == 2);
    CHECK(second.join("kim") == kim);
    CHECK(second.join("park") == park);
    const auto next = second.join("new");
    CHECK(second.service.look(second.handle(next)).token->ticket_number == 6);
    second.check_at_rest();
}

TEST_CASE("who is inside is handed over again, with the session that they had") {
    Process first{room_for(2)};
    const auto kim = first.join("kim");
    first.join("lee"); // admitted, and not inside
    first.enter(kim);
    Process second{room_for(2), first, 60s};
    REQUIRE(second.reservations.received.size() == 1);
    CHECK(second.reservations.received[0].user.value == "kim");
    CHECK(second.reservations.received[0].session_ends_at == start_of_test + 600s);
}

TEST_CASE("who waits is seen anew from the start on") {
    Process first{room_for(0)};
    const auto kim = first.join("kim");
    first.clock.advance(299s);
    Process second{room_for(0), first, 1h};
    CHECK(second.status(kim) == TokenStatus::waiting);
    CHECK(second.view(kim).expires_at == second.clock.now() + 300s);
    second.advance(300s);
    CHECK(second.reason(kim) == ExpiryReason::abandoned);
}

TEST_CASE("what fell due while nobody ran happens at the start, and the next are admitted") {
    Process first{room_for(1)};
    const auto kim = first.join("kim");
    const auto lee = first.join("lee");
    Process second{room_for(1), first, 10min};
    CHECK(*second.service.next_due() <= second.clock.now());
    second.loop.run(second.service.run_due(second.clock.now()));
    CHECK(second.reason(kim) == ExpiryReason::entry_missed);
    CHECK(second.status(lee) == TokenStatus::admitted);
    CHECK(second.view(lee).expires_at == second.clock.now() + 120s);
    second.check_at_rest();
}

TEST_CASE("an admission that was told and not written is made again") {
    Process first{room_for(1)};
    first.reservations.known[gala].seats_available = 0;
    const auto kim = first.join("kim");
    const auto lee = first.join("lee");
    first.reservations.known[gala].seats_available = 1;
    first.journal.hold();
    CHECK(first.service.poll(first.handle(kim)).token->status == TokenStatus::admitted);

    Process second{room_for(1), first};
    CHECK(second.status(kim) == TokenStatus::waiting);
    second.service.capacity_changed(gala);
    CHECK(second.status(kim) == TokenStatus::admitted);
    CHECK(second.status(lee) == TokenStatus::waiting);
    second.loop.poll();
    second.check_at_rest();
}

TEST_CASE("the pace is kept across a restart") {
    Process first{room_for(10, 60)};
    first.clock.advance(500ms);
    first.join("kim");
    const auto lee = first.join("lee");
    Process second{room_for(10, 60), first, 300ms};
    second.service.capacity_changed(gala);
    CHECK(second.status(lee) == TokenStatus::waiting);
    CHECK(second.service.next_due() == start_of_test + 1'500ms);
    second.advance(700ms);
    CHECK(second.status(lee) == TokenStatus::admitted);
}

TEST_CASE("the state that the operator has set lasts") {
    for (const auto state : {LineState::paused, LineState::closed}) {
        Process first{room_for(1)};
        CHECK(first.loop.run(first.service.set_state(ConcertId{gala}, state)));
        Process second{room_for(1), first};
        CHECK(second.line().state == to_string(state));
    }
}

TEST_CASE("those that were sold out stay so, with the time of it") {
    Process first{room_for(0)};
    const auto kim = first.join("kim");
    const auto lee = first.join("lee");
    first.reservations.known[gala] = {0, 0};
    first.service.capacity_changed(gala);
    first.loop.poll();
    Process second{room_for(0), first, 1h};
    CHECK(second.reason(kim) == ExpiryReason::sold_out);
    CHECK(second.reason(lee) == ExpiryReason::sold_out);
    CHECK(second.line().waiting == 0);
    CHECK(second.service.next_due() == start_of_test + 24h);
    second.reservations.known[gala] = {5, 5};
    const auto again = second.join("kim");
    CHECK(second.service.look(second.handle(again)).token->ticket_number == 3);
    CHECK(second.position(again) == 1);

    Process third{room_for(0), second};
    CHECK(third.reason(kim) == ExpiryReason::sold_out);
    CHECK(third.position(again) == 1);
    third.check_at_rest();
}

TEST_CASE("a selling-out that was not written is found again") {
    Process first{room_for(0)};
    const auto kim = first.join("kim");
    first.journal.hold();
    first.reservations.known[gala] = {0, 0};
    first.service.capacity_changed(gala);
    Process second{room_for(0), first};
    CHECK(second.status(kim) == TokenStatus::waiting);
    second.service.capacity_changed(gala);
    CHECK(second.reason(kim) == ExpiryReason::sold_out);
}

TEST_CASE("a concert's own settings hold from the start on") {
    Process first{room_for(1)};
    first.reservations.overrides[gala]["maxActive"] = 3;
    first.join("kim");
    Process second{room_for(1), first};
    CHECK(second.line().max_active == 3);
}

TEST_CASE("what is over is forgotten a day after it was, also across a restart") {
    Process first{room_for(1)};
    const auto kim = first.join("kim");
    first.leave(kim);
    Process second{room_for(1), first, 23h};
    CHECK(second.reason(kim) == ExpiryReason::left);
    second.advance(1h);
    CHECK_FALSE(second.service.find(kim.value));
    Process third{room_for(1), second};
    CHECK_FALSE(third.service.find(kim.value));
}

TEST_CASE("an unused database has no line and no token") {
    Process first{room_for(1)};
    Process second{room_for(1), first};
    CHECK(second.service.stats().empty());
    CHECK_FALSE(second.service.next_due());
}

TEST_CASE("what a token has paid is recalled, by a later process too, and of no other") {
    const PaymentId payment{"p-1"};
    Process first{room_for(2)};
    const auto kim = first.join("kim");
    const auto lee = first.join("lee");
    first.enter(kim);
    first.loop.run(carry_out(
        first.journal, first.service.expire_paid(first.handle(kim), payment, first.clock.now())));
    CHECK_FALSE(first.leave(lee));
    const auto paid_by = [](Process& process, const TokenId& id) {
        auto handle = process.handle(id);
        const auto in_use = process.service.use(handle);
        CHECK(process.service.view(handle).payment.value.empty()); // a look costs no read
        return process.loop.run(process.service.recall(handle)).payment;
    };
    CHECK(paid_by(first, kim) == payment);
    CHECK(paid_by(first, lee).value.empty());
    Process second{room_for(2), first, 1h};
    CHECK(paid_by(second, kim) == payment);
    CHECK(paid_by(second, lee).value.empty());
}
