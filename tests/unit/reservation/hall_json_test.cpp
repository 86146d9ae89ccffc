// SPDX-License-Identifier: MIT
#include "hall_json.hpp"

#include "base/assert.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::reservation;

namespace {

void check_it_comes_back(const std::vector<Seat>& seats) {
    const auto read = hall_from_json(hall_to_json(seats));
    REQUIRE(read.size() == seats.size());
    for (std::size_t i = 0; i < seats.size(); ++i) {
        CHECK(read[i].number == seats[i].number);
        CHECK(read[i].category == seats[i].category);
        CHECK(read[i].price == seats[i].price);
    }
}

} // namespace

TEST_CASE("a hall is kept as runs of one category, in the order of its seats") {
    const std::vector<Seat> seats{{SeatNumber{"A-1"}, "R", 100},
                                  {SeatNumber{"A-2"}, "R", 100},
                                  {SeatNumber{"B-1"}, "S", 50},
                                  {SeatNumber{"A-3"}, "R", 100}};
    CHECK(hall_to_json(seats) == R"([{"category":"R","price":100,"seats":["A-1","A-2"]},)"
                                 R"({"category":"S","price":50,"seats":["B-1"]},)"
                                 R"({"category":"R","price":100,"seats":["A-3"]}])");
    check_it_comes_back(seats);
}

TEST_CASE("whatever may be in a name comes back, and two runs of one price stay two categories") {
    check_it_comes_back({{SeatNumber{"가-1\"\\"}, "특석 \"A\"\n", 0},
                         {SeatNumber{"é"}, "S", 0},
                         {SeatNumber{"2"}, "S", 9'223'372'036'854'775'807}});
    check_it_comes_back({});
}

TEST_CASE("a hall that is damaged is not sold from") {
    for (
        const auto* text :
        {"", "{}", "null", "[1]", "[{}]", R"([{"category":"R","price":1,"seats":["A-1")",
         R"([{"category":"R","price":-1,"seats":["A-1"]}])",
         R"([{"category":"R","price":1,"seats":[1]}])",
         R"([{"category":"R","price":1,"seats":["A-1","A-1"]}])",
         R"([{"category":"R","price":1,"seats":["A-1"]},{"category":"S","price":1,"seats":["A-1"]}])",
         R"([{"category":"R","price":1,"seats":["A-1"],"more":1}])"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(hall_from_json(text), Unsound);
    }
}
