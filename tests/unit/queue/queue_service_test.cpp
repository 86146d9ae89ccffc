// SPDX-License-Identifier: MIT
// The use cases of the line: join, look, enter, leave, and what the operator does.
#include <cstdlib>

#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

TEST_CASE("with room free and nobody ahead the answer to a join is already ADMITTED") {
    Process process{room_for(1)};
    const auto joined = process.loop.run(process.service.join(gala, UserId{"kim"}));
    REQUIRE(joined.has_value());
    CHECK(joined->created);
    const auto place = process.service.look(joined->token);
    CHECK(place.token->status == TokenStatus::admitted);
    CHECK(place.token->ticket_number == 1);
    CHECK(place.position == 0);
    CHECK(place.wait_seconds == 0);
    CHECK(place.poll_after_seconds == 5);
    CHECK(place.expires_at == process.clock.now() + 120s);
    CHECK(process.stored(QueueService::id_of(joined->token)) == "ADMITTED");
    process.check_at_rest();
}

TEST_CASE(
    "while every seat is held a wait is that for the first who goes, not for a place inside") {
    Process process{room_for(5)};
    process.enter(process.join("kim"));
    process.reservations.known[gala] = {.seats_available = 0, .seats_unsold = 2};
    const auto lee = process.join("lee");
    CHECK(process.status(lee) == TokenStatus::waiting);
    CHECK(std::abs(process.view(lee).wait_seconds.value() - 600) <= 10);
    process.clock.advance(240s);
    CHECK(std::abs(process.view(lee).wait_seconds.value() - 360) <= 10);
    const auto place = process.service.poll(process.handle(lee));
    CHECK(std::abs(place.wait_seconds.value() - 360) <= 10);
    process.reservations.known[gala].seats_available = 1;
    process.service.capacity_changed(gala);
    CHECK(process.status(lee) == TokenStatus::admitted);
    process.loop.poll();
    process.check_at_rest();
}

TEST_CASE("without room a join waits, with an exact place") {
    Process process{room_for(1)};
    process.join("kim");
    const auto lee = process.join("lee");
    const auto park = process.join("park");
    CHECK(process.status(lee) == TokenStatus::waiting);
    CHECK(process.position(lee) == 1);
    CHECK(process.position(park) == 2);
    const auto place = process.service.look(process.handle(park));
    CHECK(place.token->ticket_number == 3);
    CHECK(place.wait_seconds == 1'200); // two places, one free every 600 s
    CHECK(place.poll_after_seconds == 30);
    CHECK(place.expires_at == process.clock.now() + 300s);
    CHECK(process.stored(lee) == "WAITING");
    process.check_at_rest();
}

TEST_CASE("a user has one live token in a line, whatever its state") {
    Process process{room_for(1)};
    const auto again = [&](const std::string& user) {
        const auto joined = process.loop.run(process.service.join(gala, UserId{user}));
        REQUIRE(joined.has_value());
        CHECK_FALSE(joined->created);
        return QueueService::id_of(joined->token);
    };
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    CHECK(again("kim") == kim);
    CHECK(again("lee") == lee);
    process.enter(kim);
    CHECK(again("kim") == kim);
    CHECK(process.line().waiting == 1);
    CHECK(process.journal.number("SELECT COUNT(*) FROM queue_tokens") == 2);
    process.check_at_rest();
}

TEST_CASE("a rejoin is a sign of life") {
    Process process{room_for(0)};
    const auto kim = process.join("kim");
    process.advance(200s);
    CHECK(process.join("kim") == kim);
    process.advance(200s);
    CHECK(process.status(kim) == TokenStatus::waiting);
}

TEST_CASE("users of different concerts, and one user in two, have lines of their own") {
    Process process{room_for(1)};
    process.reservations.known[ConcertId{"ball"}] = {5, 5};
    const auto kim = process.join("kim");
    const auto ball = process.loop.run(process.service.join(ConcertId{"ball"}, UserId{"kim"}));
    REQUIRE(ball.has_value());
    CHECK(ball->created);
    CHECK(QueueService::id_of(ball->token) != kim);
    CHECK(process.view(QueueService::id_of(ball->token)).concert.value == "ball");
    CHECK(process.status(QueueService::id_of(ball->token)) == TokenStatus::admitted);
    CHECK(process.service.look(ball->token).token->ticket_number == 1);
}

TEST_CASE("who cannot join is told why, and nothing is written") {
    Process process{room_for(1)};
    const auto unknown = process.loop.run(process.service.join(ConcertId{"none"}, UserId{"kim"}));
    CHECK(unknown.error() == JoinRefusal::no_such_concert);

    CHECK(process.loop.run(process.service.set_state(ConcertId{gala}, LineState::closed)));
    CHECK(process.refused_join("kim") == JoinRefusal::line_closed);
    CHECK(process.loop.run(process.service.set_state(ConcertId{gala}, LineState::open)));

    process.reservations.known[gala] = {0, 0};
    CHECK(process.refused_join("kim") == JoinRefusal::sold_out);
    CHECK(process.journal.number("SELECT COUNT(*) FROM queue_tokens") == 0);
    process.check_at_rest();
}

TEST_CASE("who owns as many seats as one may have joins no more, and takes no place inside") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.reservations.satisfied.insert(UserId{"kim"});
    CHECK(process.join("kim") == kim); // who is in line stays in line
    process.leave(kim);
    CHECK(process.refused_join("kim") == JoinRefusal::seat_limit);
    CHECK(process.line().active == 0);
    process.join("lee");
    process.check_at_rest();
}

TEST_CASE("a line takes as many as it is set to, and those inside do not count") {
    auto settings = room_for(1);
    settings.max_waiting = 2;
    Process process{settings};
    process.join("kim");
    const auto lee = process.join("lee");
    process.join("park");
    CHECK(process.refused_join("choi") == JoinRefusal::line_full);
    CHECK(process.join("lee") == lee); // who is in line stays in line
    process.leave(lee);
    process.join("choi");
    process.check_at_rest();
}

TEST_CASE("a closed line keeps those in it, and lets nobody in") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    CHECK(process.loop.run(process.service.set_state(ConcertId{gala}, LineState::closed)));
    CHECK(process.join("lee") == lee);
    process.leave(kim);
    CHECK(process.status(lee) == TokenStatus::waiting);
    CHECK_FALSE(process.view(lee).wait_seconds);
    CHECK(process.line().state == "CLOSED");
}

TEST_CASE("a paused line lets people join and admits nobody") {
    Process process{room_for(5)};
    CHECK(process.loop.run(process.service.set_state(ConcertId{gala}, LineState::paused)));
    const auto kim = process.join("kim");
    CHECK(process.status(kim) == TokenStatus::waiting);
    CHECK_FALSE(process.service.look(process.handle(kim)).wait_seconds);
    static_cast<void>(process.service.poll(process.handle(kim)));
    CHECK(process.status(kim) == TokenStatus::waiting);
    CHECK(process.line().state == "PAUSED");
    CHECK(process.loop.run(process.service.set_state(ConcertId{gala}, LineState::open)));
    CHECK(process.status(kim) == TokenStatus::admitted);
    CHECK(process.view(kim).wait_seconds == 0);
    process.check_at_rest();
}

TEST_CASE("who is admitted while the line is paused later may still enter") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    CHECK(process.loop.run(process.service.set_state(ConcertId{gala}, LineState::paused)));
    CHECK(process.view(kim).wait_seconds == 0);
    CHECK_FALSE(process.enter(kim));
    CHECK(process.status(kim) == TokenStatus::entered);
}

TEST_CASE("who is admitted enters, and is handed over") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.clock.advance(100s);
    CHECK_FALSE(process.enter(kim));
    CHECK(process.status(kim) == TokenStatus::entered);
    CHECK(process.view(kim).expires_at == process.clock.now() + 600s);
    CHECK(process.stored(kim) == "ENTERED");
    REQUIRE(process.reservations.received.size() == 1);
    CHECK(process.reservations.received[0].concert == gala);
    CHECK(process.reservations.received[0].user.value == "kim");
    CHECK(process.reservations.received[0].session_ends_at == process.clock.now() + 600s);
    process.check_at_rest();
}

TEST_CASE("a session may be shorter than the entry window") {
    auto settings = room_for(1);
    settings.session = 60s;
    Process process{settings};
    const auto kim = process.join("kim");
    CHECK(process.view(kim).expires_at == start_of_test + 120s);
    process.clock.advance(1s);
    CHECK_FALSE(process.enter(kim));
    CHECK(process.view(kim).expires_at == start_of_test + 61s);
    CHECK(process.service.next_due() == start_of_test + 61s);
    process.check_at_rest();
}

TEST_CASE("entering again changes nothing") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.enter(kim);
    const auto expires_at = process.view(kim).expires_at;
    const auto commits = process.journal.commits();
    process.clock.advance(100s);
    CHECK_FALSE(process.enter(kim));
    CHECK(process.view(kim).expires_at == expires_at);
    CHECK(process.journal.commits() == commits);
    CHECK(process.reservations.received.size() == 1);
}

TEST_CASE("who waits may not enter") {
    Process process{room_for(1)};
    process.join("kim");
    const auto lee = process.join("lee");
    CHECK(process.enter(lee) == EntryRefusal::not_admitted);
    CHECK(process.status(lee) == TokenStatus::waiting);
    CHECK(process.reservations.received.empty());
}

TEST_CASE("who leaves frees the place, and the next is in when it is answered") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    const auto park = process.join("park");
    process.enter(kim);
    CHECK_FALSE(process.leave(kim));
    CHECK(process.status(kim) == TokenStatus::expired);
    CHECK(process.reason(kim) == ExpiryReason::left);
    CHECK(process.status(lee) == TokenStatus::admitted);
    CHECK(process.position(park) == 1);
    CHECK(process.reservations.departed == std::vector<std::string>{"kim"});
    CHECK(process.stored(kim) == "EXPIRED LEFT");
    CHECK(process.stored(lee) == "ADMITTED");
    process.check_at_rest();
}

TEST_CASE("what is over stays so") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.leave(kim);
    CHECK(process.leave(kim) == EntryRefusal::expired);
    CHECK(process.enter(kim) == EntryRefusal::expired);
    CHECK(process.reason(kim) == ExpiryReason::left);
    const auto again = process.join("kim");
    CHECK(again != kim);
    CHECK(process.service.look(process.handle(again)).token->ticket_number == 2);
    CHECK(process.status(kim) == TokenStatus::expired);
}

TEST_CASE("text that is no token of ours is nobody's") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    for (const auto& text : {std::string{}, std::string{"qt_"}, kim.value + "0",
                             std::string{"qt_00000000000000000000000000000000"}}) {
        CHECK_FALSE(process.service.find(text));
    }
    CHECK(process.view(kim).user.value == "kim");
}

TEST_CASE("a poll is an occasion to admit") {
    Process process{room_for(1)};
    process.reservations.known[gala].seats_available = 0;
    const auto kim = process.join("kim");
    CHECK(process.service.poll(process.handle(kim)).token->status == TokenStatus::waiting);
    process.reservations.known[gala].seats_available = 1;
    const auto lee = process.join("lee");
    CHECK(process.status(kim) == TokenStatus::admitted);
    process.leave(kim);
    CHECK(process.status(lee) == TokenStatus::admitted);
    process.leave(lee);

    process.reservations.known[gala].seats_available = 0;
    const auto park = process.join("park");
    const auto choi = process.join("choi");
    process.reservations.known[gala].seats_available = 1;
    // Whoever polls, it is the front that is admitted.
    CHECK(process.service.poll(process.handle(choi)).token->status == TokenStatus::waiting);
    CHECK(process.status(park) == TokenStatus::admitted);
    process.check_at_rest();
}

TEST_CASE("more capacity admits at once, with the concert's own settings") {
    Process process{room_for(0)};
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    process.reservations.overrides[gala]["maxActive"] = 1;
    process.service.capacity_changed(gala);
    CHECK(process.status(kim) == TokenStatus::admitted);
    CHECK(process.status(lee) == TokenStatus::waiting);
    CHECK(process.line().max_active == 1);
    process.reservations.overrides[gala].clear();
    process.service.capacity_changed(gala);
    CHECK(process.line().max_active == 0);
    process.service.capacity_changed(ConcertId{"none"});
}

TEST_CASE("everybody can see the state of a line") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.join("lee");
    process.join("park");
    process.enter(kim);
    const auto line = process.line();
    CHECK(line.concert == gala);
    CHECK(line.state == "OPEN");
    CHECK(line.waiting == 2);
    CHECK(line.active == 1);
    CHECK(line.max_active == 1);
    CHECK(line.serving_number == 1);
    CHECK(line.admitted_total == 1);
    CHECK(line.rate_per_minute == 1);
    process.clock.advance(61s);
    CHECK(process.line().rate_per_minute == 0);
    CHECK_FALSE(process.service.line_view(ConcertId{"none"}));
    const auto stats = process.service.stats();
    REQUIRE(stats.size() == 1);
    CHECK(stats[0].joined_total == 3);
    CHECK(stats[0].waiting == 2);
    CHECK(stats[0].active == 1);
    CHECK(stats[0].admitted_total == 1);
}

TEST_CASE("sold out goes before whatever the operator has set") {
    Process process{room_for(1)};
    CHECK(process.loop.run(process.service.set_state(ConcertId{gala}, LineState::paused)));
    process.reservations.known[gala].seats_unsold = 0;
    CHECK(process.line().state == "SOLD_OUT");
    process.reservations.known[gala].seats_unsold = 1;
    CHECK(process.line().state == "PAUSED");
}
