// SPDX-License-Identifier: MIT
// Which hold a payment names, and when it names none.
#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

struct SaleFixture : Process {
    TokenId kim = inside("kim");
    TokenId lee = inside("lee");

    result<Sale, SaleRefusal> try_sell(const SaleSubject& subject,
                                       const std::string& user = "kim") {
        return service.sell(gala, UserId{user}, subject, clock.now());
    }
    SaleRefusal refusal(const SaleSubject& subject, const std::string& user = "kim") {
        const auto sale = try_sell(subject, user);
        REQUIRE(sale.has_error());
        return sale.error();
    }
    static SaleSubject named(std::initializer_list<const char*> numbers, const Date& date = eve) {
        return SeatsOfDate{date, seats(numbers)};
    }
};

} // namespace

TEST_CASE("a hold is sold by its seats, in any order, or by its id") {
    SaleFixture fixture;
    const auto hold = fixture.reserve(fixture.kim, seats({"B-1", "A-1"}));
    for (const SaleSubject& subject : {SaleFixture::named({"B-1", "A-1"}),
                                       SaleFixture::named({"A-1", "B-1"}), SaleSubject{hold.id}}) {
        auto sale = fixture.try_sell(subject);
        REQUIRE(sale.has_value());
        CHECK(sale->reservation == hold.id);
        CHECK(sale->concert == gala);
        CHECK(sale->user.value == "kim");
        CHECK(sale->date == eve);
        CHECK(sale->amount == 150);
        CHECK(sale->currency == "KRW");
        REQUIRE(sale->seats.size() == 2);
        CHECK(sale->seats[0].number.value == "B-1"); // as they were reserved
        for (auto& undo : sale->step.undo) {
            undo();
        }
    }
    fixture.check_at_rest();
}

TEST_CASE("a sale makes the seats RESERVED, for good") {
    SaleFixture fixture;
    const auto hold = fixture.reserve(fixture.kim, seats({"A-1", "A-2"}));
    auto sale = fixture.try_sell(hold.id);
    REQUIRE(sale.has_value());
    CHECK(fixture.status("A-1") == SeatStatus::held);
    const auto changes = fixture.queue.capacity_changes;
    CHECK(fixture.loop.run(carry_out(fixture.journal, std::move(sale->step))) ==
          Outcome::committed);
    CHECK(fixture.status("A-1") == SeatStatus::reserved);
    CHECK(fixture.status("A-2") == SeatStatus::reserved);
    CHECK(fixture.seat("A-1").user.value == "kim");
    CHECK(fixture.stored("kim", hold.id) == ReservationStatus::paid);
    CHECK(fixture.service.capacity(gala)->seats_unsold == 12);
    CHECK(fixture.stock.find(gala)->bought(UserId{"kim"}) == 2);
    CHECK(fixture.queue.capacity_changes == changes + 1);
    fixture.clock.advance(1h);
    fixture.run_due();
    CHECK(fixture.status("A-1") == SeatStatus::reserved);
    CHECK(fixture.refusal(hold.id) == SaleRefusal::hold_gone);
    CHECK(fixture.refusal(SaleFixture::named({"A-1", "A-2"})) == SaleRefusal::hold_gone);
    fixture.check_at_rest();
}

TEST_CASE("a sale that is undone leaves the hold as it was") {
    SaleFixture fixture;
    const auto hold = fixture.reserve(fixture.kim, seats({"A-1"}));
    fixture.journal.fail();
    auto sale = fixture.try_sell(hold.id);
    REQUIRE(sale.has_value());
    CHECK(fixture.loop.run(carry_out(fixture.journal, std::move(sale->step))) ==
          Outcome::unavailable);
    CHECK(fixture.status("A-1") == SeatStatus::held);
    CHECK(fixture.service.next_due() == hold.expires_at);
    CHECK(fixture.stock.find(gala)->bought(UserId{"kim"}) == 0);
    fixture.journal.repair();
    auto again = fixture.try_sell(hold.id);
    REQUIRE(again.has_value());
    fixture.loop.run(carry_out(fixture.journal, std::move(again->step)));
    CHECK(fixture.status("A-1") == SeatStatus::reserved);
    fixture.check_at_rest();
}

TEST_CASE("seats that are more, fewer or of two reservations are a mismatch") {
    SaleFixture fixture;
    fixture.reserve(fixture.kim, seats({"A-1", "A-2"}));
    fixture.reserve(fixture.kim, seats({"A-3"}));
    fixture.reserve(fixture.lee, seats({"A-4"}));
    CHECK(fixture.refusal(SaleFixture::named({"A-1"})) == SaleRefusal::reservation_mismatch);
    CHECK(fixture.refusal(SaleFixture::named({"A-1", "A-2", "A-5"})) ==
          SaleRefusal::reservation_mismatch);
    CHECK(fixture.refusal(SaleFixture::named({"A-1", "A-2", "A-3"})) ==
          SaleRefusal::reservation_mismatch);
    CHECK(fixture.refusal(SaleFixture::named({"A-1", "A-3"})) == SaleRefusal::reservation_mismatch);
    CHECK(fixture.refusal(SaleFixture::named({"A-3", "A-4"})) == SaleRefusal::reservation_mismatch);
    CHECK(fixture.try_sell(SaleFixture::named({"A-3"})).has_value());
}

TEST_CASE("seats without a hold of one's own are gone") {
    SaleFixture fixture;
    const auto hold = fixture.reserve(fixture.kim, seats({"A-1"}));
    CHECK(fixture.refusal(SaleFixture::named({"A-2"})) == SaleRefusal::hold_gone);
    CHECK(fixture.refusal(SaleFixture::named({"A-1"}), "lee") == SaleRefusal::hold_gone);
    CHECK(fixture.refusal(SaleFixture::named({"A-1"}, day)) == SaleRefusal::hold_gone);
    CHECK(fixture.refusal(hold.id, "lee") == SaleRefusal::hold_gone);
    CHECK(fixture.refusal(ReservationId{"none"}) == SaleRefusal::hold_gone);
}

TEST_CASE("a reservation of another concert is gone") {
    SaleFixture fixture;
    auto ball = catalogue();
    ball.info.id.value = "ball";
    REQUIRE(fixture.loop.run(fixture.imports.import(ball, {})).has_value());
    const auto hold = fixture.reserve(fixture.kim, seats({"A-1"}));
    const auto sale =
        fixture.service.sell(ConcertId{"ball"}, UserId{"kim"}, hold.id, fixture.clock.now());
    REQUIRE(sale.has_error());
    CHECK(sale.error() == SaleRefusal::hold_gone);
}

TEST_CASE("no such date and no such seat come first") {
    SaleFixture fixture;
    fixture.reserve(fixture.kim, seats({"A-1"}));
    CHECK(fixture.refusal(SaleFixture::named({"A-1"}, Date{"2026-12-31"})) ==
          SaleRefusal::no_such_date);
    CHECK(fixture.refusal(SaleFixture::named({"A-1", "Z-1"})) == SaleRefusal::no_such_seat);
}

TEST_CASE("a hold is judged at the instant when the payment came in") {
    SaleFixture fixture;
    const auto hold = fixture.reserve(fixture.kim, seats({"A-1"}));
    const auto sell_at = [&](Instant arrived, const SaleSubject& subject) {
        auto sale = fixture.service.sell(gala, UserId{"kim"}, subject, arrived);
        if (sale) {
            for (auto& undo : sale->step.undo) {
                undo();
            }
        }
        return sale.has_value();
    };
    fixture.clock.advance(1h);
    for (const SaleSubject& subject : {SaleFixture::named({"A-1"}), SaleSubject{hold.id}}) {
        CHECK(sell_at(hold.expires_at - 1ms, subject));
        CHECK_FALSE(sell_at(hold.expires_at, subject));
    }
    CHECK(fixture.service
              .sell(gala, UserId{"kim"}, SaleFixture::named({"A-1", "A-2"}), hold.expires_at)
              .error() == SaleRefusal::hold_gone);
}

TEST_CASE("capacity counts over all dates, and all sold is nothing unsold") {
    SaleFixture fixture;
    auto small = catalogue();
    small.info.id.value = "small";
    small.seats.resize(1);
    small.info.queue["maxActive"] = 9;
    REQUIRE(fixture.loop.run(fixture.imports.import(small, {})).has_value());
    CHECK(fixture.service.capacity(ConcertId{"small"})->seats_available == 2);
    CHECK(fixture.service.capacity(ConcertId{"small"})->seats_unsold == 2);
    CHECK(fixture.service.line_overrides(ConcertId{"small"})->at("maxActive") == 9);
    CHECK_FALSE(fixture.service.capacity(ConcertId{"none"}));
    CHECK(fixture.service.line_overrides(ConcertId{"none"}) == nullptr);
    CHECK(fixture.service.concerts() == std::vector<ConcertId>{gala, ConcertId{"small"}});
}
