// SPDX-License-Identifier: MIT
// How holds end: by time, by their holder, by the holder's departure.
#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

TEST_CASE("a hold runs out at exactly its end") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1", "A-2"}));
    CHECK(process.service.next_due() == hold.expires_at);
    process.clock.advance(300s - 1ms);
    process.run_due();
    CHECK(process.status("A-1") == SeatStatus::held);
    process.clock.advance(1ms);
    const auto changes = process.queue.capacity_changes;
    process.run_due();
    CHECK(process.status("A-1") == SeatStatus::available);
    CHECK(process.status("A-2") == SeatStatus::available);
    CHECK(process.stored("kim", hold.id) == ReservationStatus::expired);
    CHECK(process.queue.capacity_changes == changes + 1);
    CHECK_FALSE(process.service.next_due());
    CHECK(process.stock.holds().size() == 0);
    process.check_at_rest();
}

TEST_CASE("all holds that have run out end together, and no other") {
    Process process;
    const auto kim = process.inside("kim");
    process.reserve(kim, seats({"A-1"}));
    process.clock.advance(1s);
    process.reserve(kim, seats({"A-2"}));
    process.reserve(process.inside("lee"), seats({"A-3"}));
    process.clock.advance(1s);
    process.reserve(process.inside("park"), seats({"A-4"}));
    process.clock.advance(299s);
    process.run_due();
    CHECK(process.status("A-1") == SeatStatus::available);
    CHECK(process.status("A-2") == SeatStatus::available);
    CHECK(process.status("A-3") == SeatStatus::available);
    CHECK(process.status("A-4") == SeatStatus::held);
    CHECK(process.service.next_due() == process.clock.now() + 1s);
    process.check_at_rest();
}

TEST_CASE("an end that cannot be written stays due, and the seat stays held") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    process.clock.advance(301s);
    process.journal.fail();
    process.run_due();
    CHECK(process.status("A-1") == SeatStatus::held);
    CHECK(process.service.next_due() == hold.expires_at);
    process.journal.repair();
    process.run_due();
    CHECK(process.status("A-1") == SeatStatus::available);
    process.check_at_rest();
}

TEST_CASE("a hold that is being paid does not run out meanwhile") {
    Process process;
    const auto kim = process.inside("kim");
    process.reserve(kim, seats({"A-1"}));
    process.clock.advance(299s);
    auto sale = process.service.sell(gala, UserId{"kim"}, SeatsOfDate{eve, seats({"A-1"})},
                                     process.clock.now());
    REQUIRE(sale.has_value());
    process.clock.advance(10s);
    CHECK_FALSE(process.service.next_due());
    process.run_due();
    CHECK(process.status("A-1") == SeatStatus::held);
    process.loop.run(carry_out(process.journal, std::move(sale->step)));
    CHECK(process.status("A-1") == SeatStatus::reserved);
    process.check_at_rest();
}

TEST_CASE("a hold whose payment failed after its end is due at once") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    auto sale = process.service.sell(gala, UserId{"kim"}, hold.id, process.clock.now());
    REQUIRE(sale.has_value());
    process.clock.advance(301s);
    process.journal.fail();
    const auto due_told = process.agenda.changes;
    CHECK(process.loop.run(carry_out(process.journal, std::move(sale->step))) ==
          Outcome::unavailable);
    CHECK(process.agenda.changes > due_told);
    CHECK(process.status("A-1") == SeatStatus::held);
    CHECK(process.service.next_due() == hold.expires_at);
    process.journal.repair();
    process.run_due();
    CHECK(process.stored("kim", hold.id) == ReservationStatus::expired);
    process.check_at_rest();
}

TEST_CASE("an expiry waits for its holder's turn and finds what became of the hold") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    process.clock.advance(299s);
    process.journal.hold();
    const auto releasing =
        process.loop.start(process.service.release(process.handle(kim), hold.id));
    process.clock.advance(1s);
    const auto due = process.loop.start(process.service.run_due(process.clock.now()));
    process.journal.release();
    process.loop.poll();
    CHECK(due.done());
    CHECK_FALSE(releasing.get());
    CHECK(process.stored("kim", hold.id) == ReservationStatus::released);
    process.check_at_rest();
}

TEST_CASE("a hold that is released frees its seats at once") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1", "A-2"}));
    const auto changes = process.queue.capacity_changes;
    CHECK_FALSE(process.loop.run(process.service.release(process.handle(kim), hold.id)));
    CHECK(process.status("A-1") == SeatStatus::available);
    CHECK(process.available() == 14);
    CHECK(process.queue.capacity_changes == changes + 1);
    CHECK(process.stored("kim", hold.id) == ReservationStatus::released);
    process.reserve(process.inside("lee"), seats({"A-1"}));
    process.check_at_rest();
}

TEST_CASE("releasing again is no fault") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    CHECK_FALSE(process.loop.run(process.service.release(process.handle(kim), hold.id)));
    process.reserve(process.inside("lee"), seats({"A-1"}));
    CHECK_FALSE(process.loop.run(process.service.release(process.handle(kim), hold.id)));
    CHECK(process.seat("A-1").user.value == "lee");
    process.check_at_rest();
}

TEST_CASE("only one's own reservation can be released") {
    Process process;
    const auto kim = process.inside("kim");
    const auto lee = process.inside("lee");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    CHECK(process.loop.run(process.service.release(process.handle(lee), hold.id)) ==
          ReleaseRefusal::no_such_reservation);
    CHECK(process.loop.run(process.service.release(process.handle(kim), ReservationId{"none"})) ==
          ReleaseRefusal::no_such_reservation);
    CHECK(process.status("A-1") == SeatStatus::held);
    process.check_at_rest();
}

TEST_CASE("what is paid or has run out cannot be released") {
    Process process;
    const auto kim = process.inside("kim");
    const auto paid = process.reserve(kim, seats({"A-1"}));
    auto sale = process.service.sell(gala, UserId{"kim"}, paid.id, process.clock.now());
    REQUIRE(sale.has_value());
    process.loop.run(carry_out(process.journal, std::move(sale->step)));
    CHECK(process.loop.run(process.service.release(process.handle(kim), paid.id)) ==
          ReleaseRefusal::hold_gone);
    CHECK(process.status("A-1") == SeatStatus::reserved);

    const auto late = process.reserve(kim, seats({"A-2"}));
    process.clock.advance(300s); // and nobody has swept it
    CHECK(process.loop.run(process.service.release(process.handle(kim), late.id)) ==
          ReleaseRefusal::hold_gone);
    CHECK(process.stored("kim", late.id) == ReservationStatus::expired);
    CHECK(process.status("A-2") == SeatStatus::available);
    CHECK(process.loop.run(process.service.release(process.handle(kim), late.id)) ==
          ReleaseRefusal::hold_gone);
    process.check_at_rest();
}

TEST_CASE("who is out cannot release") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    process.queue.put("kim", queue::TokenStatus::expired);
    CHECK(process.loop.run(process.service.release(process.handle(kim), hold.id)) ==
          ReleaseRefusal::not_inside);
    CHECK(process.status("A-1") == SeatStatus::held);
}

TEST_CASE("a release that cannot be written did not happen") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    process.journal.fail();
    CHECK(process.loop.run(process.service.release(process.handle(kim), hold.id)) ==
          ReleaseRefusal::storage_unavailable);
    CHECK(process.status("A-1") == SeatStatus::held);
    CHECK(process.service.next_due() == hold.expires_at);
    process.queue.can_expire = false;
    CHECK(process.loop.run(process.service.release(process.handle(kim), hold.id)) ==
          ReleaseRefusal::storage_unavailable);
    process.journal.repair();
    process.check_at_rest();
}

TEST_CASE("a departure releases all holds of that user in that concert, and no other") {
    Process process;
    const auto kim = process.inside("kim");
    const auto first = process.reserve(kim, seats({"A-1"}));
    const auto second = process.reserve(kim, seats({"A-1"}), day);
    process.reserve(process.inside("lee"), seats({"A-2"}));
    process.loop.run(carry_out(process.journal,
                               process.service.depart(gala, UserId{"kim"}, process.clock.now())));
    CHECK(process.stored("kim", first.id) == ReservationStatus::released);
    CHECK(process.stored("kim", second.id) == ReservationStatus::released);
    CHECK(process.status("A-1") == SeatStatus::available);
    CHECK(process.status("A-1", day) == SeatStatus::available);
    CHECK(process.status("A-2") == SeatStatus::held);
    process.check_at_rest();
}

TEST_CASE("a departure when a hold has run out ends it as such") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    process.clock.advance(300s);
    process.loop.run(carry_out(process.journal,
                               process.service.depart(gala, UserId{"kim"}, process.clock.now())));
    CHECK(process.stored("kim", hold.id) == ReservationStatus::expired);
}

TEST_CASE("a departure leaves alone the hold that is being paid") {
    Process process;
    const auto kim = process.inside("kim");
    const auto paid = process.reserve(kim, seats({"A-1"}));
    const auto other = process.reserve(kim, seats({"A-2"}));
    auto sale = process.service.sell(gala, UserId{"kim"}, paid.id, process.clock.now());
    REQUIRE(sale.has_value());
    auto step = std::move(sale->step);
    step += process.service.depart(gala, UserId{"kim"}, process.clock.now());
    process.loop.run(carry_out(process.journal, std::move(step)));
    CHECK(process.stored("kim", paid.id) == ReservationStatus::paid);
    CHECK(process.stored("kim", other.id) == ReservationStatus::released);
    process.check_at_rest();
}

TEST_CASE("a departure that cannot be written releases nothing, and the session goes on") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    process.journal.fail();
    process.loop.run(carry_out(process.journal,
                               process.service.depart(gala, UserId{"kim"}, process.clock.now())));
    CHECK(process.status("A-1") == SeatStatus::held);
    CHECK(process.service.next_due() == hold.expires_at);
    process.journal.repair();
    process.clock.advance(601s);
    CHECK(process.refused(kim, seats({"A-2"})) == ReserveRefusal::Code::session_ending);
    process.run_due();
    process.check_at_rest();
}

TEST_CASE("who has departed has no session left behind") {
    Process process;
    process.inside("kim");
    process.loop.run(carry_out(process.journal,
                               process.service.depart(gala, UserId{"kim"}, process.clock.now())));
    process.clock.advance(601s);
    const auto again = process.queue.put("kim", queue::TokenStatus::admitted);
    process.reserve(again, seats({"A-1"}));
    process.clock.advance(600s);
    process.run_due();
    process.reserve(again, seats({"A-2"}));
}
