// SPDX-License-Identifier: MIT
// A catalogue file is read strictly; whatever is wrong with it is named by its path.
#include "catalogue_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::reservation;
namespace json = boost::json;

namespace {

const ReservationSettings limits;

constexpr auto good = R"({
  "concertId": "winter-gala-2026", "title": "Winter Gala", "venue": "Blue Hall", "currency": "KRW",
  "categories": [ {"name": "R", "price": 120000}, {"name": "S", "price": 80000} ],
  "dates": ["2026-12-24", "2026-12-25T14:00"],
  "rows":  [ {"row": "A", "from": 1, "to": 3, "category": "R"},
             {"row": "B", "from": 9, "to": 10, "category": "S"} ],
  "seats": [ {"seatNumber": "BOX-1", "category": "R"} ],
  "queue": { "maxActive": 100, "admissionsPerMinute": 600 }
})";

/// The good file with `pointer` (RFC 6901) set to `value`; an empty value takes it away.
std::string with(const std::string& pointer, const std::string& value) {
    auto document = json::parse(good);
    if (value.empty()) {
        const auto slash = pointer.rfind('/');
        auto& parent = slash == 0 ? document : document.at_pointer(pointer.substr(0, slash));
        parent.as_object().erase(pointer.substr(slash + 1));
    } else if (auto* const there =
                   document.find_pointer(pointer, *std::make_unique<boost::system::error_code>())) {
        *there = json::parse(value);
    } else {
        const auto slash = pointer.rfind('/');
        auto& parent = slash == 0 ? document : document.at_pointer(pointer.substr(0, slash));
        parent.as_object()[pointer.substr(slash + 1)] = json::parse(value);
    }
    return json::serialize(document);
}

std::string fault_in(const std::string& text) {
    const auto parsed = parse_catalogue(text, "KRW", limits);
    CAPTURE(text);
    REQUIRE(parsed.has_error());
    CHECK_FALSE(parsed.error().detail.empty());
    return parsed.error().field;
}

std::string fault_with(const std::string& pointer, const std::string& value) {
    return fault_in(with(pointer, value));
}

bool taken(const std::string& pointer, const std::string& value) {
    return parse_catalogue(with(pointer, value), "KRW", limits).has_value();
}

std::string quoted(std::size_t length) {
    return '"' + std::string(length, 'x') + '"';
}

} // namespace

TEST_CASE("a catalogue file is read whole") {
    const auto parsed = parse_catalogue(good, "KRW", limits);
    REQUIRE(parsed.has_value());
    const auto& [info, dates, seats] = *parsed;
    CHECK(info.id.value == "winter-gala-2026");
    CHECK(info.title == "Winter Gala");
    CHECK(info.venue == "Blue Hall");
    CHECK(info.currency == "KRW");
    CHECK(info.queue == queue::LineOverrides{{"maxActive", 100}, {"admissionsPerMinute", 600}});
    CHECK(dates == std::vector<Date>{{"2026-12-24"}, {"2026-12-25T14:00"}});
    REQUIRE(seats.size() == 6);
    CHECK(seats[0].number.value == "A-1");
    CHECK(seats[2].number.value == "A-3");
    CHECK(seats[2].price == 120000);
    CHECK(seats[3].number.value == "B-9");
    CHECK(seats[4].number.value == "B-10");
    CHECK(seats[4].category == "S");
    CHECK(seats[4].price == 80000);
    CHECK(seats[5].number.value == "BOX-1");
}

TEST_CASE("rows, seats and the queue may each be left out") {
    CHECK(taken("/rows", ""));
    CHECK(taken("/seats", ""));
    CHECK(taken("/queue", ""));
    CHECK(taken("/queue", "{}"));
    CHECK(fault_in(R"({"concertId":"g","title":"t","venue":"v","currency":"KRW",
        "categories":[{"name":"R","price":1}],"dates":["2026-12-24"]})") == "rows");
    CHECK(fault_in(R"({"concertId":"g","title":"t","venue":"v","currency":"KRW",
        "categories":[{"name":"R","price":1}],"dates":["2026-12-24"],"rows":[],"seats":[]})") ==
          "rows");
}

TEST_CASE("what is missing is named") {
    for (const auto* name : {"concertId", "title", "venue", "currency", "categories", "dates"}) {
        CHECK(fault_with(std::string{"/"} + name, "") == name);
    }
    CHECK(fault_with("/categories/1/name", "") == "categories[1].name");
    CHECK(fault_with("/categories/1/price", "") == "categories[1].price");
    for (const auto* name : {"row", "from", "to", "category"}) {
        CHECK(fault_with(std::string{"/rows/1/"} + name, "") == std::string{"rows[1]."} + name);
    }
    CHECK(fault_with("/seats/0/seatNumber", "") == "seats[0].seatNumber");
    CHECK(fault_with("/seats/0/category", "") == "seats[0].category");
}

TEST_CASE("what is unknown is named") {
    CHECK(fault_with("/titel", "1") == "titel");
    CHECK(fault_with("/categories/0/color", "1") == "categories[0].color");
    CHECK(fault_with("/rows/1/step", "2") == "rows[1].step");
    CHECK(fault_with("/seats/0/price", "1") == "seats[0].price");
    CHECK(fault_with("/queue/maxWaiting", "1") == "queue.maxWaiting");
}

TEST_CASE("what is of a wrong type is named") {
    CHECK(fault_with("/concertId", "1") == "concertId");
    CHECK(fault_with("/dates", "\"2026-12-24\"") == "dates");
    CHECK(fault_with("/dates/1", "20261225") == "dates[1]");
    CHECK(fault_with("/categories", "{}") == "categories");
    CHECK(fault_with("/categories/0", "\"R\"") == "categories[0]");
    CHECK(fault_with("/categories/0/price", "\"1\"") == "categories[0].price");
    CHECK(fault_with("/categories/0/price", "1.0") == "categories[0].price");
    CHECK(fault_with("/rows/0", "[]") == "rows[0]");
    CHECK(fault_with("/rows/0/from", "\"1\"") == "rows[0].from");
    CHECK(fault_with("/rows", "null") == "rows");
    CHECK(fault_with("/seats", "null") == "seats");
    CHECK(fault_with("/seats/0", "null") == "seats[0]");
    CHECK(fault_with("/queue", "null") == "queue");
    CHECK(fault_with("/queue/maxActive", "null") == "queue.maxActive");
    CHECK(fault_in("[]").empty());
}

TEST_CASE("a concert's own words have their limits") {
    CHECK(fault_with("/concertId", "\"Winter\"") == "concertId");
    CHECK(fault_with("/concertId", "\"\"") == "concertId");
    CHECK(fault_with("/title", "\"\"") == "title");
    CHECK(taken("/title", quoted(200)));
    CHECK(fault_with("/title", quoted(201)) == "title");
    CHECK(fault_with("/venue", "\"\"") == "venue");
    CHECK(fault_with("/venue", quoted(201)) == "venue");
    CHECK(fault_with("/currency", "\"EUR\"") == "currency");
    CHECK(parse_catalogue(good, "EUR", limits).has_error());
}

TEST_CASE("dates exist, once each, and are not too many") {
    CHECK(fault_with("/dates", "[]") == "dates");
    CHECK(fault_with("/dates/1", "\"2026-02-30\"") == "dates[1]");
    CHECK(fault_with("/dates/1", "\"2026-12-24\"") == "dates[1]");
    std::string many;
    for (int i = 0; i < 401; ++i) {
        many += fmt::format("{}\"{}-{:02}-{:02}\"", i == 0 ? "[" : ",", 2030 + i / 300,
                            1 + i % 300 / 25, 1 + i % 25);
    }
    CHECK(taken("/dates", many.substr(0, many.rfind(',')) + "]"));
    CHECK(fault_with("/dates", many + "]") == "dates");
}

TEST_CASE("categories have a name of their own and a price that is money") {
    CHECK(fault_with("/categories/1/name", "\"\"") == "categories[1].name");
    CHECK(fault_with("/categories/1/name", "\"R\"") == "categories[1].name");
    CHECK(fault_with("/categories/1/price", "-1") == "categories[1].price");
    CHECK(taken("/categories/1/price", "0"));
    CHECK(taken("/categories/1/price", "1000000000000"));
    CHECK(fault_with("/categories/1/price", "1000000000001") == "categories[1].price");
    CHECK(fault_with("/categories/1/price", "9223372036854775808") == "categories[1].price");
    CHECK(fault_with("/categories", "[]") == "rows[0].category");
}

TEST_CASE("rows make seats that can be, once each, of a category that there is") {
    CHECK(fault_with("/rows/1/category", "\"VIP\"") == "rows[1].category");
    CHECK(fault_with("/rows/1/to", "8") == "rows[1].to");
    CHECK(fault_with("/rows/1/from", "-1") == "rows[1].from");
    CHECK(fault_with("/rows/1/to", "100000") == "rows[1].to");
    CHECK(taken("/rows/1/from", "10"));
    CHECK(taken("/rows/1/from", "0"));
    CHECK(fault_with("/rows/1/row", "\"A B\"") == "rows[1].row");
    CHECK(taken("/rows/1/row", quoted(13)));
    CHECK(fault_with("/rows/1/row", quoted(14)) == "rows[1].row"); // 14 + "-10" is 17
    const auto overlapping = with("/rows/1", R"({"row":"A","from":3,"to":5,"category":"S"})");
    CHECK(fault_in(overlapping) == "rows[1].row");
}

TEST_CASE("single seats can be, once each, of a category that there is") {
    CHECK(fault_with("/seats/0/category", "\"VIP\"") == "seats[0].category");
    CHECK(fault_with("/seats/0/seatNumber", "\"\"") == "seats[0].seatNumber");
    CHECK(fault_with("/seats/0/seatNumber", "\"BOX 1\"") == "seats[0].seatNumber");
    CHECK(taken("/seats/0/seatNumber", quoted(16)));
    CHECK(fault_with("/seats/0/seatNumber", quoted(17)) == "seats[0].seatNumber");
    CHECK(fault_with("/seats/0/seatNumber", "\"A-2\"") == "seats[0].seatNumber");
}

TEST_CASE("a date has at most so many seats, and a file at most so many places") {
    const auto rows = [](int last) {
        return with("/rows", fmt::format(R"([{{"row":"A","from":1,"to":25000,"category":"R"}},
            {{"row":"B","from":1,"to":{},"category":"S"}}])",
                                         last));
    };
    CHECK(parse_catalogue(rows(24'999), "KRW", limits).has_value()); // with BOX-1
    CHECK(fault_in(rows(25'000)) == "rows[1].to");
    auto few = limits;
    few.max_seats_per_date = 6;
    few.max_places = 12;
    few.max_dates = 2;
    CHECK(parse_catalogue(good, "KRW", few).has_value());
    const auto fault = [](const ReservationSettings& held_against) {
        const auto parsed = parse_catalogue(good, "KRW", held_against);
        REQUIRE(parsed.has_error());
        return parsed.error().field + " " + parsed.error().detail;
    };
    few.max_places = 11;
    CHECK(fault(few).find("dates times 6 seats make 12 places") == 0);
    CHECK(fault(few).find("reservation.max_places") != std::string::npos);
    few = limits;
    few.max_seats_per_date = 5;
    CHECK(fault(few).find("rows[1].to") == 0);
    CHECK(fault(few).find("reservation.max_seats_per_date") != std::string::npos);
    few.max_seats_per_date = 0;
    CHECK(fault(few).find("seats ") == 0);
    few = limits;
    few.max_dates = 1;
    CHECK(fault(few).find("reservation.max_dates") != std::string::npos);
}

TEST_CASE("what asks for too much is refused before any seat of it is made") {
    // The second row's name cannot be a seat number, and its category is unknown: nobody looks.
    CHECK(fault_with("/rows", R"([{"row":"A B","from":1,"to":99999,"category":"none"}])") ==
          "rows[0].to");
    CHECK(fault_with("/rows", R"([{"row":"A B","from":1,"to":1000000000,"category":"none"}])") ==
          "rows[0].to");
    std::string dates;
    for (int i = 0; i < 40; ++i) {
        dates +=
            fmt::format("{}\"2027-01-{:02}T{:02}:00\"", i == 0 ? "[" : ",", 1 + i % 20, i / 20);
    }
    auto document = json::parse(with("/dates", dates + "]"));
    document.at("rows") = json::parse(R"([{"row":"A B","from":1,"to":49000,"category":"none"}])");
    CHECK(fault_in(json::serialize(document)) == "dates");
}

TEST_CASE("a concert's own settings for its line have their ranges") {
    const auto check = [](const std::string& name, std::int64_t least, std::int64_t most) {
        CAPTURE(name);
        const auto path = "/queue/" + name;
        CHECK(taken(path, std::to_string(least)));
        CHECK(taken(path, std::to_string(most)));
        CHECK(fault_with(path, std::to_string(least - 1)) == "queue." + name);
        CHECK(fault_with(path, std::to_string(most + 1)) == "queue." + name);
    };
    check("maxActive", 1, 1'000'000);
    check("admissionsPerMinute", 0, 60'000);
    check("entryWindowSeconds", 1, 86'400);
    check("sessionSeconds", 1, 86'400);
    check("abandonAfterSeconds", 1, 86'400);
    check("pollAfterSeconds", 1, 30);
    const auto parsed = parse_catalogue(
        with("/queue", R"({"entryWindowSeconds":3,"sessionSeconds":4,"abandonAfterSeconds":5,
                           "pollAfterSeconds":6})"),
        "KRW", limits);
    REQUIRE(parsed.has_value());
    CHECK(parsed->info.queue == queue::LineOverrides{{"entryWindowSeconds", 3},
                                                     {"sessionSeconds", 4},
                                                     {"abandonAfterSeconds", 5},
                                                     {"pollAfterSeconds", 6}});
}

TEST_CASE("what is not JSON, or says something twice, is refused with its place") {
    const auto broken = parse_catalogue("{\n\"concertId\": \"x\",\n}", "KRW", limits);
    REQUIRE(broken.has_error());
    CHECK(broken.error().detail.find("line 3") != std::string::npos);
    CHECK(fault_in(R"({"rows":[{"row":"A","row":"B"}]})") == "rows[0].row");
}

namespace {

/// ASCII in an encoding of `width` bytes a character.
std::string widened(std::string_view text, std::size_t width, bool big_end) {
    std::string wide;
    for (const char c : text) {
        const std::string zeros(width - 1, '\0');
        wide += big_end ? zeros + c : c + zeros;
    }
    return wide;
}

std::string detail_of(const std::string& text) {
    const auto parsed = parse_catalogue(text, "KRW", limits);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().field.empty());
    return parsed.error().detail;
}

bool says(const std::string& text, std::string_view words) {
    return detail_of(text).find(words) != std::string::npos;
}

} // namespace

TEST_CASE("a byte order mark is skipped, and another encoding than UTF-8 is named") {
    using namespace std::string_literals;
    CHECK(parse_catalogue("\xef\xbb\xbf"s + good, "KRW", limits).has_value());
    for (const bool big_end : {false, true}) {
        const auto two = widened(good, 2, big_end);
        const auto four = widened(good, 4, big_end);
        CHECK(says((big_end ? "\xfe\xff"s : "\xff\xfe"s) + two, "UTF-16"));
        CHECK(says(two, "UTF-16"));
        CHECK(says((big_end ? "\0\0\xfe\xff"s : "\xff\xfe\0\0"s) + four, "UTF-32"));
        CHECK(says(four, "UTF-32"));
    }
    CHECK(says("{\n\"title\":\n\"Caf\xe9\"}", "line 3"));
    CHECK(says("{\n\"title\":\n\"Caf\xe9\"}", "Latin-1"));
    CHECK(says("{\"title\":\"\xed\xa0\x80\"}", "line 1")); // a surrogate
    CHECK(taken("/title", "\"겨울 갈라 😀\""));
    CHECK(says("", "line 1"));
    CHECK(says("\xc3", "line 1"));
}
