// SPDX-License-Identifier: MIT
// The tables themselves: the guards of their Changes, what they refuse, what the audit finds.
#include <algorithm>

#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

struct StoreFixture : Process {
    TokenId kim = inside("kim");
    Hold held = reserve(kim, seats({"A-1", "A-2"}));

    Outcome write(Change change) { return loop.run(commit(journal, std::move(change))); }
    void run(const std::string& sql) { journal.database().connection().exec(sql); }

    void check_found(const std::string& sql, const std::string& words) {
        CAPTURE(sql);
        run(sql);
        const auto faults = audit(journal.database());
        CHECK(std::any_of(faults.begin(), faults.end(), [&](const std::string& fault) {
            return fault.find(words) != std::string::npos;
        }));
    }
};

Hold another(const Hold& like, std::initializer_list<const char*> numbers) {
    auto hold = like;
    hold.id.value = "another";
    hold.seats.clear();
    hold.amount = 0;
    for (const auto* number : numbers) {
        hold.seats.push_back({SeatNumber{number}, "R", 100});
        hold.amount += 100;
    }
    return hold;
}

} // namespace

TEST_CASE("a hold on a seat that is not available breaks an invariant, and is not written") {
    StoreFixture fixture;
    CHECK_THROWS_AS(fixture.write(insert_hold(another(fixture.held, {"A-3", "A-1"}))), FatalError);
    CHECK(fixture.journal.number("SELECT COUNT(*) FROM reservations") == 1);
    CHECK(fixture.journal.number("SELECT COUNT(*) FROM seats") == 2);
    fixture.check_at_rest();
}

TEST_CASE("a hold ends once") {
    StoreFixture fixture;
    const auto now = fixture.clock.now();
    CHECK(fixture.write(release_hold(fixture.held, ReservationStatus::released, now)) ==
          Outcome::committed);
    CHECK_THROWS_AS(fixture.write(release_hold(fixture.held, ReservationStatus::expired, now)),
                    FatalError);
    CHECK_THROWS_AS(fixture.write(sell_hold(fixture.held, now)), FatalError);
    const auto found = find_reservation(fixture.journal.database(), fixture.held.id);
    REQUIRE(found);
    CHECK(found->status == ReservationStatus::released);
    CHECK(found->hold.seats.size() == 2);
}

TEST_CASE("what is sold is not released") {
    StoreFixture fixture;
    CHECK(fixture.write(sell_hold(fixture.held, fixture.clock.now())) == Outcome::committed);
    CHECK_THROWS_AS(
        fixture.write(release_hold(fixture.held, ReservationStatus::expired, fixture.clock.now())),
        FatalError);
    CHECK(fixture.journal.number("SELECT COUNT(*) FROM seats WHERE status = 'RESERVED'") == 2);
}

TEST_CASE("a sale whose seats are not all held breaks an invariant, and is not written") {
    StoreFixture fixture;
    fixture.run("DELETE FROM seats WHERE seat_number = 'A-2'");
    CHECK_THROWS_AS(fixture.write(sell_hold(fixture.held, fixture.clock.now())), FatalError);
    CHECK(fixture.journal.number("SELECT COUNT(*) FROM seats WHERE status = 'RESERVED'") == 0);
}

TEST_CASE("there is no reservation that was never made") {
    StoreFixture fixture;
    CHECK_FALSE(find_reservation(fixture.journal.database(), ReservationId{"none"}));
    CHECK_FALSE(find_reservation(fixture.journal.database(), ReservationId{""}));
}

TEST_CASE("the audit finds seats that do not fit their reservation") {
    StoreFixture{}.check_found("UPDATE reservations SET status = 'RELEASED', ended_at = 1",
                               "by a reservation that is RELEASED");
    StoreFixture{}.check_found("UPDATE seats SET status = 'RESERVED' WHERE status = 'HELD' AND "
                               "seat_number = 'A-1'",
                               "RESERVED by a reservation that is HELD");
    StoreFixture{}.check_found("DELETE FROM seats WHERE seat_number = 'A-1'",
                               "belongs to a HELD reservation, but its row says nothing");
    StoreFixture{}.check_found("UPDATE seats SET seat_number = 'Z-9' WHERE seat_number = 'A-1'",
                               "seat Z-9 of gala on 2026-12-24 is HELD, but not in its hall");
    StoreFixture{}.check_found("UPDATE concert_halls SET seats = '[]'",
                               "the hall of gala cannot be read: it has no seats");
    StoreFixture{}.check_found("UPDATE concert_halls SET seats = '{'", "cannot be read");
    StoreFixture{}.check_found("DELETE FROM concert_halls", "the hall of gala cannot be read");
    StoreFixture{}.check_found("DELETE FROM concert_halls",
                               "seat A-2 of gala on 2026-12-24 is HELD, but not in its hall");
}

TEST_CASE("the audit finds a seat that is held by a reservation for others") {
    for (const auto* seat : {"'2026-12-24', 'A-3'", "'2026-12-25', 'A-1'"}) {
        StoreFixture{}.check_found("INSERT INTO seats SELECT 'gala', " + std::string{seat} +
                                       ", 'HELD', reservation_id, user_id FROM reservations",
                                   "by a reservation that is not for it");
    }
}

TEST_CASE("the audit finds a seat that two hold") {
    StoreFixture fixture;
    fixture.run("INSERT INTO reservations SELECT 'again', concert_id, user_id, date, status, "
                "amount, currency, held_at, expires_at, ended_at, held_shown_at FROM reservations");
    fixture.check_found("INSERT INTO reservation_seats SELECT 'again', place, seat_number, "
                        "category, price FROM reservation_seats",
                        "is held or sold 2 times");
}

TEST_CASE("the audit finds who holds seats and is not inside") {
    for (const auto* status : {"WAITING", "ADMITTED"}) {
        StoreFixture{}.check_found("UPDATE queue_tokens SET status = '" + std::string{status} + "'",
                                   "kim holds seats of gala on 2026-12-24 without a token");
    }
    StoreFixture{}.check_found("DELETE FROM queue_tokens", "without a token that is inside");
}

TEST_CASE("the audit finds an amount that is not the sum of the prices") {
    StoreFixture{}.check_found("UPDATE reservations SET amount = 199", "its seats cost 200");
    StoreFixture{}.check_found("UPDATE reservation_seats SET price = 0", "its seats cost 0");
}

TEST_CASE("the tables refuse what cannot be") {
    StoreFixture fixture;
    for (const auto* sql :
         {"UPDATE seats SET status = 'CLAIMED'", "UPDATE seats SET status = 'AVAILABLE'",
          "UPDATE seats SET reservation_id = NULL", "UPDATE seats SET reservation_id = 'none'",
          "UPDATE seats SET date = '2027-01-01'",
          "INSERT INTO seats SELECT concert_id, date, seat_number, 'RESERVED', reservation_id, "
          "user_id FROM seats",
          "UPDATE concert_halls SET seats = NULL", "UPDATE reservations SET status = 'SOLD'",
          "UPDATE reservations SET status = 'PAID'", "UPDATE reservations SET amount = -1",
          "UPDATE reservations SET expires_at = held_at", "DELETE FROM concerts",
          "DELETE FROM concert_dates", "DELETE FROM reservations"}) {
        CAPTURE(sql);
        CHECK_THROWS_AS(fixture.run(sql), SQLite::Exception);
    }
    fixture.check_at_rest();
}

TEST_CASE("the states of a reservation have the words that callers know") {
    CHECK(to_string(ReservationStatus::held) == "HELD");
    CHECK(to_string(ReservationStatus::paid) == "PAID");
    CHECK(to_string(ReservationStatus::released) == "RELEASED");
    CHECK(to_string(ReservationStatus::expired) == "EXPIRED");
}
