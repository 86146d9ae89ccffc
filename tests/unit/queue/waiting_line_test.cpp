// SPDX-License-Identifier: MIT
// Who is admitted, and who is where in line.
#include "waiting_line.hpp"

#include <unordered_map>
#include <utility>

#include "line_fixture.hpp"
#include "support/catch.hpp"
#include "support/fake_random.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

LineSettings room_for(std::int64_t max_active) {
    LineSettings settings;
    settings.max_active = max_active;
    return settings;
}

} // namespace

TEST_CASE("people are admitted in the order of their tickets, as many as there is room for") {
    LineFixture fixture{room_for(3)};
    fixture.join(5);
    CHECK(fixture.admit_all() == Tickets{1, 2, 3});
    CHECK(fixture.line.active() == 3);
    CHECK(fixture.line.waiting() == 2);
    CHECK(fixture.line.record().serving_number == 3);
    CHECK(fixture.line.record().admitted_total == 3);
    CHECK(fixture.line.record().last_admission == fixture.now);
}

TEST_CASE("a place that is left is the next one's") {
    LineFixture fixture{room_for(2)};
    fixture.join(4);
    fixture.admit_all();
    CHECK(fixture.admit_all().empty());
    fixture.line.expire(fixture.ticket(1), ExpiryReason::paid, fixture.now);
    CHECK(fixture.line.active() == 1);
    CHECK(fixture.admit_all() == Tickets{3});
    fixture.enter(fixture.ticket(2));
    CHECK(fixture.line.active() == 2); // who enters goes on taking a place
    CHECK(fixture.admit_all().empty());
    fixture.line.expire(fixture.ticket(2), ExpiryReason::session_ended, fixture.now);
    CHECK(fixture.admit_all() == Tickets{4});
}

TEST_CASE("nobody is admitted while no seat is available") {
    LineFixture fixture;
    fixture.join(1);
    CHECK(fixture.line.next_to_admit(0, fixture.now) == nullptr);
    CHECK(fixture.line.may_admit(fixture.now));
    CHECK(fixture.line.next_to_admit(1, fixture.now) == &fixture.ticket(1));
}

TEST_CASE("a line that is not open admits nobody") {
    LineFixture fixture;
    fixture.join(1);
    for (const auto state : {LineState::paused, LineState::closed}) {
        fixture.line.set_state(state);
        CHECK_FALSE(fixture.line.may_admit(fixture.now));
        CHECK(fixture.admit_all().empty());
    }
    fixture.line.set_state(LineState::open);
    CHECK(fixture.admit_all() == Tickets{1});
}

TEST_CASE("a capacity of nobody admits nobody") {
    LineFixture fixture{room_for(0)};
    fixture.join(1);
    CHECK(fixture.admit_all().empty());
}

TEST_CASE("a smaller capacity sends nobody out, and waits until there is room again") {
    LineFixture fixture{room_for(3)};
    fixture.join(5);
    fixture.admit_all();
    fixture.line.configure(room_for(1));
    CHECK(fixture.line.active() == 3);
    fixture.line.expire(fixture.ticket(1), ExpiryReason::left, fixture.now);
    fixture.line.expire(fixture.ticket(2), ExpiryReason::left, fixture.now);
    CHECK(fixture.admit_all().empty());
    fixture.line.expire(fixture.ticket(3), ExpiryReason::left, fixture.now);
    CHECK(fixture.admit_all() == Tickets{4});
}

TEST_CASE("positions count from 1 and leave out who has gone") {
    LineFixture fixture{room_for(0)};
    fixture.join(4);
    CHECK(fixture.line.position(fixture.ticket(1)) == 1);
    CHECK(fixture.line.position(fixture.ticket(4)) == 4);
    fixture.line.expire(fixture.ticket(2), ExpiryReason::left, fixture.now);
    CHECK(fixture.line.position(fixture.ticket(1)) == 1);
    CHECK(fixture.line.position(fixture.ticket(3)) == 2);
    CHECK(fixture.line.position(fixture.ticket(4)) == 3);
    CHECK(fixture.line.position(fixture.ticket(2)) == 0);
    fixture.line.configure(room_for(1));
    fixture.admit_all();
    CHECK(fixture.line.position(fixture.ticket(1)) == 0);
    CHECK(fixture.line.position(fixture.ticket(4)) == 2);
}

TEST_CASE("ticket numbers count the joins and are used up once taken") {
    LineFixture fixture{room_for(0)};
    CHECK(fixture.join("kim").ticket_number == 1);
    CHECK(fixture.line.take_ticket() == 2); // of a join that fails
    auto& lee = fixture.tokens.emplace_back();
    lee.user.value = "lee";
    lee.ticket_number = fixture.line.take_ticket();
    fixture.line.add(lee, fixture.now);
    CHECK(lee.ticket_number == 3);
    CHECK(fixture.line.position(lee) == 2);
}

TEST_CASE("a user is found while their token lives, and may join again after") {
    LineFixture fixture{room_for(1)};
    auto& kim = fixture.join("kim");
    CHECK(fixture.line.find(UserId{"kim"}) == &kim);
    CHECK(fixture.line.find(UserId{"lee"}) == nullptr);
    fixture.admit_all();
    CHECK(fixture.line.find(UserId{"kim"}) == &kim);
    fixture.line.expire(kim, ExpiryReason::left, fixture.now);
    CHECK(fixture.line.find(UserId{"kim"}) == nullptr);
    CHECK(kim.status == TokenStatus::expired);
    CHECK(kim.reason == ExpiryReason::left);
    CHECK(kim.expired_at == fixture.now);
    auto& again = fixture.join("kim");
    CHECK(again.ticket_number == 2);
    CHECK(fixture.line.find(UserId{"kim"}) == &again);
}

TEST_CASE("a pinned front is not admitted, and nobody is admitted past it") {
    LineFixture fixture;
    fixture.join(3);
    fixture.line.pin(fixture.ticket(1));
    CHECK_FALSE(fixture.line.may_admit(fixture.now));
    CHECK(fixture.admit_all().empty());
    CHECK(fixture.line.position(fixture.ticket(1)) == 1);
    CHECK(fixture.line.position(fixture.ticket(2)) == 2);
    fixture.line.unpin(fixture.ticket(1));
    CHECK(fixture.admit_all() == Tickets{1, 2, 3});
}

TEST_CASE("a pinned front that leaves makes way for the next") {
    LineFixture fixture;
    fixture.join(2);
    fixture.line.pin(fixture.ticket(1));
    fixture.line.expire(fixture.ticket(1), ExpiryReason::left, fixture.now);
    CHECK_FALSE(fixture.ticket(1).pinned);
    CHECK(fixture.admit_all() == Tickets{2});
}

TEST_CASE("somebody pinned further back stops nobody ahead") {
    LineFixture fixture;
    fixture.join(3);
    fixture.line.pin(fixture.ticket(2));
    CHECK(fixture.admit_all() == Tickets{1});
    CHECK(fixture.line.position(fixture.ticket(3)) == 2);
}

TEST_CASE("selling out ends all who wait at once, and tells them bit by bit") {
    LineFixture fixture{room_for(1)};
    fixture.join(5);
    fixture.admit_all();
    fixture.line.see(fixture.ticket(2), fixture.now + 1s); // no longer the longest unseen
    fixture.now += 2s;
    const auto sold_out_at = fixture.now;
    fixture.line.sell_out(sold_out_at);
    CHECK(fixture.line.waiting() == 0);
    CHECK(fixture.line.active() == 1);
    CHECK(fixture.line.record().sold_out_through == 5);
    CHECK(fixture.line.record().sold_out_at == sold_out_at);
    fixture.now += 2s;
    CHECK(fixture.line.settle(fixture.ticket(4)));
    CHECK_FALSE(fixture.line.settle(fixture.ticket(4)));
    CHECK_FALSE(fixture.line.settle(fixture.ticket(1)));
    CHECK(fixture.line.next_sweep() == sold_out_at);
    CHECK(fixture.line.sweep(1) == std::vector{&fixture.ticket(2)});
    CHECK(fixture.line.sweep(9) == std::vector{&fixture.ticket(3), &fixture.ticket(5)});
    CHECK_FALSE(fixture.line.next_sweep());
    for (const auto ticket : {2, 3, 4, 5}) {
        const auto& token = fixture.ticket(static_cast<std::size_t>(ticket));
        CHECK(token.status == TokenStatus::expired);
        CHECK(token.reason == ExpiryReason::sold_out);
        CHECK(token.expired_at == sold_out_at);
    }
    CHECK(fixture.ticket(1).status == TokenStatus::admitted);
    CHECK(fixture.line.waiting() == 0);
    CHECK(fixture.due().empty());
}

TEST_CASE("selling out leaves those pinned to their own change") {
    LineFixture fixture{room_for(0)};
    fixture.join(3);
    fixture.line.pin(fixture.ticket(1));
    fixture.line.pin(fixture.ticket(3));
    fixture.line.sell_out(fixture.now);
    CHECK(fixture.line.waiting() == 0);
    CHECK(fixture.line.sweep(9) == std::vector{&fixture.ticket(2)});
    CHECK_FALSE(fixture.line.next_sweep());
    CHECK_FALSE(fixture.line.settle(fixture.ticket(3)));
    CHECK(fixture.ticket(3).status == TokenStatus::waiting);
    CHECK(fixture.line.position(fixture.ticket(3)) == 1);
    fixture.line.expire(fixture.ticket(1), ExpiryReason::left, fixture.now);
    fixture.line.unpin(fixture.ticket(3));
    CHECK(fixture.line.settle(fixture.ticket(3)));
    CHECK(fixture.ticket(3).reason == ExpiryReason::sold_out);
    CHECK(fixture.line.waiting() == 0);
}

TEST_CASE("selling out an empty line says nothing") {
    LineFixture fixture;
    CHECK(fixture.line.sweep(9).empty());
    CHECK_FALSE(fixture.line.next_sweep());
    fixture.line.sell_out(fixture.now);
    CHECK(fixture.line.sweep(9).empty());
    CHECK_FALSE(fixture.line.next_sweep());
}

TEST_CASE("a join that the selling-out overtakes is over when it comes in") {
    LineFixture fixture{room_for(1)};
    const auto ticket = fixture.line.take_ticket();
    fixture.line.sell_out(fixture.now);
    auto& late = fixture.tokens.emplace_back();
    late.user.value = "late";
    late.ticket_number = ticket;
    fixture.line.add(late, fixture.now);
    CHECK(fixture.line.waiting() == 0);
    CHECK(fixture.admit_all().empty());
    CHECK(fixture.line.settle(late));
    CHECK(late.reason == ExpiryReason::sold_out);
    fixture.join("next");
    CHECK(fixture.line.waiting() == 1);
    CHECK(fixture.admit_all() == Tickets{2});
}

TEST_CASE("after more seats have come the line goes on with new tickets, swept or not") {
    for (const std::size_t swept : {0, 1, 2, 9}) {
        LineFixture fixture{room_for(0)};
        fixture.join(2);
        fixture.line.sell_out(fixture.now);
        static_cast<void>(fixture.line.sweep(swept));
        fixture.join(2);
        CHECK(fixture.line.waiting() == 2);
        CHECK(fixture.line.position(fixture.ticket(3)) == 1);
        CHECK(fixture.line.position(fixture.ticket(4)) == 2);
        fixture.line.configure(room_for(2));
        CHECK(fixture.admit_all() == Tickets{3, 4});
        CHECK(fixture.line.waiting() == 0);
        CHECK(fixture.line.sweep(9).size() == 2 - std::min<std::size_t>(swept, 2));
        CHECK(fixture.line.active() == 2);
        CHECK_FALSE(fixture.line.next_sweep());
    }
}

TEST_CASE("a line that sells out again before it is swept ends the new ones as well") {
    LineFixture fixture{room_for(0)};
    fixture.join(3);
    fixture.line.sell_out(fixture.now);
    CHECK(fixture.line.sweep(1).size() == 1);
    fixture.join(2);
    fixture.now += 1s;
    fixture.line.sell_out(fixture.now);
    CHECK(fixture.line.waiting() == 0);
    CHECK(fixture.line.sweep(9).size() == 4);
    CHECK_FALSE(fixture.line.next_sweep());
}

TEST_CASE("nobody is admitted past one whose own change is pending, sold out or not") {
    LineFixture fixture{room_for(1)};
    fixture.line.configure(room_for(0));
    fixture.join(2);
    fixture.line.pin(fixture.ticket(2));
    fixture.line.sell_out(fixture.now);
    fixture.join(1);
    fixture.line.configure(room_for(1));
    CHECK(fixture.admit_all().empty());
    fixture.line.unpin(fixture.ticket(2));
    CHECK(fixture.line.settle(fixture.ticket(2)));
    CHECK(fixture.admit_all() == Tickets{3});
}

TEST_CASE("admissions of the last minute are counted, also of those who never waited") {
    LineFixture fixture;
    fixture.join(2);
    fixture.admit_all();
    CHECK(fixture.line.admissions_in_last_minute(fixture.now) == 2);
    fixture.now += 30s;
    fixture.join(1);
    fixture.admit_all();
    CHECK(fixture.line.admissions_in_last_minute(fixture.now) == 3);
    fixture.now += 31s;
    CHECK(fixture.line.admissions_in_last_minute(fixture.now) == 1);
    fixture.now += 30s;
    CHECK(fixture.line.admissions_in_last_minute(fixture.now) == 0);
}

TEST_CASE("a position never grows, whatever the others do") {
    for (const std::uint64_t seed : {1, 2, 3}) {
        FakeRandom random{seed};
        LineFixture fixture{room_for(20)};
        std::unordered_map<const Token*, std::int64_t> seen;
        std::int64_t last_admitted = 0;
        for (int step = 0; step < 1'000; ++step) {
            fixture.now += Milliseconds{static_cast<std::int64_t>(random.below(500))};
            if (random.below(2) == 0) {
                fixture.join(1);
            } else if (!fixture.tokens.empty()) {
                auto& token = fixture.tokens[random.below(fixture.tokens.size())];
                if (token.status != TokenStatus::expired) {
                    fixture.line.expire(token, ExpiryReason::left, fixture.now);
                }
            }
            fixture.expire_due();
            for (const auto ticket : fixture.admit_all()) {
                REQUIRE(ticket > last_admitted);
                last_admitted = ticket;
            }
            REQUIRE(fixture.line.active() <= 20);
            REQUIRE((fixture.line.active() == 20 || fixture.line.waiting() == 0));
            std::int64_t place = 0;
            bool exact = true;
            for (const auto& token : fixture.tokens) {
                const auto position = fixture.line.position(token);
                exact &= position == (token.status == TokenStatus::waiting ? ++place : 0);
                auto& before = seen.try_emplace(&token, position).first->second;
                exact &= position <= std::exchange(before, position);
            }
            REQUIRE(exact);
        }
    }
}

TEST_CASE("a concert's own settings go before the configured ones, each for itself") {
    LineSettings defaults;
    defaults.max_waiting = 7;
    const auto same = defaults.with({});
    CHECK(same.max_active == 100);
    CHECK(same.admissions_per_minute == 0);
    CHECK(same.entry_window == 120s);
    CHECK(same.session == 600s);
    CHECK(same.abandon_after == 300s);
    CHECK(same.poll_after == 5s);
    CHECK(same.max_waiting == 7);

    const auto some = defaults.with({{"maxActive", 0}, {"sessionSeconds", 1}});
    CHECK(some.max_active == 0);
    CHECK(some.session == 1s);
    CHECK(some.entry_window == 120s);

    const auto all = defaults.with({{"maxActive", 1},
                                    {"admissionsPerMinute", 2},
                                    {"entryWindowSeconds", 3},
                                    {"sessionSeconds", 4},
                                    {"abandonAfterSeconds", 5},
                                    {"pollAfterSeconds", 6}});
    CHECK(all.max_active == 1);
    CHECK(all.admissions_per_minute == 2);
    CHECK(all.entry_window == 3s);
    CHECK(all.session == 4s);
    CHECK(all.abandon_after == 5s);
    CHECK(all.poll_after == 6s);
    CHECK(all.max_waiting == 7);
}

TEST_CASE("the state of a line has three words and no other") {
    for (const auto state : {LineState::open, LineState::paused, LineState::closed}) {
        CHECK(queue::parse_line_state(queue::to_string(state)) == state);
    }
    CHECK(queue::to_string(LineState::open) == "OPEN");
    CHECK(queue::to_string(LineState::paused) == "PAUSED");
    CHECK(queue::to_string(LineState::closed) == "CLOSED");
    for (const auto* text : {"", "open", "SOLD_OUT", "OPEN ", "OPENED"}) {
        CHECK_FALSE(queue::parse_line_state(text));
    }
}
