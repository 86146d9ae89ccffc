// SPDX-License-Identifier: MIT
#include "hall/seat_map.hpp"

#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::reservation;

namespace {

const Seat a1{SeatNumber{"A-1"}, "R", 100};
const Seat a2{SeatNumber{"A-2"}, "R", 100};
const Seat a3{SeatNumber{"A-3"}, "S", 50};
const ReservationId first{"r1"};
const UserId kim{"kim"};

SeatMap three_seats() {
    return {Date{"2026-12-24"}, 7, {a1, a2, a3}};
}

void check_counts(const SeatMap& map, std::int64_t available, std::int64_t claimed,
                  std::int64_t reserved) {
    CHECK(map.available() == available);
    CHECK(map.claimed() == claimed);
    CHECK(map.reserved() == reserved);
    CHECK(map.total() == static_cast<std::int64_t>(map.seats().size()));
}

} // namespace

TEST_CASE("the states of a seat have the words that callers know") {
    CHECK(to_string(SeatStatus::available) == "AVAILABLE");
    CHECK(to_string(SeatStatus::held) == "HELD");
    CHECK(to_string(SeatStatus::reserved) == "RESERVED");
}

TEST_CASE("a map knows its seats by number and keeps their order") {
    const auto map = three_seats();
    CHECK(map.date().value == "2026-12-24");
    CHECK(map.version() == 7);
    check_counts(map, 3, 0, 0);
    CHECK(map.seats()[0].seat.number == a1.number);
    CHECK(map.seats()[2].seat.number == a3.number);
    REQUIRE(map.find(a3.number) != nullptr);
    CHECK(map.find(a3.number)->seat.price == 50);
    CHECK(map.find(SeatNumber{"A-4"}) == nullptr);
    CHECK(map.find(SeatNumber{"a-1"}) == nullptr);
}

TEST_CASE("a claim shows nowhere, but is there") {
    auto map = three_seats();
    map.claim(std::vector{a1, a2}, first, kim);
    check_counts(map, 3, 2, 0);
    CHECK(map.version() == 7);
    CHECK(map.find(a1.number)->status == SeatStatus::available);
    CHECK(map.find(a1.number)->claimed);
    CHECK(map.find(a1.number)->reservation == first);
    CHECK_FALSE(map.find(a3.number)->claimed);
}

TEST_CASE("a claim that is dropped leaves no trace") {
    auto map = three_seats();
    map.claim(std::vector{a1}, first, kim);
    map.drop_claim(std::vector{a1});
    check_counts(map, 3, 0, 0);
    CHECK(map.version() == 7);
    CHECK_FALSE(map.find(a1.number)->claimed);
    CHECK(map.find(a1.number)->reservation.value.empty());
    CHECK(map.find(a1.number)->user.value.empty());
}

TEST_CASE("a seat goes from claimed to held to reserved, each step a new version") {
    auto map = three_seats();
    const std::vector seats{a1, a3};
    map.claim(seats, first, kim);
    map.hold(seats);
    check_counts(map, 1, 0, 0);
    CHECK(map.version() == 8);
    CHECK(map.find(a1.number)->status == SeatStatus::held);
    CHECK(map.find(a1.number)->user == kim);
    map.sell(seats);
    check_counts(map, 1, 0, 2);
    CHECK(map.version() == 9);
    CHECK(map.find(a3.number)->status == SeatStatus::reserved);
    CHECK(map.find(a3.number)->reservation == first);
    CHECK(map.find(a3.number)->user == kim);
}

TEST_CASE("a held seat that is released is as it was before, but for the version") {
    auto map = three_seats();
    map.claim(std::vector{a2}, first, kim);
    map.hold(std::vector{a2});
    map.release(std::vector{a2});
    check_counts(map, 3, 0, 0);
    CHECK(map.version() == 9);
    CHECK(map.find(a2.number)->status == SeatStatus::available);
    CHECK(map.find(a2.number)->user.value.empty());
    CHECK(map.find(a2.number)->reservation.value.empty());
}

TEST_CASE("seats are found in the state in which they were stored") {
    auto map = three_seats();
    CHECK(map.restore(a1.number, SeatStatus::held, first, kim));
    CHECK(map.restore(a2.number, SeatStatus::reserved, ReservationId{"r2"}, kim));
    CHECK_FALSE(map.restore(SeatNumber{"A-4"}, SeatStatus::held, first, kim));
    check_counts(map, 1, 0, 1);
    CHECK(map.version() == 7);
    CHECK(map.find(a1.number)->reservation == first);
}

TEST_CASE("an import's seats replace the others; states stay by number") {
    auto map = three_seats();
    map.claim(std::vector{a1, a2}, first, kim);
    map.hold(std::vector{a1, a2});
    map.sell(std::vector{a2});
    const Seat b1{SeatNumber{"B-1"}, "S", 40};
    SeatMap next{map.date(), 1, {b1, a2, a1}};
    check_counts(next, 3, 0, 0);
    next.take_over(map);
    std::swap(map, next);
    CHECK(map.version() == 10);
    check_counts(map, 1, 0, 1);
    CHECK(map.total() == 3);
    CHECK(map.find(a3.number) == nullptr);
    CHECK(map.seats()[0].seat.number == b1.number);
    CHECK(map.find(a1.number) == &map.seats()[2]);
    CHECK(map.find(a1.number)->status == SeatStatus::held);
    CHECK(map.find(a1.number)->user == kim);
    CHECK(map.find(a2.number)->status == SeatStatus::reserved);
    CHECK(map.find(b1.number)->status == SeatStatus::available);
}

TEST_CASE("an import's price and category are taken over") {
    SeatMap map{three_seats().date(), 1, {{a1.number, "VIP", 999}}};
    map.take_over(three_seats());
    CHECK(map.version() == 8);
    CHECK(map.find(a1.number)->seat.price == 999);
    CHECK(map.find(a1.number)->seat.category == "VIP");
    check_counts(map, 1, 0, 0);
}

TEST_CASE("a block knows when it last changed to the eye") {
    std::vector<Seat> seats;
    for (std::size_t i = 0; i <= 2 * SeatMap::block_seats; ++i) {
        seats.push_back({SeatNumber{std::to_string(i)}, "R", 100});
    }
    SeatMap map{Date{"2026-12-24"}, 7, seats};
    REQUIRE(map.blocks() == 3);
    CHECK(map.block(1).front().seat.number.value == "64");
    CHECK(map.block(1).size() == SeatMap::block_seats);
    CHECK(map.block(2).size() == 1);
    const auto changed_at = [&] {
        return std::vector{map.changed_at(0), map.changed_at(1), map.changed_at(2)};
    };
    const std::vector two{seats[63], seats[128]};
    map.claim(two, first, kim);
    CHECK(changed_at() == std::vector<std::int64_t>{7, 7, 7});
    map.drop_claim(two);
    map.claim(two, first, kim);
    map.hold(two);
    CHECK(changed_at() == std::vector<std::int64_t>{8, 7, 8});
    map.release(std::vector{seats[63]});
    CHECK(changed_at() == std::vector<std::int64_t>{9, 7, 8});
    map.sell(std::vector{seats[128]});
    CHECK(changed_at() == std::vector<std::int64_t>{9, 7, 10});
    SeatMap renewed{map.date(), 1, seats};
    renewed.take_over(map);
    std::swap(map, renewed);
    CHECK(changed_at() == std::vector<std::int64_t>{11, 11, 11});
    SeatMap shorter{map.date(), 1, {seats[128]}};
    shorter.take_over(map);
    CHECK(shorter.blocks() == 1);
    CHECK(shorter.changed_at(0) == 12);
}
