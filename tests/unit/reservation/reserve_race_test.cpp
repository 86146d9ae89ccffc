// SPDX-License-Identifier: MIT
// Two people after one seat while the first's hold is on its way to the disk, and its like.
#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using Code = ReserveRefusal::Code;

TEST_CASE("a no that rests on a pending hold waits for it, and is said once it is durable") {
    Process process;
    const auto kim = process.inside("kim");
    const auto lee = process.inside("lee");
    process.journal.hold();
    const auto first = process.ask(kim, seats({"A-1"}));
    const auto second = process.ask(lee, seats({"A-1"}));
    CHECK_FALSE(first.done());
    CHECK_FALSE(second.done());
    CHECK(process.journal.held() == 1);
    process.journal.release_one();
    process.loop.poll();
    REQUIRE(first.get().has_value());
    REQUIRE(second.done());
    CHECK(second.get().error().code == Code::seat_taken);
    CHECK(second.get().error().conflicts.at(0).status == SeatStatus::held);
    process.journal.release();
    process.check_at_rest();
}

TEST_CASE("if the first hold is not written the second is judged afresh and gets the seat") {
    Process process;
    const auto kim = process.inside("kim");
    const auto lee = process.inside("lee");
    process.journal.hold();
    const auto first = process.ask(kim, seats({"A-1"}));
    const auto second = process.ask(lee, seats({"A-1"}));
    process.journal.fail();
    process.journal.hold();
    process.journal.repair();
    process.loop.poll();
    CHECK(first.get().error().code == Code::storage_unavailable);
    CHECK_FALSE(second.done());
    process.journal.release();
    process.loop.poll();
    REQUIRE(second.get().has_value());
    CHECK(process.seat("A-1").user.value == "lee");
    process.check_at_rest();
}

TEST_CASE("while the storage cannot write, who waited is told so and not left waiting") {
    Process process;
    const auto kim = process.inside("kim");
    const auto lee = process.inside("lee");
    process.journal.hold();
    const auto first = process.ask(kim, seats({"A-1"}));
    const auto second = process.ask(lee, seats({"A-1"}));
    process.journal.fail();
    process.loop.poll();
    CHECK(first.get().error().code == Code::storage_unavailable);
    CHECK(second.get().error().code == Code::storage_unavailable);
    CHECK(process.available() == 14);
    process.journal.repair();
    process.check_at_rest();
}

TEST_CASE("of many after one seat one gets it") {
    Process process;
    process.journal.hold();
    std::vector<Started<Process::Answer>> answers;
    for (int i = 0; i < 50; ++i) {
        answers.push_back(process.ask(process.inside("u" + std::to_string(i)), seats({"A-1"})));
    }
    process.journal.release();
    process.loop.poll();
    int won = 0;
    for (const auto& answer : answers) {
        won += answer.get().has_value() ? 1 : 0;
    }
    CHECK(won == 1);
    CHECK(answers[0].get().has_value());
    process.check_at_rest();
}

TEST_CASE("a pending hold keeps its seats from being counted as available") {
    Process process;
    process.journal.hold();
    const auto kim = process.ask(process.inside("kim"), seats({"A-1", "A-2"}));
    CHECK(process.available() == 12);
    CHECK(process.service.capacity(gala)->seats_unsold == 14);
    CHECK(process.status("A-1") == SeatStatus::available); // and shows nowhere
    CHECK(process.stock.find(gala)->find(eve)->available() == 7);
    process.journal.fail();
    process.loop.poll();
    CHECK(process.available() == 14);
}

TEST_CASE("people after different seats do not wait for one another") {
    Process process;
    process.journal.hold();
    const auto kim = process.ask(process.inside("kim"), seats({"A-1"}));
    const auto lee = process.ask(process.inside("lee"), seats({"A-2"}));
    CHECK(process.journal.held() == 2);
    process.journal.release();
    process.loop.poll();
    CHECK(kim.get().has_value());
    CHECK(lee.get().has_value());
}

TEST_CASE("two after overlapping pairs: one gets both seats, the other none") {
    Process process;
    const auto kim = process.inside("kim");
    const auto lee = process.inside("lee");
    process.journal.hold();
    const auto first = process.ask(kim, seats({"A-1", "A-2"}));
    const auto second = process.ask(lee, seats({"A-2", "A-3"}));
    process.journal.release();
    process.loop.poll();
    CHECK(first.get().has_value());
    CHECK(second.get().error().code == Code::seat_taken);
    CHECK(second.get().error().conflicts.size() == 1);
    CHECK(process.status("A-3") == SeatStatus::available);
    process.check_at_rest();
}

TEST_CASE("a user's own requests follow one another, so that the limit holds") {
    Process process;
    const auto kim = process.inside("kim");
    process.journal.hold();
    const auto first = process.ask(kim, seats({"A-1", "A-2", "A-3"}));
    const auto second = process.ask(kim, seats({"A-4", "A-5"}));
    const auto third = process.ask(kim, seats({"A-1", "A-2", "A-3"}));
    CHECK(process.journal.held() == 1);
    process.journal.release();
    process.loop.poll();
    REQUIRE(first.get().has_value());
    CHECK(second.get().error().code == Code::seat_limit);
    REQUIRE(third.get().has_value());
    CHECK_FALSE(third.get()->created);
    CHECK(third.get()->reservation.hold.id == first.get()->reservation.hold.id);
    process.check_at_rest();
}

TEST_CASE("a seat that is being released is waited for, and then had") {
    Process process;
    const auto kim = process.inside("kim");
    const auto lee = process.inside("lee");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    process.journal.hold();
    const auto releasing =
        process.loop.start(process.service.release(process.handle(kim), hold.id));
    const auto asking = process.ask(lee, seats({"A-1"}));
    CHECK(process.status("A-1") == SeatStatus::held);
    CHECK(process.journal.held() == 1);
    process.journal.release();
    process.loop.poll();
    CHECK_FALSE(releasing.get());
    REQUIRE(asking.get().has_value());
    CHECK(process.seat("A-1").user.value == "lee");
    process.check_at_rest();
}

TEST_CASE("a seat that is being released and is not after all stays taken") {
    Process process;
    const auto kim = process.inside("kim");
    const auto lee = process.inside("lee");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    process.journal.hold();
    const auto releasing =
        process.loop.start(process.service.release(process.handle(kim), hold.id));
    const auto asking = process.ask(lee, seats({"A-1"}));
    process.journal.fail();
    process.journal.hold();
    process.journal.repair();
    process.loop.poll();
    CHECK(releasing.get() == ReleaseRefusal::storage_unavailable);
    CHECK(asking.get().error().code == Code::seat_taken);
    process.journal.release();
    process.check_at_rest();
}

TEST_CASE("a seat that is being paid is waited for: taken after, or had if it is not paid") {
    for (const bool paid : {true, false}) {
        Process process;
        const auto kim = process.inside("kim");
        const auto lee = process.inside("lee");
        process.reserve(kim, seats({"A-1"}));
        auto sale = process.service.sell(gala, UserId{"kim"}, SeatsOfDate{eve, seats({"A-1"})},
                                         process.clock.now());
        REQUIRE(sale.has_value());
        process.clock.advance(301s);
        const auto asking = process.ask(lee, seats({"A-1"}));
        CHECK_FALSE(asking.done());
        if (paid) {
            process.loop.run(carry_out(process.journal, std::move(sale->step)));
            CHECK(asking.get().error().conflicts.at(0).status == SeatStatus::reserved);
        } else {
            for (auto& undo : sale->step.undo) {
                undo();
            }
            process.loop.poll();
            REQUIRE(asking.get().has_value()); // the hold had run out meanwhile
        }
        process.check_at_rest();
    }
}

TEST_CASE("a hold that has run out and was not swept yet stands in nobody's way") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    process.clock.advance(300s - 1ms);
    CHECK(process.refused(process.inside("lee"), seats({"A-1"})) == Code::seat_taken);
    process.clock.advance(1ms);
    CHECK(process.reserve(process.inside("lee"), seats({"A-1"})).user.value == "lee");
    CHECK(process.stored("kim", hold.id) == ReservationStatus::expired);
    process.check_at_rest();
}

TEST_CASE("one's own hold that has run out is no answer to asking again") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    process.clock.advance(300s);
    const auto again = process.reserve(kim, seats({"A-1"}));
    CHECK(again.id != hold.id);
    CHECK(again.expires_at == process.clock.now() + 300s);
    process.check_at_rest();
}

TEST_CASE("two whose holds have run out and who want each other's seats do not lock up") {
    Process process;
    const auto kim = process.inside("kim");
    const auto lee = process.inside("lee");
    process.reserve(kim, seats({"A-1"}));
    process.reserve(lee, seats({"A-2"}));
    process.clock.advance(300s);
    process.journal.hold();
    const auto first = process.ask(kim, seats({"A-2"}));
    const auto second = process.ask(lee, seats({"A-1"}));
    process.journal.release();
    process.loop.poll();
    REQUIRE(first.done());
    REQUIRE(second.done());
    CHECK(first.get().has_value());
    CHECK(second.get().has_value());
    process.check_at_rest();
}
