// SPDX-License-Identifier: MIT
// A second process on the same database goes on where the first one stopped.
#include <fmt/format.h>

#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

TEST_CASE("seats, holds and sales are as they were") {
    Process first;
    const auto kim = first.inside("kim");
    const auto paid = first.reserve(kim, seats({"A-1"}));
    const auto held = first.reserve(kim, seats({"B-1", "A-3"}));
    const auto released = first.reserve(kim, seats({"A-4"}), day);
    auto sale = first.service.sell(gala, UserId{"kim"}, paid.id, first.clock.now());
    REQUIRE(sale.has_value());
    first.loop.run(carry_out(first.journal, std::move(sale->step)));
    CHECK_FALSE(first.loop.run(first.service.release(first.handle(kim), released.id)));
    first.clock.advance(100s);

    Process second{first};
    CHECK(second.status("A-1") == SeatStatus::reserved);
    CHECK(second.seat("A-1").user.value == "kim");
    CHECK(second.status("A-3") == SeatStatus::held);
    CHECK(second.status("A-4", day) == SeatStatus::available);
    CHECK(second.available() == 11);
    CHECK(second.service.capacity(gala)->seats_unsold == 13);
    CHECK(second.stock.holds().size() == 1);
    CHECK(second.service.next_due() == held.expires_at);
    CHECK(second.stock.find(gala)->bought(UserId{"kim"}) == 1);
    CHECK(second.stored("kim", released.id) == ReservationStatus::released);
    second.check_at_rest();

    const auto again = second.inside("kim");
    const auto existing = second.try_reserve(again, seats({"A-3", "B-1"}));
    REQUIRE(existing.has_value());
    CHECK_FALSE(existing->created);
    CHECK(existing->reservation.hold.id == held.id);
    CHECK(existing->reservation.hold.seats[0].number.value == "B-1");
    CHECK(second.refused(again, seats({"A-5", "A-6"})) == ReserveRefusal::Code::seat_limit);
}

TEST_CASE("a hold that ran out while nobody ran ends at the start") {
    Process first;
    const auto hold = first.reserve(first.inside("kim"), seats({"A-1"}));
    first.clock.advance(400s);
    Process second{first};
    CHECK(second.status("A-1") == SeatStatus::held);
    second.run_due();
    CHECK(second.status("A-1") == SeatStatus::available);
    CHECK(second.stored("kim", hold.id) == ReservationStatus::expired);
    second.check_at_rest();
}

TEST_CASE("what was not durable is not there") {
    Process first;
    const auto kim = first.inside("kim");
    first.journal.hold();
    const auto asking = first.ask(kim, seats({"A-1"}));
    Process second{first};
    CHECK(second.status("A-1") == SeatStatus::available);
    CHECK(second.stock.holds().size() == 0);
    second.reserve(second.inside("lee"), seats({"A-1"}));
    second.check_at_rest();
}

TEST_CASE("a catalogue comes back as it was imported, with its own settings or none") {
    Process first;
    auto other = catalogue();
    other.info.id.value = "ball";
    other.info.queue = {{"maxActive", 1},           {"admissionsPerMinute", 2},
                        {"entryWindowSeconds", 3},  {"sessionSeconds", 4},
                        {"abandonAfterSeconds", 5}, {"pollAfterSeconds", 6}};
    other.dates = {day, eve, Date{"2026-12-25T14:00"}};
    REQUIRE(first.loop.run(first.imports.import(other, {})).has_value());
    Process second{first};
    const auto* const ball = second.stock.find(ConcertId{"ball"});
    REQUIRE(ball != nullptr);
    CHECK(ball->info().queue == other.info.queue);
    CHECK(ball->info().currency == "KRW");
    REQUIRE(ball->dates().size() == 3);
    CHECK(ball->dates()[0].date() == day);
    CHECK(ball->dates()[2].date().value == "2026-12-25T14:00");
    CHECK(ball->dates()[0].seats()[6].seat.number.value == "B-1");
    CHECK(ball->dates()[0].seats()[6].seat.price == 50);
    CHECK(second.stock.find(gala)->info().queue == queue::LineOverrides{});
}

TEST_CASE("what a concert sets for itself is in the column of that name") {
    Process process;
    auto own = catalogue();
    for (const auto& setting : queue::line_settings) {
        if (!setting.own_name.empty()) {
            own.info.queue[setting.own_name] = setting.most;
            CAPTURE(setting.key);
            REQUIRE(process.loop.run(process.imports.import(own, {})).has_value());
            const auto column = setting.key.substr(setting.key.find('.') + 1);
            CHECK(process.journal.number(fmt::format("SELECT {} FROM concerts", column)) ==
                  setting.most);
            own.info.queue.clear();
        }
    }
}
