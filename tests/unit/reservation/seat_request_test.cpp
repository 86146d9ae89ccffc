// SPDX-License-Identifier: MIT
#include "stagedoor/seat_request.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::reservation;

namespace {

struct Read {
    SeatsOfDate wanted;
    std::optional<JsonFault> fault;
};

Read read(std::string_view text) {
    CAPTURE(text);
    const auto value = parse_json(text);
    REQUIRE(value.has_value());
    FieldReader fields{*value, ""};
    auto wanted = read_seats_of_date(fields);
    return {std::move(wanted), fields.finish()};
}

std::string field_at_fault(std::string_view text) {
    const auto fault = read(text).fault;
    CAPTURE(text);
    REQUIRE(fault);
    return fault->field;
}

std::string with_seats(std::size_t count) {
    std::string seats;
    for (std::size_t i = 0; i < count; ++i) {
        seats += fmt::format("{}\"S-{}\"", i == 0 ? "" : ",", i);
    }
    return fmt::format(R"({{"date":"2026-12-24","seatNumbers":[{}]}})", seats);
}

} // namespace

TEST_CASE("one seat is asked for by its number") {
    const auto found = read(R"({"date":"2026-12-24","seatNumber":"A-1"})");
    CHECK_FALSE(found.fault);
    CHECK(found.wanted.date.value == "2026-12-24");
    CHECK(found.wanted.seats == std::vector<SeatNumber>{{"A-1"}});
}

TEST_CASE("several seats keep the order in which they were asked for") {
    const auto found = read(R"({"seatNumbers":["B-2","A-1"],"date":"2026-12-24T14:00"})");
    CHECK_FALSE(found.fault);
    CHECK(found.wanted.date.value == "2026-12-24T14:00");
    CHECK(found.wanted.seats == std::vector<SeatNumber>{{"B-2"}, {"A-1"}});
    CHECK_FALSE(read(R"({"seatNumbers":["A-1"],"date":"2026-12-24"})").fault);
}

TEST_CASE("a seat request that is not of that form names the field") {
    CHECK(field_at_fault(R"({"seatNumber":"A-1"})") == "date");
    CHECK(field_at_fault(R"({"date":"2026-02-30","seatNumber":"A-1"})") == "date");
    CHECK(field_at_fault(R"({"date":20261224,"seatNumber":"A-1"})") == "date");
    CHECK(field_at_fault(R"({"date":"2026-12-24"})") == "seatNumber");
    CHECK(field_at_fault(R"({"date":"2026-12-24","seatNumber":7})") == "seatNumber");
    CHECK(field_at_fault(R"({"date":"2026-12-24","seatNumber":""})") == "seatNumber");
    CHECK(field_at_fault(R"({"date":"2026-12-24","seatNumber":"A 1"})") == "seatNumber");
    CHECK(field_at_fault(R"({"date":"2026-12-24","seatNumber":"A-1","x":1})") == "x");
    CHECK(field_at_fault(R"({"date":"2026-12-24","seatNumbers":"A-1"})") == "seatNumbers");
    CHECK(field_at_fault(R"({"date":"2026-12-24","seatNumbers":[]})") == "seatNumbers");
    CHECK(field_at_fault(R"({"date":"2026-12-24","seatNumbers":["A-1",2]})") == "seatNumbers[1]");
    CHECK(field_at_fault(R"({"date":"2026-12-24","seatNumbers":["A-1",""]})") == "seatNumbers[1]");
}

TEST_CASE("none of too many seats is looked at") {
    const auto found = read(with_seats(5000));
    CHECK(found.fault->field == "seatNumbers");
    CHECK(found.wanted.seats.empty());
    std::string mixed = with_seats(5000);
    mixed.replace(mixed.size() - 2, 0, ",7,\"S-1\"");
    CHECK(field_at_fault(mixed) == "seatNumbers");
}

TEST_CASE("a seat may be named once") {
    CHECK(field_at_fault(R"({"date":"2026-12-24","seatNumbers":["A-1","B-1","A-1"]})") ==
          "seatNumbers[2]");
}

TEST_CASE("one seat and several exclude each other") {
    CHECK(field_at_fault(R"({"date":"2026-12-24","seatNumber":"A-1","seatNumbers":["A-2"]})") ==
          "seatNumber");
}

TEST_CASE("a request names at most 100 seats") {
    CHECK(read(with_seats(100)).wanted.seats.size() == 100);
    CHECK_FALSE(read(with_seats(100)).fault);
    CHECK(field_at_fault(with_seats(101)) == "seatNumbers");
}

TEST_CASE("a seat is shown with its quotes escaped") {
    std::string out = "{";
    append_seat(out, {SeatNumber{"A\"1"}, "R\\S", 120000});
    CHECK(out == R"({"seatNumber":"A\"1","category":"R\\S","price":120000)");
    CHECK(boost::json::parse(out + "}").at("price") == 120000);
}
