// SPDX-License-Identifier: MIT
// When the storage cannot write, nothing has happened; when it can again, nothing is missing.
#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

TEST_CASE("a join that cannot be written did not happen") {
    Process process{room_for(1)};
    process.journal.fail();
    CHECK(process.refused_join("kim") == JoinRefusal::storage_unavailable);
    CHECK(process.line().waiting == 0);
    CHECK(process.line().active == 0);
    process.journal.repair();
    const auto kim = process.join("kim");
    CHECK(process.status(kim) == TokenStatus::admitted);
    CHECK(process.service.look(process.handle(kim)).token->ticket_number ==
          2); // the first number is used up
    process.check_at_rest();
}

TEST_CASE("an entry that cannot be written did not happen") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.clock.advance(10s);
    process.journal.fail();
    CHECK(process.enter(kim) == EntryRefusal::storage_unavailable);
    CHECK(process.status(kim) == TokenStatus::admitted);
    CHECK(process.view(kim).expires_at == start_of_test + 120s);
    CHECK(process.reservations.received.empty());
    CHECK(process.service.next_due() == start_of_test + 120s);
    process.journal.repair();
    CHECK_FALSE(process.enter(kim));
    CHECK(process.view(kim).expires_at == process.clock.now() + 600s);
    process.check_at_rest();
}

TEST_CASE("a departure that cannot be written did not happen, and admits nobody") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    process.journal.fail();
    CHECK(process.leave(kim) == EntryRefusal::storage_unavailable);
    CHECK(process.status(kim) == TokenStatus::admitted);
    CHECK(process.status(lee) == TokenStatus::waiting);
    CHECK(process.reservations.departed.empty());
    CHECK(process.reservations.departures_undone == 1);
    CHECK(process.leave(lee) == EntryRefusal::storage_unavailable);
    CHECK(process.position(lee) == 1);
    process.journal.repair();
    CHECK_FALSE(process.leave(kim));
    CHECK(process.status(lee) == TokenStatus::admitted);
    process.check_at_rest();
}

TEST_CASE("a state that cannot be written is not set") {
    Process process{room_for(1)};
    process.join("kim");
    process.journal.fail();
    CHECK_FALSE(process.loop.run(process.service.set_state(ConcertId{gala}, LineState::closed)));
    CHECK(process.line().state == "OPEN");
}

TEST_CASE("states that cannot be written leave the line as it was, however many at a time") {
    Process process{room_for(1)};
    process.join("kim");
    process.journal.hold();
    const auto pausing =
        process.loop.start(process.service.set_state(ConcertId{gala}, LineState::paused));
    const auto closing =
        process.loop.start(process.service.set_state(ConcertId{gala}, LineState::closed));
    process.journal.fail();
    process.loop.poll();
    CHECK_FALSE(pausing.get());
    CHECK_FALSE(closing.get());
    CHECK(process.line().state == "OPEN");
    CHECK(process.journal.text("SELECT state FROM queue_lines") == "OPEN");
}

TEST_CASE("an admission or session whose end cannot be written stays due") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.journal.fail();
    process.clock.advance(120s);
    process.loop.run(process.service.run_due(process.clock.now()));
    CHECK(process.status(kim) == TokenStatus::admitted);
    CHECK(process.service.next_due() == start_of_test + 120s);
    CHECK_FALSE(
        process.loop.run(process.service.expire_if_due(process.handle(kim), process.clock.now())));
    CHECK(process.enter(kim) == EntryRefusal::storage_unavailable);
    process.journal.repair();
    process.loop.run(process.service.run_due(process.clock.now()));
    CHECK(process.reason(kim) == ExpiryReason::entry_missed);
    process.check_at_rest();
}

TEST_CASE("an abandonment that cannot be written stays due") {
    Process process{room_for(0)};
    const auto kim = process.join("kim");
    process.journal.fail();
    process.clock.advance(300s);
    process.loop.run(process.service.run_due(process.clock.now()));
    CHECK(process.status(kim) == TokenStatus::waiting);
    REQUIRE(process.service.next_due());
    CHECK(*process.service.next_due() <= process.clock.now());
}

TEST_CASE("while the storage cannot write nobody is admitted") {
    Process process{room_for(1)};
    process.reservations.known[gala].seats_available = 0;
    const auto kim = process.join("kim");
    process.journal.fail();
    process.reservations.known[gala].seats_available = 1;
    process.service.capacity_changed(gala);
    CHECK(process.service.poll(process.handle(kim)).token->status == TokenStatus::waiting);
    process.journal.repair();
    process.loop.poll();
    CHECK(process.status(kim) == TokenStatus::admitted);
    CHECK(process.stored(kim) == "ADMITTED");
    process.check_at_rest();
}

TEST_CASE("while the storage cannot write polls are answered and keep the place") {
    Process process{room_for(0)};
    const auto kim = process.join("kim");
    process.journal.fail();
    process.clock.advance(200s);
    CHECK(process.service.poll(process.handle(kim)).position == 1);
    process.clock.advance(200s);
    CHECK(process.service.next_due() == process.clock.now() + 100s);
}

TEST_CASE("an admission that could not be written is kept, and written when it can be") {
    Process process{room_for(1)};
    process.reservations.known[gala].seats_available = 0;
    const auto kim = process.join("kim");
    process.reservations.known[gala].seats_available = 1;
    process.journal.hold();
    CHECK(process.service.poll(process.handle(kim)).token->status ==
          TokenStatus::admitted); // told so
    process.journal.fail();
    process.loop.poll();
    CHECK(process.status(kim) == TokenStatus::admitted);
    CHECK(process.stored(kim) == "WAITING");
    process.journal.repair();
    process.loop.poll();
    CHECK(process.stored(kim) == "ADMITTED");
    CHECK(process.journal.number("SELECT serving_number FROM queue_lines") == 1);
    process.check_at_rest();
}

TEST_CASE("an admission is written again and again until it is written") {
    Process process{room_for(1)};
    process.reservations.known[gala].seats_available = 0;
    const auto kim = process.join("kim");
    process.reservations.known[gala].seats_available = 1;
    process.journal.hold();
    static_cast<void>(process.service.poll(process.handle(kim)));
    process.journal.fail();
    process.loop.poll();
    process.journal.hold();
    process.journal.repair(); // what is missing is submitted again …
    process.journal.fail();   // … and the disk is full again before it is written
    process.loop.poll();
    CHECK(process.stored(kim) == "WAITING");
    process.journal.repair();
    process.loop.poll();
    CHECK(process.stored(kim) == "ADMITTED");
    CHECK(process.journal.number("SELECT serving_number FROM queue_lines") == 1);
    process.check_at_rest();
}

TEST_CASE("an admission that is written late does not undo what came of it") {
    Process process{room_for(1)};
    process.reservations.known[gala].seats_available = 0;
    const auto kim = process.join("kim");
    process.reservations.known[gala].seats_available = 1;
    process.journal.hold();
    static_cast<void>(process.service.poll(process.handle(kim)));
    process.journal.fail();
    process.loop.poll();
    process.journal.hold();
    const auto entering = process.loop.start(process.service.enter(process.handle(kim)));
    process.journal.repair(); // the admission is written again, behind the entry
    process.journal.release();
    process.loop.poll();
    CHECK_FALSE(entering.get());
    CHECK(process.stored(kim) == "ENTERED");
    process.check_at_rest();
}

TEST_CASE("under a pace nobody is admitted past an admission that could not be written") {
    Process process{room_for(2, 60)};
    process.reservations.known[gala].seats_available = 0;
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    process.reservations.known[gala].seats_available = 1;
    process.journal.hold();
    CHECK(process.service.poll(process.handle(kim)).token->status == TokenStatus::admitted);
    process.journal.fail();
    process.loop.poll();
    process.journal.hold();
    process.journal.repair(); // kim's admission is on its way again
    process.clock.advance(10s);
    CHECK(process.service.poll(process.handle(lee)).token->status == TokenStatus::waiting);
    process.journal.release();
    process.loop.poll();
    CHECK(process.stored(kim) == "ADMITTED");
    CHECK(process.status(lee) == TokenStatus::admitted);
    process.check_at_rest();
}

TEST_CASE("an admission that was not written does not come back once its token is over") {
    Process process{room_for(1)};
    process.reservations.known[gala].seats_available = 0;
    const auto kim = process.join("kim");
    process.reservations.known[gala].seats_available = 1;
    process.journal.hold();
    static_cast<void>(process.service.poll(process.handle(kim)));
    const auto leaving = process.loop.start(process.service.leave(process.handle(kim)));
    process.journal.fail();
    process.loop.poll();
    CHECK(leaving.get() == EntryRefusal::storage_unavailable);
    process.journal.hold();
    process.journal.repair();
    process.journal.release();
    CHECK_FALSE(process.leave(kim));
    CHECK(process.stored(kim) == "EXPIRED LEFT");
    process.check_at_rest();
}

TEST_CASE("a selling-out that could not be written is written when it can be") {
    Process process{room_for(0)};
    const auto kim = process.join("kim");
    process.journal.hold();
    process.reservations.known[gala] = {0, 0};
    process.service.capacity_changed(gala);
    process.journal.fail();
    process.loop.poll();
    CHECK(process.reason(kim) == ExpiryReason::sold_out);
    CHECK(process.journal.number("SELECT sold_out_through FROM queue_lines") == 0);
    process.journal.repair();
    process.loop.poll();
    CHECK(process.journal.number("SELECT sold_out_through FROM queue_lines") == 1);
    process.check_at_rest();
}

TEST_CASE("a selling-out holds even while nothing can be written") {
    Process process{room_for(0)};
    const auto kim = process.join("kim");
    process.journal.fail();
    process.reservations.known[gala] = {0, 0};
    process.service.capacity_changed(gala);
    CHECK(process.line().waiting == 0);
    CHECK(process.reason(kim) == ExpiryReason::sold_out);
    CHECK(process.loop.idle()); // nothing is tried before there is room
    process.journal.repair();
    process.loop.poll();
    CHECK(process.journal.number("SELECT sold_out_through FROM queue_lines") == 1);
    process.check_at_rest();
}

TEST_CASE("what cannot be forgotten on the disk is not forgotten in memory") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.leave(kim);
    process.journal.fail();
    process.clock.advance(25h);
    process.loop.run(process.service.run_due(process.clock.now()));
    CHECK(process.reason(kim) == ExpiryReason::left);
    process.journal.repair();
    process.loop.run(process.service.run_due(process.clock.now()));
    CHECK_FALSE(process.service.find(kim.value));
}
