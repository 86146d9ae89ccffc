// SPDX-License-Identifier: MIT
// What happens while a Change is on its way to the disk.
#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

TEST_CASE("two joins of one user at a time get one token") {
    Process process{room_for(1)};
    process.journal.hold();
    const auto one = process.loop.start(process.service.join(gala, UserId{"kim"}));
    const auto two = process.loop.start(process.service.join(gala, UserId{"kim"}));
    CHECK(process.journal.held() == 1);
    process.journal.release();
    process.loop.poll();
    REQUIRE(one.get().has_value());
    REQUIRE(two.get().has_value());
    CHECK(one.get()->created);
    CHECK_FALSE(two.get()->created);
    CHECK(one.get()->token.record == two.get()->token.record);
    process.check_at_rest();
}

TEST_CASE("if the first of two joins is not written the second is judged afresh") {
    Process process{room_for(1)};
    process.journal.hold();
    const auto one = process.loop.start(process.service.join(gala, UserId{"kim"}));
    const auto two = process.loop.start(process.service.join(gala, UserId{"kim"}));
    process.journal.fail();
    process.journal.hold();
    process.journal.repair();
    process.loop.poll();
    process.journal.release();
    process.loop.poll();
    CHECK(one.get().error() == JoinRefusal::storage_unavailable);
    REQUIRE(two.get().has_value());
    CHECK(two.get()->created);
    process.check_at_rest();
}

TEST_CASE("a join that is not durable yet is nowhere to be seen") {
    Process process{room_for(1)};
    process.journal.hold();
    const auto joining = process.loop.start(process.service.join(gala, UserId{"kim"}));
    CHECK_FALSE(joining.done());
    CHECK(process.line().waiting == 0);
    CHECK(process.line().active == 0);
    CHECK(process.line().serving_number == 0);
    process.journal.release();
    process.loop.poll();
    CHECK(process.line().active == 1);
}

TEST_CASE("joins are in line in the order of their tickets, whatever waits in between") {
    Process process{room_for(1)};
    process.join("kim");
    process.journal.hold();
    const auto lee = process.loop.start(process.service.join(gala, UserId{"lee"}));
    const auto park = process.loop.start(process.service.join(gala, UserId{"park"}));
    process.journal.release_one();
    process.loop.poll();
    CHECK(lee.done());
    CHECK_FALSE(park.done());
    process.journal.release();
    process.loop.poll();
    CHECK(process.position(QueueService::id_of(lee.get()->token)) == 1);
    CHECK(process.position(QueueService::id_of(park.get()->token)) == 2);
}

TEST_CASE("a join whose concert sells out on the way is told so") {
    Process process{room_for(0)};
    process.journal.hold();
    const auto joining = process.loop.start(process.service.join(gala, UserId{"kim"}));
    process.reservations.known[gala] = {0, 0};
    process.journal.release();
    process.loop.poll();
    CHECK(joining.get().error() == JoinRefusal::sold_out);
    CHECK(process.line().waiting == 0);
    process.check_at_rest();
}

TEST_CASE("a join that a selling-out overtakes is told so even where seats have come since") {
    Process process{room_for(0)};
    const auto lee = process.join("lee");
    process.journal.hold();
    const auto joining = process.loop.start(process.service.join(gala, UserId{"kim"}));
    process.loop.poll();
    process.reservations.known[gala] = {0, 0};
    process.service.capacity_changed(gala);
    process.reservations.known[gala] = {5, 5};
    process.service.capacity_changed(gala);
    process.journal.release();
    process.loop.poll();
    CHECK(joining.get().error() == JoinRefusal::sold_out);
    CHECK(process.line().waiting == 0);
    const auto again = process.join("kim");
    CHECK(process.position(again) == 1);
    CHECK(process.reason(lee) == ExpiryReason::sold_out);
    process.advance(1s);
    process.check_at_rest();
    Process second{room_for(0), process};
    CHECK(second.position(again) == 1);
    CHECK(second.line().waiting == 1);
}

TEST_CASE("a line takes as many as it is set to, however many join at once") {
    auto settings = room_for(1);
    settings.max_waiting = 5;
    Process process{settings};
    process.journal.hold();
    std::vector<Started<result<Joined, JoinRefusal>>> joins;
    for (int i = 0; i < 200; ++i) {
        joins.push_back(
            process.loop.start(process.service.join(gala, UserId{"u" + std::to_string(i)})));
    }
    CHECK(process.journal.held() == 5);
    // Those who wait for the outcome find the place of the one who has been admitted.
    process.journal.release();
    process.loop.poll();
    CHECK(process.line().active == 1);
    CHECK(process.line().waiting == 5);
    for (std::size_t i = 0; i < joins.size(); ++i) {
        const auto joined = joins[i].get();
        CHECK(joined.has_value() == (i < 6));
        CHECK((joined.has_value() || joined.error() == JoinRefusal::line_full));
    }
    process.check_at_rest();
}

TEST_CASE("a join that fails leaves its room to the next") {
    auto settings = room_for(0);
    settings.max_waiting = 1;
    Process process{settings};
    process.journal.hold();
    const auto kim = process.loop.start(process.service.join(gala, UserId{"kim"}));
    const auto lee = process.loop.start(process.service.join(gala, UserId{"lee"}));
    const auto park = process.loop.start(process.service.join(gala, UserId{"park"}));
    process.journal.fail();
    process.journal.hold();
    process.journal.repair();
    process.loop.poll();
    CHECK(kim.get().error() == JoinRefusal::storage_unavailable);
    CHECK_FALSE(lee.done());
    process.journal.release();
    process.loop.poll();
    CHECK(lee.get().has_value());
    CHECK(park.get().error() == JoinRefusal::line_full);
    process.check_at_rest();
}

TEST_CASE("an entry that is not durable yet is not seen") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.journal.hold();
    const auto entering = process.loop.start(process.service.enter(process.handle(kim)));
    CHECK_FALSE(entering.done());
    const auto place = process.service.poll(process.handle(kim));
    CHECK(place.token->status == TokenStatus::admitted);
    CHECK(place.expires_at == start_of_test + 120s);
    CHECK(process.status(kim) == TokenStatus::admitted);
    CHECK(process.reservations.received.empty());
    process.journal.release();
    process.loop.poll();
    CHECK(process.status(kim) == TokenStatus::entered);
}

TEST_CASE("who is on the way in does not miss the entry meanwhile") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.clock.advance(119s);
    process.journal.hold();
    const auto entering = process.loop.start(process.service.enter(process.handle(kim)));
    process.clock.advance(10s);
    const auto due = process.loop.start(process.service.run_due(process.clock.now()));
    process.journal.release();
    process.loop.poll();
    CHECK(due.done());
    CHECK_FALSE(entering.get());
    CHECK(process.status(kim) == TokenStatus::entered);
    process.check_at_rest();
}

TEST_CASE("entry and leaving at a time happen one after the other") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.journal.hold();
    const auto entering = process.loop.start(process.service.enter(process.handle(kim)));
    const auto leaving = process.loop.start(process.service.leave(process.handle(kim)));
    const auto again = process.loop.start(process.service.enter(process.handle(kim)));
    CHECK(process.journal.held() == 1);
    process.journal.release();
    process.loop.poll();
    CHECK_FALSE(entering.get());
    CHECK_FALSE(leaving.get());
    CHECK(again.get() == EntryRefusal::expired);
    CHECK(process.reservations.departed.size() == 1);
    process.check_at_rest();
}

TEST_CASE("a departure that is not durable yet admits nobody") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    process.journal.hold();
    const auto leaving = process.loop.start(process.service.leave(process.handle(kim)));
    CHECK(process.service.poll(process.handle(lee)).token->status == TokenStatus::waiting);
    CHECK(process.status(kim) == TokenStatus::admitted);
    CHECK(process.line().active == 1);
    process.journal.release_one();
    process.loop.poll();
    CHECK_FALSE(leaving.get());
    CHECK(process.status(lee) == TokenStatus::admitted); // in the same step
}

TEST_CASE("a front that is leaving is not admitted, and nobody past it") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    const auto lee = process.join("lee");
    const auto park = process.join("park");
    process.journal.hold();
    const auto first = process.loop.start(process.service.leave(process.handle(lee)));
    const auto second = process.loop.start(process.service.leave(process.handle(kim)));
    CHECK(process.journal.held() == 2);
    process.journal.fail();
    process.journal.hold();
    process.loop.poll();
    process.journal.repair();
    process.loop.poll();
    CHECK(first.get() == EntryRefusal::storage_unavailable);
    CHECK(second.get() == EntryRefusal::storage_unavailable);
    CHECK(process.position(lee) == 1);

    const auto third = process.loop.start(process.service.leave(process.handle(lee)));
    process.reservations.overrides[gala]["maxActive"] = 3;
    process.service.capacity_changed(gala);
    CHECK(process.status(lee) == TokenStatus::waiting);
    CHECK(process.status(park) == TokenStatus::waiting);
    process.journal.release();
    process.loop.poll();
    CHECK_FALSE(third.get());
    CHECK(process.status(lee) == TokenStatus::expired);
    CHECK(process.status(park) == TokenStatus::admitted);
    process.check_at_rest();
}

TEST_CASE("under a pace the next admission waits until the last is durable") {
    Process process{room_for(10, 60)};
    process.join("kim");
    const auto lee = process.join("lee");
    const auto park = process.join("park");
    process.journal.hold();
    process.clock.advance(1s);
    CHECK(process.service.poll(process.handle(lee)).token->status == TokenStatus::admitted);
    process.clock.advance(1s);
    CHECK(process.service.poll(process.handle(park)).token->status == TokenStatus::waiting);
    CHECK((!process.service.next_due() || *process.service.next_due() > process.clock.now()));
    process.journal.release();
    process.loop.poll();
    CHECK(process.status(park) == TokenStatus::admitted);
    process.check_at_rest();
}

TEST_CASE("an expiry waits for the user's turn and judges afresh") {
    Process process{room_for(1)};
    const auto kim = process.join("kim");
    process.enter(kim);
    process.clock.advance(599s);
    const auto other = process.loop.run(process.turns.take(gala, UserId{"kim"}));
    process.clock.advance(1s);
    const auto due = process.loop.start(process.service.run_due(process.clock.now()));
    CHECK_FALSE(due.done());
    CHECK(process.status(kim) == TokenStatus::entered);
}

TEST_CASE("what the operator has set outlasts what was on its way") {
    Process process{room_for(5)};
    process.join("kim");
    process.journal.hold();
    const auto pausing =
        process.loop.start(process.service.set_state(ConcertId{gala}, LineState::paused));
    const auto joining = process.loop.start(process.service.join(gala, UserId{"lee"}));
    process.journal.release();
    process.loop.poll();
    CHECK(pausing.get());
    CHECK(joining.get().has_value());
    CHECK(process.line().state == "PAUSED");
    CHECK(process.journal.text("SELECT state FROM queue_lines") == "PAUSED");
    process.check_at_rest();
}
