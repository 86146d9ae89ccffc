// SPDX-License-Identifier: MIT
// When a token's time has come, in each of its states, and what a pin does to it.
#include "line_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

LineSettings short_times() {
    LineSettings settings;
    settings.max_active = 1;
    settings.entry_window = 20s;
    settings.session = 100s;
    settings.abandon_after = 50s;
    return settings;
}

} // namespace

TEST_CASE("who waits and is not seen is due after the time of abandonment") {
    LineFixture fixture{short_times()};
    fixture.join(2);
    fixture.admit_all();
    auto& waiting = fixture.ticket(2);
    fixture.enter(fixture.ticket(1));
    CHECK(fixture.line.expires_at(waiting) == fixture.now + 50s);
    CHECK(fixture.line.next_expiry() == fixture.now + 50s);
    fixture.now += 50s - 1ms;
    CHECK(fixture.due().empty());
    fixture.now += 1ms;
    CHECK(fixture.expire_due() == Tickets{2});
}

TEST_CASE("a sign of life keeps the place from then on") {
    LineFixture fixture{short_times()};
    fixture.line.set_state(LineState::paused);
    fixture.join(2);
    fixture.now += 40s;
    fixture.line.see(fixture.ticket(1), fixture.now);
    CHECK(fixture.line.expires_at(fixture.ticket(1)) == fixture.now + 50s);
    CHECK(fixture.line.expires_at(fixture.ticket(2)) == fixture.now + 10s);
    CHECK(fixture.line.next_expiry() == fixture.now + 10s);
    fixture.now += 10s;
    CHECK(fixture.expire_due() == Tickets{2});
    fixture.now += 40s - 1ms;
    CHECK(fixture.due().empty());
    fixture.now += 1ms;
    CHECK(fixture.expire_due() == Tickets{1});
}

TEST_CASE("a sign of life comes too late once the time has come") {
    LineFixture fixture{short_times()};
    fixture.line.set_state(LineState::paused);
    fixture.join(2);
    fixture.line.see(fixture.ticket(1), fixture.now + 50s - 1ms);
    CHECK(fixture.line.expires_at(fixture.ticket(1)) == fixture.now + 100s - 1ms);
    fixture.line.see(fixture.ticket(2), fixture.now + 50s);
    CHECK(fixture.line.expires_at(fixture.ticket(2)) == fixture.now + 50s);
}

TEST_CASE("a sign of life means nothing to who does not wait") {
    LineFixture fixture{short_times()};
    fixture.join(1);
    fixture.admit_all();
    const auto expires_at = fixture.line.expires_at(fixture.ticket(1));
    fixture.line.see(fixture.ticket(1), fixture.now + 10s);
    CHECK(fixture.line.expires_at(fixture.ticket(1)) == expires_at);
}

TEST_CASE("who is admitted has the entry window to enter") {
    LineFixture fixture{short_times()};
    fixture.join(1);
    fixture.now += 5s;
    fixture.admit_all();
    auto& token = fixture.ticket(1);
    CHECK(token.status == TokenStatus::admitted);
    CHECK(token.admitted_at == fixture.now);
    CHECK(fixture.line.expires_at(token) == fixture.now + 20s);
    fixture.now += 20s - 1ms;
    CHECK(fixture.due().empty());
    fixture.now += 1ms;
    CHECK(fixture.expire_due() == Tickets{1});
    CHECK(fixture.line.active() == 0);
    CHECK_FALSE(fixture.line.next_expiry());
}

TEST_CASE("who enters is inside for the session, from the entry on") {
    LineFixture fixture{short_times()};
    fixture.join(1);
    fixture.admit_all();
    fixture.now += 15s;
    auto& token = fixture.ticket(1);
    fixture.enter(token);
    CHECK(token.status == TokenStatus::entered);
    CHECK(token.entered_at == fixture.now);
    CHECK(fixture.line.expires_at(token) == fixture.now + 100s);
    fixture.now += 100s - 1ms;
    CHECK(fixture.due().empty());
    fixture.now += 1ms;
    CHECK(fixture.expire_due() == Tickets{1});
}

TEST_CASE("a session that is lengthened ends at its new end") {
    LineFixture fixture{short_times()};
    fixture.join(1);
    fixture.admit_all();
    auto& token = fixture.ticket(1);
    fixture.enter(token);
    fixture.line.pin(token);
    fixture.line.stay_inside(token, token.entered_at, fixture.now + 130s);
    fixture.line.unpin(token);
    CHECK(token.entered_at == fixture.now);
    CHECK(fixture.line.next_expiry() == fixture.now + 130s);
    fixture.now += 130s - 1ms;
    CHECK(fixture.due().empty());
    fixture.now += 1ms;
    CHECK(fixture.expire_due() == Tickets{1});
}

TEST_CASE("at one instant expiries come before admissions") {
    LineFixture fixture{short_times()};
    fixture.join(1);
    fixture.admit_all();
    fixture.now += 10s;
    fixture.join(2); // tickets 2 and 3
    fixture.now += 10s;
    auto settings = short_times();
    settings.max_active = 2; // room for one more, but ticket 1's window ends right now
    fixture.line.configure(settings);
    CHECK_FALSE(fixture.line.may_admit(fixture.now));
    CHECK(fixture.admit_all().empty());
    CHECK(fixture.expire_due() == Tickets{1});
    CHECK(fixture.admit_all() == Tickets{2, 3});
}

TEST_CASE("who is to be abandoned at this instant is not admitted at it") {
    LineFixture fixture{short_times()};
    fixture.line.set_state(LineState::paused);
    fixture.join(1);
    fixture.now += 25s;
    fixture.join(1);
    fixture.now += 25s;
    fixture.line.set_state(LineState::open);
    CHECK(fixture.admit_all().empty());
    CHECK(fixture.expire_due() == Tickets{1});
    CHECK(fixture.admit_all() == Tickets{2});
}

TEST_CASE("trying to leave while nothing can be written costs the same in a long line") {
    const auto time_of_leaving = [](int people) {
        LineFixture fixture{LineSettings{.max_active = 0}};
        fixture.join(people);
        const auto begin = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < 2'000; ++i) {
            auto& token = fixture.ticket(fixture.tokens.size() - i);
            fixture.line.pin(token);
            fixture.line.unpin(token);
        }
        return std::chrono::steady_clock::now() - begin;
    };
    time_of_leaving(2'000); // whatever is slow the first time
    CHECK(time_of_leaving(200'000) < 50 * time_of_leaving(2'000));
}

TEST_CASE("who could not leave keeps the place as long as the last sign of life says") {
    LineFixture fixture{LineSettings{.max_active = 0, .abandon_after = 300s}};
    fixture.join(2);
    fixture.now += 100s;
    fixture.line.see(fixture.ticket(2), fixture.now);
    for (const std::size_t ticket : {1U, 2U}) {
        fixture.line.pin(fixture.ticket(ticket));
        fixture.line.unpin(fixture.ticket(ticket));
    }
    CHECK(fixture.line.next_expiry() == start_of_test + 300s);
    fixture.now += 200s;
    CHECK(fixture.expire_due() == Tickets{1});
    CHECK(fixture.line.next_expiry() == start_of_test + 400s);
    fixture.line.see(fixture.ticket(2), fixture.now);
    CHECK(fixture.line.next_expiry() == start_of_test + 600s);
    fixture.line.pin(fixture.ticket(2));
    fixture.line.unpin(fixture.ticket(2));
    fixture.line.sell_out(fixture.now);
    CHECK(fixture.line.sweep(10).size() == 1);
    CHECK_FALSE(fixture.line.next_expiry());
}

TEST_CASE("who is pinned is not due, in any state") {
    LineFixture fixture{short_times()};
    fixture.join(2);
    fixture.admit_all();
    auto& admitted = fixture.ticket(1);
    auto& waiting = fixture.ticket(2);
    fixture.line.pin(admitted);
    fixture.line.pin(waiting);
    CHECK_FALSE(fixture.line.next_expiry());
    fixture.now += 1h;
    CHECK(fixture.due().empty());
    fixture.now -= 1h;
    fixture.line.unpin(admitted);
    CHECK(fixture.line.next_expiry() == fixture.now + 20s);
    fixture.enter(admitted);
    fixture.line.pin(admitted);
    CHECK_FALSE(fixture.line.next_expiry());
    fixture.now += 2h;
    fixture.line.unpin(admitted);
    CHECK(fixture.due().size() == 1); // its time came meanwhile
}

TEST_CASE("a change that came to nothing is no sign of life") {
    LineFixture fixture{short_times()};
    fixture.line.set_state(LineState::paused);
    fixture.join(1);
    fixture.now += 10s;
    fixture.join(1);
    fixture.now += 10s;
    fixture.join(1);
    for (const std::size_t ticket : {2, 1, 3}) {
        fixture.line.pin(fixture.ticket(ticket));
        fixture.line.see(fixture.ticket(ticket), fixture.now); // nor is a poll meanwhile
        fixture.line.unpin(fixture.ticket(ticket));
    }
    CHECK(fixture.line.next_expiry() == start_of_test + 50s);
    fixture.now = start_of_test + 50s;
    CHECK(fixture.expire_due() == Tickets{1});
    fixture.now += 10s;
    CHECK(fixture.expire_due() == Tickets{2});
    fixture.now += 10s;
    CHECK(fixture.expire_due() == Tickets{3});
}

TEST_CASE("what is due is taken a slice at a time, waiting ones first") {
    auto settings = short_times();
    settings.max_active = 2;
    LineFixture fixture{settings};
    fixture.join(4);
    fixture.admit_all();
    fixture.now += 1h;
    CHECK(fixture.due(0).empty());
    CHECK(fixture.due(1).size() == 1);
    const auto three = fixture.due(3);
    REQUIRE(three.size() == 3);
    CHECK(three[0] == &fixture.ticket(3));
    CHECK(three[1] == &fixture.ticket(4));
    CHECK(three[2] == &fixture.ticket(1));
    CHECK(fixture.due(4).size() == 4);
    CHECK(fixture.due(5).size() == 4);
}

TEST_CASE("all who are due are found, and nobody else") {
    auto settings = short_times();
    settings.max_active = 3;
    LineFixture fixture{settings};
    fixture.join(3);
    fixture.admit_all();              // until 20 s
    fixture.enter(fixture.ticket(2)); // until 100 s
    fixture.join(2);                  // until 50 s
    fixture.now += 50s;
    CHECK(fixture.line.next_expiry() == start_of_test + 20s);
    CHECK(fixture.expire_due() == Tickets{4, 5, 1, 3});
    CHECK(fixture.line.next_expiry() == start_of_test + 100s);
    CHECK(fixture.line.active() == 1);
    CHECK(fixture.line.waiting() == 0);
}

TEST_CASE("a changed window counts for those admitted from then on") {
    LineFixture fixture{short_times()};
    fixture.join(2);
    fixture.admit_all();
    auto settings = short_times();
    settings.entry_window = 40s;
    settings.abandon_after = 60s;
    fixture.line.configure(settings);
    CHECK(fixture.line.expires_at(fixture.ticket(1)) == fixture.now + 20s);
    CHECK(fixture.line.expires_at(fixture.ticket(2)) == fixture.now + 60s);
    fixture.line.expire(fixture.ticket(1), ExpiryReason::left, fixture.now);
    fixture.admit_all();
    CHECK(fixture.line.expires_at(fixture.ticket(2)) == fixture.now + 40s);
}

TEST_CASE("tokens from an earlier run keep what is left of their time") {
    LineFixture fixture{short_times()};
    auto& inside = fixture.tokens.emplace_back();
    inside.user.value = "kim";
    inside.ticket_number = 1;
    inside.status = TokenStatus::entered;
    inside.expires_at = fixture.now + 7s;
    fixture.line.add(inside, fixture.now);
    CHECK(fixture.line.active() == 1);
    CHECK(fixture.line.next_expiry() == fixture.now + 7s);
    CHECK(fixture.line.find(UserId{"kim"}) == &inside);
}
