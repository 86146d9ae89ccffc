// SPDX-License-Identifier: MIT
// What a request to reserve comes to when nothing else is on its way.
#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using Code = ReserveRefusal::Code;

namespace {

const Statement touch_held{"UPDATE reservations SET status = status "
                           "WHERE reservation_id = $1 AND status = 'HELD'"};

} // namespace

TEST_CASE("who is inside holds the seats that they ask for, in the order of asking") {
    Process process;
    const auto kim = process.inside("kim");
    const auto reserved = process.try_reserve(kim, seats({"B-1", "A-2"}));
    REQUIRE(reserved.has_value());
    CHECK(reserved->created);
    const auto& [hold, status] = reserved->reservation;
    CHECK(status == ReservationStatus::held);
    CHECK(hold.id.value.size() == 44);
    CHECK(hold.concert == gala);
    CHECK(hold.user.value == "kim");
    CHECK(hold.date == eve);
    CHECK(hold.currency == "KRW");
    CHECK(hold.amount == 150);
    CHECK(hold.held_at == process.clock.now());
    CHECK(hold.expires_at == process.clock.now() + 300s);
    REQUIRE(hold.seats.size() == 2);
    CHECK(hold.seats[0].number.value == "B-1");
    CHECK(hold.seats[0].category == "S");
    CHECK(hold.seats[0].price == 50);
    CHECK(hold.seats[1].number.value == "A-2");
    CHECK(process.status("A-2") == SeatStatus::held);
    CHECK(process.status("A-2", day) == SeatStatus::available);
    CHECK(process.status("A-1") == SeatStatus::available);
    CHECK(process.available() == 12);
    CHECK(process.service.capacity(gala)->seats_unsold == 14);
    CHECK(process.stock.holds().size() == 1);
    process.check_at_rest();
}

TEST_CASE("an ADMITTED token that reserves has thereby entered, and is kept inside for the hold") {
    Process process;
    const auto kim = process.queue.put("kim", queue::TokenStatus::admitted);
    const auto hold = process.reserve(kim, seats({"A-1"}));
    CHECK(process.queue.view(process.handle(kim)).status == queue::TokenStatus::entered);
    CHECK(process.queue.kept_until == std::vector<Instant>{hold.expires_at});
}

TEST_CASE("who is not inside cannot reserve") {
    Process process;
    for (const auto status : {queue::TokenStatus::waiting, queue::TokenStatus::expired}) {
        const auto kim = process.queue.put("kim", status);
        const auto refused = process.try_reserve(kim, seats({"A-1"}));
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == Code::not_inside);
        REQUIRE(refused.error().token);
        CHECK(refused.error().token->status == status);
    }
    CHECK(process.available() == 14);
    process.check_at_rest();
}

TEST_CASE("a token that cannot be judged is answered as unavailable") {
    Process process;
    const auto kim = process.inside("kim");
    process.queue.can_expire = false;
    CHECK(process.refused(kim, seats({"A-1"})) == Code::storage_unavailable);
    process.check_at_rest();
}

TEST_CASE("no such date and no such seat are told apart") {
    Process process;
    const auto kim = process.inside("kim");
    CHECK(process.refused(kim, seats({"A-1"}), Date{"2026-12-26"}) == Code::no_such_date);
    CHECK(process.refused(kim, seats({"A-1"}), Date{"2026-12-24T14:00"}) == Code::no_such_date);
    const auto refused = process.try_reserve(kim, seats({"A-1", "Z-9"}));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Code::no_such_seat);
    CHECK(refused.error().detail == "Z-9");
    CHECK(process.status("A-1") == SeatStatus::available);
    process.check_at_rest();
}

TEST_CASE("seats are reserved all or none, and the conflicts are named with their state") {
    Process process;
    const auto kim = process.inside("kim");
    const auto lee = process.inside("lee");
    process.reserve(kim, seats({"A-2"}));
    process.reserve(kim, seats({"A-3"}));
    auto sale = process.service.sell(gala, UserId{"kim"}, SeatsOfDate{eve, seats({"A-3"})},
                                     process.clock.now());
    REQUIRE(sale.has_value());
    process.loop.run(carry_out(process.journal, std::move(sale->step)));

    const auto refused = process.try_reserve(lee, seats({"A-1", "A-2", "A-3", "A-4"}));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Code::seat_taken);
    REQUIRE(refused.error().conflicts.size() == 2);
    CHECK(refused.error().conflicts[0].seat.value == "A-2");
    CHECK(refused.error().conflicts[0].status == SeatStatus::held);
    CHECK(refused.error().conflicts[1].seat.value == "A-3");
    CHECK(refused.error().conflicts[1].status == SeatStatus::reserved);
    CHECK(process.status("A-1") == SeatStatus::available);
    CHECK(process.status("A-4") == SeatStatus::available);
    process.check_at_rest();
}

TEST_CASE("asking again for exactly the seats that one holds finds the same reservation") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1", "A-2"}));
    process.clock.advance(100s);
    for (const auto& numbers : {seats({"A-1", "A-2"}), seats({"A-2", "A-1"})}) {
        const auto again = process.try_reserve(kim, numbers);
        REQUIRE(again.has_value());
        CHECK_FALSE(again->created);
        CHECK(again->reservation.hold.id == hold.id);
        CHECK(again->reservation.hold.expires_at == hold.expires_at); // never lengthened
    }
    CHECK(process.stock.holds().size() == 1);
    CHECK(process.queue.kept_until.size() == 1);
    process.check_at_rest();
}

TEST_CASE("asking for some of one's own, or more, or on another date, is something else") {
    Process process;
    const auto kim = process.inside("kim");
    process.reserve(kim, seats({"A-1", "A-2"}));
    CHECK(process.refused(kim, seats({"A-1"})) == Code::seat_taken);
    CHECK(process.refused(kim, seats({"A-2", "A-3"})) == Code::seat_taken);
    CHECK(process.refused(kim, seats({"A-1", "A-2", "A-3"})) == Code::seat_taken);
    CHECK(process.reserve(kim, seats({"A-1", "A-2"}), day).date == day);
    process.check_at_rest();
}

TEST_CASE("what a user holds in a concert, over all dates, is limited") {
    Process process;
    const auto kim = process.inside("kim");
    CHECK(process.refused(kim, seats({"A-1", "A-2", "A-3", "A-4", "A-5"})) == Code::seat_limit);
    process.reserve(kim, seats({"A-1", "A-2", "A-3"}));
    const auto refused = process.try_reserve(kim, seats({"A-1", "A-2"}), day);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Code::seat_limit);
    CHECK(refused.error().detail.find("5") != std::string::npos);
    CHECK(refused.error().detail.find("4") != std::string::npos);
    process.reserve(kim, seats({"A-1"}), day);
    CHECK(process.refused(kim, seats({"A-5"})) == Code::seat_limit);
    const auto lee = process.inside("lee");
    process.reserve(lee, seats({"A-5"}));
    process.check_at_rest();
}

TEST_CASE("what a user has bought counts for the limit, across sessions") {
    Process process;
    auto kim = process.inside("kim");
    process.reserve(kim, seats({"A-1", "A-2", "A-3"}));
    auto sale = process.service.sell(
        gala, UserId{"kim"}, SeatsOfDate{eve, seats({"A-1", "A-2", "A-3"})}, process.clock.now());
    REQUIRE(sale.has_value());
    process.loop.run(carry_out(process.journal, std::move(sale->step)));
    kim = process.inside("kim");
    CHECK(process.refused(kim, seats({"A-4", "A-5"})) == Code::seat_limit);
    process.reserve(kim, seats({"A-4"}));
    CHECK(process.refused(kim, seats({"A-5"})) == Code::seat_limit);
    process.check_at_rest();
}

TEST_CASE("what was released or has run out does not count for the limit") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1", "A-2", "A-3", "A-4"}));
    CHECK_FALSE(process.loop.run(process.service.release(process.handle(kim), hold.id)));
    process.reserve(kim, seats({"A-1", "A-2", "A-3", "A-4"}));
    process.clock.advance(300s);
    process.run_due();
    process.reserve(kim, seats({"A-5", "A-6"}));
}

TEST_CASE("a taken seat is told before the limit") {
    Process process;
    const auto kim = process.inside("kim");
    const auto lee = process.inside("lee");
    process.reserve(kim, seats({"A-1"}));
    process.reserve(lee, seats({"A-2", "A-3", "A-4", "A-5"}));
    CHECK(process.refused(lee, seats({"A-1"})) == Code::seat_taken);
    CHECK(process.refused(lee, seats({"A-6"})) == Code::seat_limit);
}

TEST_CASE("a hold that would outlast the session and a hold is refused") {
    Process process;
    const auto kim = process.inside("kim");
    process.clock.advance(600s - 1ms);
    process.reserve(kim, seats({"A-1"}));
    process.clock.advance(1ms); // now ends with entry + session + hold, to the millisecond
    const auto last = process.reserve(kim, seats({"A-2"}));
    CHECK(last.expires_at == start_of_test + 900s);
    process.clock.advance(1ms);
    CHECK(process.refused(kim, seats({"A-3"})) == Code::session_ending);
    const auto again = process.try_reserve(kim, seats({"A-2"})); // no new hold
    REQUIRE(again.has_value());
    CHECK_FALSE(again->created);
    CHECK(process.status("A-3") == SeatStatus::available);
    process.check_at_rest();
}

TEST_CASE("the answer is kept in the same commit as the hold") {
    Process process;
    const auto kim = process.inside("kim");
    std::vector<std::string> kept;
    const KeepReserved keep = [&](const Reserved& reserved) {
        return Change{[&kept, reserved](Transaction& transaction) {
            // The hold is in the tables then, and not committed yet.
            transaction.expect(1, touch_held, {reserved.reservation.hold.id.value});
            kept.emplace_back(reserved.created ? "created" : "existing");
        }};
    };
    const auto commits = process.journal.commits();
    CHECK(process.loop.run(process.service.reserve(process.handle(kim), eve, seats({"A-1"}), keep))
              .has_value());
    CHECK(process.journal.commits() == commits + 1);
    CHECK(process.loop.run(process.service.reserve(process.handle(kim), eve, seats({"A-1"}), keep))
              .has_value());
    CHECK(kept == std::vector<std::string>{"created", "existing"});
}

TEST_CASE("a reservation that cannot be written did not happen") {
    Process process;
    const auto kim = process.queue.put("kim", queue::TokenStatus::admitted);
    process.journal.fail();
    CHECK(process.refused(kim, seats({"A-1"})) == Code::storage_unavailable);
    CHECK(process.queue.view(process.handle(kim)).status == queue::TokenStatus::admitted);
    CHECK(process.status("A-1") == SeatStatus::available);
    CHECK_FALSE(process.seat("A-1").claimed);
    CHECK(process.available() == 14);
    CHECK(process.stock.holds().size() == 0);
    CHECK(process.queue.capacity_changes > 0);
    process.journal.repair();
    process.reserve(kim, seats({"A-1"}));
    process.check_at_rest();
}

TEST_CASE("an answer for seats already held needs the storage too") {
    Process process;
    const auto kim = process.inside("kim");
    process.reserve(kim, seats({"A-1"}));
    process.journal.fail();
    CHECK(process.refused(kim, seats({"A-1"})) == Code::storage_unavailable);
    CHECK(process.status("A-1") == SeatStatus::held);
}

TEST_CASE("a reservation is its holder's alone to see") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    const auto found = process.find("kim", hold.id);
    REQUIRE(found);
    CHECK(found->status == ReservationStatus::held);
    CHECK(found->hold.seats.size() == 1);
    CHECK(found->hold.expires_at == hold.expires_at);
    CHECK_FALSE(process.find("lee", hold.id));
    CHECK_FALSE(process.find("kim", ReservationId{"none"}));
    CHECK_FALSE(process.loop.run(process.service.find(ConcertId{"ball"}, UserId{"kim"}, hold.id)));
}
