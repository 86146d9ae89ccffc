// SPDX-License-Identifier: MIT
// What happens while a payment is on its way to the disk.
#include "support/catch.hpp"
#include "till_fixture.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using Code = PayRefusal::Code;

TEST_CASE("a payment that arrived before the hold's end is honoured though it commits after it") {
    Till till;
    const auto kim = till.inside("kim");
    const auto hold = till.hold(kim, seats({"A-1"}));
    till.charge("kim", 100);
    till.clock.advance(300s - 1ms);
    const auto arrived = till.clock.shown_now();
    till.journal.hold();
    const auto paying = till.ask(kim, hold.id);
    till.clock.advance(10s);
    const auto due = till.loop.start(till.reservations.run_due(till.clock.now()));
    CHECK(till.seat("A-1") == SeatStatus::held);
    CHECK_FALSE(till.reservations.next_due());
    till.journal.release();
    till.loop.poll();
    CHECK(due.done());
    REQUIRE(paying.get().has_value());
    CHECK((*paying.get())->paid_at == arrived);
    CHECK(till.seat("A-1") == SeatStatus::reserved);
    till.check_at_rest();
}

TEST_CASE("a payment that arrived in time is honoured though its turn comes after the end") {
    Till till;
    const auto kim = till.inside("kim");
    const auto hold = till.hold(kim, seats({"A-1"}));
    till.charge("kim", 100);
    till.clock.advance(299s);
    till.journal.hold();
    // A turn of the same user is taken by something else meanwhile.
    const auto other = till.ask(kim, named({"A-2"}));
    const auto asking = till.loop.start(
        till.reservations.reserve(till.handle(kim), eve, seats({"A-3"}),
                                  [](const reservation::Reserved&) { return Change{}; }));
    const auto paying = till.ask(kim, hold.id);
    CHECK_FALSE(paying.done());
    till.clock.advance(10s);
    const auto due = till.loop.start(till.reservations.run_due(till.clock.now()));
    till.journal.release();
    till.loop.poll();
    CHECK(due.done());
    CHECK(other.get().error().code == Code::hold_gone);
    CHECK(asking.get().has_value());
    REQUIRE(paying.get().has_value());
    CHECK(till.seat("A-1") == SeatStatus::reserved);
    CHECK(till.seat("A-3") == SeatStatus::available);
    till.check_at_rest();
}

TEST_CASE("a payment that arrived before the session's end is honoured too") {
    Till till;
    const auto kim = till.inside("kim");
    till.clock.advance(590s);
    till.hold(kim, seats({"A-1"})); // until 890 s, and so is the session
    till.charge("kim", 100);
    till.clock.advance(299s);
    till.journal.hold();
    const auto paying = till.ask(kim, named({"A-1"}));
    till.clock.advance(60s);
    const auto holds = till.loop.start(till.reservations.run_due(till.clock.now()));
    const auto line = till.loop.start(till.queue.run_due(till.clock.now()));
    till.journal.release();
    till.loop.poll();
    CHECK(holds.done());
    CHECK(line.done());
    REQUIRE(paying.get().has_value());
    CHECK(till.view(kim).reason == queue::ExpiryReason::paid);
    till.check_at_rest();
}

TEST_CASE("a payment refused after the hold's end lets the hold end at once") {
    Till till;
    const auto kim = till.inside("kim");
    const auto hold = till.hold(kim, seats({"A-1"}));
    till.clock.advance(299s);
    till.journal.hold();
    const auto paying = till.ask(kim, hold.id);
    till.clock.advance(10s);
    till.journal.release();
    till.loop.poll();
    CHECK(paying.get().error().code == Code::insufficient_balance);
    REQUIRE(till.reservations.next_due());
    CHECK(*till.reservations.next_due() <= till.clock.now());
    till.run_due();
    CHECK(till.seat("A-1") == SeatStatus::available);
    till.check_at_rest();
}

TEST_CASE("paying twice at a time pays once") {
    Till till;
    const auto kim = till.inside("kim");
    const auto hold = till.hold(kim, seats({"A-1"}));
    till.charge("kim", 1000);
    till.journal.hold();
    const auto one = till.ask(kim, hold.id);
    const auto two = till.ask(kim, named({"A-1"}));
    CHECK(till.journal.held() == 1);
    till.journal.release();
    till.loop.poll();
    CHECK(one.get().has_value());
    REQUIRE(two.get().has_error());
    CHECK(two.get().error().code == Code::not_inside);
    CHECK(two.get().error().token->payment ==
          (*one.get())->payment); // it may have lost that answer
    CHECK(till.balance("kim") == 900);
    till.check_at_rest();
}

TEST_CASE("paying two reservations at a time pays the first; the other is gone") {
    Till till;
    const auto kim = till.inside("kim");
    const auto first = till.hold(kim, seats({"A-1"}));
    const auto second = till.hold(kim, seats({"A-2"}));
    till.charge("kim", 1000);
    till.journal.hold();
    const auto one = till.ask(kim, first.id);
    const auto two = till.ask(kim, second.id);
    till.journal.release();
    till.loop.poll();
    CHECK(one.get().has_value());
    CHECK(two.get().error().code == Code::not_inside);
    CHECK(till.seat("A-2") == SeatStatus::available);
    CHECK(till.balance("kim") == 900);
    till.check_at_rest();
}

TEST_CASE("one balance pays in two concerts only as far as it goes") {
    Till till;
    reservation::Catalogue other;
    other.info = {ConcertId{"ball"}, "Ball", "Hall", "KRW", {}};
    other.dates = {eve};
    other.seats = {{SeatNumber{"A-1"}, "R", 100}};
    REQUIRE(till.loop.run(till.imports.import(other, {})).has_value());
    const auto kim = till.inside("kim");
    const auto ball = till.loop.run(till.queue.join(ConcertId{"ball"}, UserId{"kim"}));
    REQUIRE(ball.has_value());
    till.hold(kim, seats({"A-1"}));
    till.hold(till.queue.id_of(ball->token), seats({"A-1"}));
    till.charge("kim", 150);
    till.journal.hold();
    const auto one = till.ask(kim, named({"A-1"}));
    const auto two = till.ask(till.queue.id_of(ball->token), named({"A-1"}));
    CHECK(till.journal.held() == 2);
    till.journal.release();
    till.loop.poll();
    CHECK(one.get().has_value());
    REQUIRE(two.get().has_error());
    CHECK(two.get().error().code == Code::insufficient_balance);
    CHECK(two.get().error().balance == 50);
    CHECK(till.balance("kim") == 50);
    till.check_at_rest();
}

TEST_CASE("leaving while a payment is on its way comes after it") {
    Till till;
    const auto kim = till.inside("kim");
    till.hold(kim, seats({"A-1"}));
    till.charge("kim", 100);
    till.journal.hold();
    const auto paying = till.ask(kim, named({"A-1"}));
    const auto leaving = till.loop.start(till.queue.leave(till.handle(kim)));
    till.journal.release();
    till.loop.poll();
    CHECK(paying.get().has_value());
    CHECK(leaving.get() == queue::EntryRefusal::expired);
    CHECK(till.view(kim).reason == queue::ExpiryReason::paid);
    till.check_at_rest();
}

TEST_CASE("releasing before a payment leaves it nothing to pay") {
    Till till;
    const auto kim = till.inside("kim");
    const auto hold = till.hold(kim, seats({"A-1"}));
    till.charge("kim", 100);
    till.journal.hold();
    const auto releasing = till.loop.start(till.reservations.release(till.handle(kim), hold.id));
    const auto paying = till.ask(kim, hold.id);
    till.journal.release();
    till.loop.poll();
    CHECK_FALSE(releasing.get());
    CHECK(paying.get().error().code == Code::hold_gone);
    CHECK(till.balance("kim") == 100);
    till.check_at_rest();
}

TEST_CASE("until a payment is durable nobody sees anything of it") {
    Till till;
    const auto kim = till.inside("kim");
    till.inside("lee");
    const auto park = till.join("park");
    till.hold(kim, seats({"A-1"}));
    till.charge("kim", 100);
    till.journal.hold();
    const auto paying = till.ask(kim, named({"A-1"}));
    CHECK(till.seat("A-1") == SeatStatus::held);
    CHECK(till.view(kim).status == queue::TokenStatus::entered);
    CHECK(till.view(park).status == queue::TokenStatus::waiting);
    const auto looking = till.loop.start(till.till.balance(UserId{"kim"}));
    CHECK_FALSE(looking.done());
    till.journal.release();
    till.loop.poll();
    CHECK(paying.get().has_value());
    CHECK(looking.get() == 0);
    CHECK(till.view(park).status == queue::TokenStatus::admitted);
}
