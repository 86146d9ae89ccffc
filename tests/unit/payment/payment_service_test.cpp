// SPDX-License-Identifier: MIT
// A payment is one commit: the debit, the seats, the token and the stored answer, all or none.
#include <set>

#include "support/catch.hpp"
#include "till_fixture.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using Code = PayRefusal::Code;

namespace {

const Statement touch_payment{"UPDATE payments SET amount = amount WHERE payment_id = $1"};

} // namespace

TEST_CASE("a payment takes the money, makes the seats RESERVED and ends the token") {
    Till till;
    const auto kim = till.inside("kim");
    const auto hold = till.hold(kim, seats({"A-2", "A-1"}));
    till.charge("kim", 230);
    till.clock.advance(10s);
    const auto commits = till.journal.commits();
    const auto paid = till.pay(kim, named({"A-1", "A-2"}));
    REQUIRE(paid.has_value());
    CHECK(till.journal.commits() == commits + 1);
    const auto& payment = **paid;
    CHECK(payment.payment.value.size() == 44);
    CHECK(payment.reservation == hold.id);
    CHECK(payment.concert == gala);
    CHECK(payment.user.value == "kim");
    CHECK(payment.date == eve);
    CHECK(payment.amount == 200);
    CHECK(payment.currency == "KRW");
    CHECK(payment.balance_after == 30);
    CHECK(payment.paid_at == till.clock.shown_now());
    REQUIRE(payment.tickets.size() == 2);
    CHECK(payment.tickets[0].seat.number.value == "A-2");
    CHECK(till.balance("kim") == 30);
    CHECK(till.seat("A-1") == SeatStatus::reserved);
    CHECK(till.seat("A-2") == SeatStatus::reserved);
    CHECK(till.view(kim).status == queue::TokenStatus::expired);
    CHECK(till.view(kim).reason == queue::ExpiryReason::paid);
    CHECK(till.till.stats().payments == 1);
    CHECK(till.till.stats().tickets == 2);
    till.check_at_rest();
}

TEST_CASE("each ticket has a code of its own, and the payment an id of its own") {
    Till till;
    const auto kim = till.inside("kim");
    till.hold(kim, seats({"A-1", "A-2", "A-3"}));
    till.charge("kim", 300);
    const auto paid = till.pay(kim, named({"A-1", "A-2", "A-3"}));
    REQUIRE(paid.has_value());
    std::set<std::string> secrets{(*paid)->payment.value, (*paid)->reservation.value};
    for (const auto& ticket : (*paid)->tickets) {
        CHECK(ticket.code.size() == 44);
        secrets.insert(ticket.code);
    }
    CHECK(secrets.size() == 5);
}

TEST_CASE("a payment is found by its id as it was made") {
    Till till;
    const auto kim = till.inside("kim");
    const auto hold = till.hold(kim, seats({"A-3", "A-1"}));
    till.charge("kim", 250);
    const auto paid = till.pay(kim, hold.id);
    REQUIRE(paid.has_value());
    till.charge("kim", 1000); // and nothing that comes later changes it
    const auto found = till.loop.run(till.till.find((*paid)->payment));
    REQUIRE(found);
    CHECK(found->reservation == hold.id);
    CHECK(found->user.value == "kim");
    CHECK(found->amount == 200);
    CHECK(found->balance_after == 50);
    CHECK(found->paid_at == till.clock.shown_now());
    REQUIRE(found->tickets.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(found->tickets[i].code == (*paid)->tickets[i].code);
        CHECK(found->tickets[i].seat.number == (*paid)->tickets[i].seat.number);
        CHECK(found->tickets[i].seat.price == 100);
    }
    CHECK_FALSE(till.loop.run(till.till.find(PaymentId{"none"})));
    CHECK_FALSE(till.loop.run(till.till.find(PaymentId{hold.id.value})));
}

TEST_CASE("the next in line is admitted when the payment is answered") {
    Till till;
    const auto kim = till.inside("kim");
    till.inside("lee");
    const auto park = till.join("park");
    CHECK(till.view(park).status == queue::TokenStatus::waiting);
    till.hold(kim, seats({"A-1"}));
    till.charge("kim", 100);
    REQUIRE(till.pay(kim, named({"A-1"})).has_value());
    CHECK(till.view(park).status == queue::TokenStatus::admitted);
    till.check_at_rest();
}

TEST_CASE("a payment releases the user's other holds, and nobody else's") {
    Till till;
    const auto kim = till.inside("kim");
    const auto lee = till.inside("lee");
    till.hold(kim, seats({"A-1"}));
    const auto other = till.hold(kim, seats({"A-2", "A-3"}));
    till.hold(lee, seats({"A-4"}));
    till.charge("kim", 1000);
    REQUIRE(till.pay(kim, named({"A-1"})).has_value());
    CHECK(till.seat("A-1") == SeatStatus::reserved);
    CHECK(till.seat("A-2") == SeatStatus::available);
    CHECK(till.seat("A-3") == SeatStatus::available);
    CHECK(till.seat("A-4") == SeatStatus::held);
    CHECK(till.balance("kim") == 900);
    const auto found = till.loop.run(till.reservations.find(gala, UserId{"kim"}, other.id));
    REQUIRE(found);
    CHECK(found->status == reservation::ReservationStatus::released);
    till.check_at_rest();
}

TEST_CASE("a balance that is too small leaves everything as it was, but a charge later it does") {
    Till till;
    const auto kim = till.inside("kim");
    const auto hold = till.hold(kim, seats({"A-1", "A-2"}));
    const auto other = till.hold(kim, seats({"A-3"}));
    till.charge("kim", 199);
    const auto refusal = till.refused(kim, hold.id);
    CHECK(refusal.code == Code::insufficient_balance);
    CHECK(refusal.balance == 199);
    CHECK(refusal.amount == 200);
    CHECK(till.balance("kim") == 199);
    CHECK(till.seat("A-1") == SeatStatus::held);
    CHECK(till.seat("A-3") == SeatStatus::held);
    CHECK(till.view(kim).status == queue::TokenStatus::entered);
    CHECK(till.reservations.next_due() == hold.expires_at); // not lengthened, not pinned
    CHECK(till.stock.holds().size() == 2);
    CHECK(till.till.stats().payments == 0);
    till.check_at_rest();

    till.charge("kim", 1);
    REQUIRE(till.pay(kim, hold.id).has_value());
    CHECK(till.balance("kim") == 0);
    CHECK(till.loop.run(till.reservations.find(gala, UserId{"kim"}, other.id))->status ==
          reservation::ReservationStatus::released);
    till.check_at_rest();
}

TEST_CASE("a user who has never had money has none") {
    Till till;
    const auto kim = till.inside("kim");
    till.hold(kim, seats({"A-1"}));
    const auto refusal = till.refused(kim, named({"A-1"}));
    CHECK(refusal.code == Code::insufficient_balance);
    CHECK(refusal.balance == 0);
    CHECK(refusal.amount == 100);
    till.check_at_rest();
}

TEST_CASE("who is not inside cannot pay") {
    Till till;
    till.charge("kim", 1000);
    const auto kim = till.join("kim"); // ADMITTED
    auto refusal = till.refused(kim, named({"A-1"}));
    CHECK(refusal.code == Code::not_inside);
    REQUIRE(refusal.token);
    CHECK(refusal.token->status == queue::TokenStatus::admitted);

    till.inside("lee");
    const auto park = till.join("park");
    refusal = till.refused(park, named({"A-1"}));
    CHECK(refusal.code == Code::not_inside);
    CHECK(refusal.token->status == queue::TokenStatus::waiting);
    CHECK(refusal.token->position == 1);

    till.loop.run(till.queue.leave(till.handle(kim)));
    refusal = till.refused(kim, named({"A-1"}));
    CHECK(refusal.code == Code::not_inside);
    CHECK(refusal.token->reason == queue::ExpiryReason::left);
    till.check_at_rest();
}

TEST_CASE("who has paid is out, and cannot pay again") {
    Till till;
    const auto kim = till.inside("kim");
    const auto hold = till.hold(kim, seats({"A-1"}));
    till.charge("kim", 1000);
    REQUIRE(till.pay(kim, hold.id).has_value());
    const auto refusal = till.refused(kim, hold.id);
    CHECK(refusal.code == Code::not_inside);
    CHECK(refusal.token->reason == queue::ExpiryReason::paid);
    CHECK(till.balance("kim") == 900);
}

TEST_CASE("each refusal of the seats has its own code") {
    Till till;
    const auto kim = till.inside("kim");
    const auto lee = till.inside("lee");
    const auto hold = till.hold(kim, seats({"A-1", "A-2"}));
    till.charge("kim", 1000);
    till.charge("lee", 1000);
    CHECK(till.refused(kim, SeatsOfDate{Date{"2027-01-01"}, seats({"A-1"})}).code ==
          Code::no_such_date);
    CHECK(till.refused(kim, named({"Z-1"})).code == Code::no_such_seat);
    CHECK(till.refused(kim, named({"A-1"})).code == Code::reservation_mismatch);
    CHECK(till.refused(kim, named({"A-3"})).code == Code::hold_gone);
    CHECK(till.refused(lee, named({"A-1", "A-2"})).code == Code::hold_gone);
    CHECK(till.refused(lee, hold.id).code == Code::hold_gone);
    CHECK(till.refused(kim, ReservationId{"none"}).code == Code::hold_gone);
    CHECK(till.balance("kim") == 1000);
    CHECK(till.seat("A-1") == SeatStatus::held);
    till.check_at_rest();
}

TEST_CASE("a hold can be paid until just before its end") {
    for (const auto late : {0ms, 1ms}) {
        Till till;
        const auto kim = till.inside("kim");
        const auto hold = till.hold(kim, seats({"A-1"}));
        till.charge("kim", 100);
        till.clock.advance(300s - 1ms + late); // and nobody has swept it
        const auto answer = till.pay(kim, hold.id);
        CHECK(answer.has_value() == (late == 0ms));
        CHECK(till.balance("kim") == (late == 0ms ? 0 : 100));
        till.run_due();
        CHECK(till.seat("A-1") == (late == 0ms ? SeatStatus::reserved : SeatStatus::available));
        till.check_at_rest();
    }
}

TEST_CASE("a payment that cannot be written did not happen") {
    Till till;
    const auto kim = till.inside("kim");
    const auto hold = till.hold(kim, seats({"A-1"}));
    till.charge("kim", 100);
    till.journal.fail();
    CHECK(till.refused(kim, hold.id).code == Code::storage_unavailable);
    CHECK(till.seat("A-1") == SeatStatus::held);
    CHECK(till.view(kim).status == queue::TokenStatus::entered);
    CHECK(till.reservations.next_due() == hold.expires_at);
    till.journal.repair();
    CHECK(till.balance("kim") == 100);
    REQUIRE(till.pay(kim, hold.id).has_value());
    till.check_at_rest();
}

TEST_CASE("a token whose end cannot be written is answered as unavailable") {
    Till till;
    const auto kim = till.inside("kim");
    till.clock.advance(600s);
    till.journal.fail();
    CHECK(till.refused(kim, named({"A-1"})).code == Code::storage_unavailable);
}

TEST_CASE("the answer is kept in the same commit, where the balance is known") {
    Till till;
    const auto kim = till.inside("kim");
    till.hold(kim, seats({"A-1"}));
    till.charge("kim", 130);
    std::int64_t shown = -1;
    const payment::KeepPayment keep = [&](std::shared_ptr<const Payment> made) {
        return Change{[&shown, made](Transaction& transaction) {
            shown = made->balance_after;
            transaction.expect(1, touch_payment, {made->payment.value}); // it is in the tables then
        }};
    };
    const auto commits = till.journal.commits();
    REQUIRE(till.loop.run(till.till.pay(till.handle(kim), named({"A-1"}), keep)).has_value());
    CHECK(shown == 30);
    CHECK(till.journal.commits() == commits + 1);
}

TEST_CASE("nothing is kept of a payment that was refused") {
    Till till;
    const auto kim = till.inside("kim");
    till.hold(kim, seats({"A-1"}));
    bool ran = false;
    const payment::KeepPayment keep = [&](const std::shared_ptr<const Payment>&) {
        return Change{[&ran](Transaction&) { ran = true; }};
    };
    CHECK(till.loop.run(till.till.pay(till.handle(kim), named({"A-1"}), keep)).has_error());
    CHECK_FALSE(ran);
}

TEST_CASE("the last seat that is sold ends the line") {
    Till till;
    std::vector<TokenId> inside{till.inside("kim"), till.inside("lee")};
    const auto park = till.join("park");
    till.hold(inside[0], seats({"A-1", "A-2", "A-3", "A-4"}));
    till.hold(inside[1], seats({"A-5", "A-6"}));
    till.charge("kim", 400);
    till.charge("lee", 200);
    REQUIRE(till.pay(inside[0], named({"A-1", "A-2", "A-3", "A-4"})).has_value());
    CHECK(till.view(park).status == queue::TokenStatus::waiting); // held seats may come back
    REQUIRE(till.pay(inside[1], named({"A-5", "A-6"})).has_value());
    CHECK(till.view(park).reason == queue::ExpiryReason::sold_out);
    CHECK(till.queue.line_view(gala)->state == "SOLD_OUT");
    till.check_at_rest();
}

TEST_CASE("a seat that costs nothing is paid with nothing") {
    Till till;
    reservation::Catalogue free_seats;
    free_seats.info = {ConcertId{"free"}, "Free", "Park", "KRW", {}};
    free_seats.dates = {eve};
    free_seats.seats = {{SeatNumber{"1"}, "F", 0}};
    REQUIRE(till.loop.run(till.imports.import(free_seats, {})).has_value());
    const auto joined = till.loop.run(till.queue.join(ConcertId{"free"}, UserId{"kim"}));
    REQUIRE(joined.has_value());
    till.hold(till.queue.id_of(joined->token), {SeatNumber{"1"}});
    const auto paid = till.pay(till.queue.id_of(joined->token), named({"1"}));
    REQUIRE(paid.has_value());
    CHECK((*paid)->amount == 0);
    CHECK((*paid)->balance_after == 0);
    till.check_at_rest();
}
