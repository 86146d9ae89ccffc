// SPDX-License-Identifier: MIT
// Reading the fields of one object: each once, and whatever is not as it should be is named.
#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "base/json.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
namespace json = boost::json;

namespace {

constexpr auto least = std::numeric_limits<std::int64_t>::min();
constexpr auto most = std::numeric_limits<std::int64_t>::max();

json::value parsed(std::string_view text) {
    auto value = parse_json(text);
    REQUIRE(value.has_value());
    return *value;
}

struct Number {
    std::int64_t value;
    std::optional<JsonFault> fault;
};

/// Reads `{"n":…}` as a whole number.
Number number(std::string_view text, std::int64_t from = least, std::int64_t to = most) {
    const auto value = parsed("{\"n\":" + std::string{text} + "}");
    FieldReader fields{value, ""};
    const auto n = fields.integer("n", from, to);
    return {n, fields.finish()};
}

void check_refused(std::string_view text, std::int64_t from = least, std::int64_t to = most) {
    CAPTURE(text);
    const auto read = number(text, from, to);
    REQUIRE(read.fault);
    CHECK(read.fault->field == "n");
    CHECK_FALSE(read.fault->detail.empty());
    CHECK(read.value == 0);
}

} // namespace

TEST_CASE("fields of every kind are read") {
    const auto value = parsed(R"({"t":"x","n":7,"ts":["a","b"],"as":[1],"any":{"k":1}})");
    FieldReader fields{value, ""};
    CHECK(fields.has("t"));
    CHECK_FALSE(fields.has("u"));
    CHECK(fields.text("t") == "x");
    CHECK(fields.integer("n", 0, 10) == 7);
    CHECK(fields.texts("ts") == std::vector<std::string>{"a", "b"});
    CHECK(fields.array("as").size() == 1);
    CHECK(fields.any("any").is_object());
    CHECK_FALSE(fields.optional_integer("none", 0, 1));
    CHECK_FALSE(fields.finish());
}

TEST_CASE("a field that nobody read is refused by its name") {
    const auto value = parsed(R"({"a":"x","userID":"y"})");
    FieldReader fields{value, ""};
    static_cast<void>(fields.text("a"));
    const auto fault = fields.finish();
    REQUIRE(fault);
    CHECK(fault->field == "userID");
    CHECK(fault->detail == "is not a known field");
}

TEST_CASE("looking whether a field is there is not reading it") {
    const auto value = parsed(R"({"a":"x"})");
    FieldReader fields{value, ""};
    CHECK(fields.has("a"));
    REQUIRE(fields.finish());
    CHECK(fields.finish()->field == "a");
}

TEST_CASE("a missing field is refused by its name, whatever its type") {
    const auto value = parsed("{}");
    const auto check = [&](auto read) {
        FieldReader fields{value, "rows[2]"};
        read(fields);
        const auto fault = fields.finish();
        REQUIRE(fault);
        CHECK(fault->field == "rows[2].a");
        CHECK(fault->detail == "is missing");
    };
    check([](FieldReader& fields) { CHECK(fields.text("a").empty()); });
    check([](FieldReader& fields) { CHECK(fields.integer("a", 1, 2) == 0); });
    check([](FieldReader& fields) { CHECK(fields.texts("a").empty()); });
    check([](FieldReader& fields) { CHECK(fields.array("a").empty()); });
    check([](FieldReader& fields) { CHECK(fields.any("a").is_null()); });
}

TEST_CASE("null is not the same as missing") {
    const auto value = parsed(R"({"a":null})");
    FieldReader fields{value, ""};
    static_cast<void>(fields.optional_integer("a", 0, 1));
    REQUIRE(fields.finish());
    CHECK(fields.finish()->detail == "must be a whole number");
}

TEST_CASE("a wrong type is refused by the field's name") {
    for (const auto* text : {"null", "true", "1", "1.5", "[]", "{}"}) {
        CAPTURE(text);
        const auto value = parsed("{\"a\":" + std::string{text} + "}");
        FieldReader fields{value, ""};
        CHECK(fields.text("a").empty());
        REQUIRE(fields.finish());
        CHECK(fields.finish()->field == "a");
        CHECK(fields.finish()->detail == "must be a string");
    }
    for (const auto* text : {"null", "true", "1", "\"x\"", "{}"}) {
        CAPTURE(text);
        const auto value = parsed("{\"a\":" + std::string{text} + "}");
        FieldReader fields{value, ""};
        CHECK(fields.texts("a").empty());
        REQUIRE(fields.finish());
        CHECK(fields.finish()->detail == "must be an array");
    }
    for (const auto* text : {"null", "true", "\"1\"", "[]", "[1]", "{}"}) {
        check_refused(text);
    }
}

TEST_CASE("an element of a wrong type is refused by its place") {
    const auto value = parsed(R"({"a":["x",1,2]})");
    FieldReader fields{value, "top"};
    CHECK(fields.texts("a").empty());
    REQUIRE(fields.finish());
    CHECK(fields.finish()->field == "top.a[1]");
}

TEST_CASE("elements are counted before any of them is looked at") {
    const auto value = json::parse(R"({"a":["1","2",3]})");
    FieldReader two{value, ""};
    CHECK(two.texts("a", 2).empty());
    CHECK(two.finish()->detail == "must have at most 2 elements");
    FieldReader three{value, ""};
    CHECK(three.texts("a", 3).empty());
    CHECK(three.finish()->field == "a[2]");
}

TEST_CASE("whole numbers are taken up to the ends of 64 bits") {
    CHECK(number("0").value == 0);
    CHECK(number("-0").value == 0);
    CHECK(number("9223372036854775807").value == most);
    CHECK(number("-9223372036854775808").value == least);
    CHECK_FALSE(number("9223372036854775807").fault);
    CHECK_FALSE(number("-9223372036854775808").fault);
}

TEST_CASE("a number with a fraction or an exponent is no whole number") {
    for (const auto* text : {"1.0", "1.5", "0.0", "-0.0", "1e3", "1E3", "1e0", "10e-1", "1e400"}) {
        check_refused(text);
    }
}

TEST_CASE("a number beyond 64 bits is refused") {
    for (const auto* text : {"9223372036854775808", "18446744073709551615", "18446744073709551616",
                             "-9223372036854775809", "100000000000000000000000"}) {
        check_refused(text);
    }
}

TEST_CASE("a number outside its range is refused, its ends are taken") {
    CHECK(number("1", 1, 10).value == 1);
    CHECK(number("10", 1, 10).value == 10);
    CHECK_FALSE(number("10", 1, 10).fault);
    check_refused("0", 1, 10);
    check_refused("11", 1, 10);
    check_refused("-1", 0, 10);
    CHECK(number("11", 1, 10).fault->detail == "must be from 1 to 10");
}

TEST_CASE("an optional number is judged where it is there") {
    const auto value = parsed(R"({"n":11})");
    FieldReader fields{value, ""};
    static_cast<void>(fields.optional_integer("n", 1, 10));
    REQUIRE(fields.finish());
    CHECK(fields.finish()->field == "n");
}

TEST_CASE("the first fault is the one that is told") {
    const auto value = parsed(R"({"a":1,"b":2,"c":3})");
    FieldReader fields{value, ""};
    static_cast<void>(fields.text("a"));
    fields.fail("b", "is wrong");
    static_cast<void>(fields.text("z"));
    REQUIRE(fields.finish());
    CHECK(fields.finish()->field == "a");
}

TEST_CASE("what is no object is refused whole and reads as nothing") {
    for (const auto* text : {"[]", "null", "1", "\"x\"", "[{\"a\":1}]"}) {
        CAPTURE(text);
        const auto value = parsed(text);
        FieldReader fields{value, "queue"};
        CHECK_FALSE(fields.has("a"));
        CHECK(fields.text("a").empty());
        CHECK(fields.integer("a", 1, 2) == 0);
        CHECK(fields.any("a").is_null());
        REQUIRE(fields.finish());
        CHECK(fields.finish()->field == "queue");
        CHECK(fields.finish()->detail == "must be a JSON object");
    }
}

TEST_CASE("a path leads from the top to the field") {
    const auto value = parsed("{}");
    CHECK(FieldReader{value, ""}.path_of("a") == "a");
    CHECK(FieldReader{value, "rows[2]"}.path_of("from") == "rows[2].from");
}
