// SPDX-License-Identifier: MIT
// What parse_json takes and refuses, and how JSON is written.
#include "base/json.hpp"

#include <array>
#include <initializer_list>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "support/catch.hpp"

using namespace stagedoor;
namespace json = boost::json;

namespace {

JsonFault fault_of(std::string_view text) {
    CAPTURE(text);
    const auto parsed = parse_json(text);
    REQUIRE(parsed.has_error());
    CHECK_FALSE(parsed.error().detail.empty());
    return parsed.error();
}

std::string canonical(std::string_view text) {
    const auto parsed = parse_json(text);
    REQUIRE(parsed.has_value());
    return canonical_json(*parsed);
}

std::string nested(std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
}

} // namespace

TEST_CASE("any one JSON value is taken") {
    for (const auto* text : {"{}", "[]", "null", "true", "0", "-1", "1.5", "\"a\"", " {} ",
                             "\n[1,\n2]\n", R"({"a":[{"b":null}]})", R"("\u0041\ud83d\ude00")"}) {
        CAPTURE(text);
        const auto parsed = parse_json(text);
        REQUIRE(parsed.has_value());
        CHECK(*parsed == json::parse(text));
    }
}

TEST_CASE("long strings and keys that arrive in parts are whole") {
    const std::string longer(5000, 'x');
    const auto text = "{\"" + longer + "\\n1\":\"" + longer + "\\n\",\"" + longer + "\\n2\":1}";
    const auto parsed = parse_json(text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->as_object().at(longer + "\n1").as_string() == longer + "\n");
    CHECK(parsed->as_object().at(longer + "\n2").as_int64() == 1);
}

TEST_CASE("an object has at most 64 keys, so that no choice of them is dear to compare") {
    std::string keys;
    for (int key = 0; key < 64; ++key) {
        keys += (key == 0 ? "\"" : ",\"") + std::to_string(key) + "\":0";
    }
    CHECK(parse_json("{" + keys + "}").has_value());
    CHECK(parse_json("[{" + keys + "},{" + keys + "}]").has_value());
    CHECK(fault_of("{" + keys + R"(,"more":0})").field == "more");
    CHECK(fault_of(R"({"a":{)" + keys + R"(,"more":0}})").field == "a.more");
    CHECK(fault_of("{" + keys + R"(,"more":0, this is never read)").field == "more");
}

TEST_CASE("a duplicate key is refused with its path, however deep") {
    CHECK(fault_of(R"({"a":1,"a":2})").field == "a");
    CHECK(fault_of(R"({"a":1,"b":2,"a":1})").field == "a");
    CHECK(fault_of(R"({"a":{"b":1,"b":1}})").field == "a.b");
    CHECK(fault_of(R"({"rows":[{"row":"A"},{"row":"B","row":"C"}]})").field == "rows[1].row");
    CHECK(fault_of(R"([[0,{"x":1}],[1,2,{"x":1,"x":1}]])").field == "[1][2].x");
    CHECK(fault_of(R"({"a":[1,"two",null,true,2.5,{},[],{"k":0,"k":0}]})").field == "a[7].k");
}

TEST_CASE("an empty key that is there twice is told as such") {
    CHECK(fault_of(R"({"":1,"":2})").detail.find("twice") != std::string::npos);
}

TEST_CASE("a key that is the same once its escapes are read is a duplicate") {
    CHECK(fault_of(R"({"ab":1,"\u0061b":2})").field == "ab");
    CHECK(fault_of(R"({"a\nb":1,"a\u000ab":2})").field == "a\nb");
}

TEST_CASE("the same key in different objects is none") {
    for (const auto* text : {R"({"a":{"a":{"a":1}}})", R"([{"a":1},{"a":1}])",
                             R"({"a":1,"A":2,"a ":3})", R"({"x":{"a":1},"y":{"a":1}})"}) {
        CAPTURE(text);
        CHECK(parse_json(text).has_value());
    }
}

TEST_CASE("what is not JSON is refused with the line") {
    CHECK(fault_of("{\n\"a\": 1,\n}").detail.find("line 3") != std::string::npos);
    CHECK(fault_of("{\"a\"").field.empty());
    for (const auto* text : {"",
                             " ",
                             "{",
                             "[",
                             "[1,]",
                             "{\"a\":1,}",
                             "{a:1}",
                             "{'a':1}",
                             "{\"a\" 1}",
                             "nul",
                             "tru",
                             "NaN",
                             "Infinity",
                             "-",
                             "+1",
                             "01",
                             "1.",
                             ".5",
                             "1e",
                             "0x10",
                             "\"a",
                             "\"\t\"",
                             "\"\\x\"",
                             "\"\\u12\"",
                             "\"\\ud800\"",
                             "// c\n1",
                             "/* c */ 1",
                             "[1 2]",
                             "\xef\xbb\xbf{}"}) {
        fault_of(text);
    }
}

TEST_CASE("what follows the value is refused") {
    CHECK(fault_of("{} {}").detail.find("follows") != std::string::npos);
    CHECK(fault_of("{}\n\nx").detail.find("line 3") != std::string::npos);
    fault_of("1 2");
    fault_of("{},");
    fault_of(std::string_view{"{}\0", 3});
}

TEST_CASE("bad UTF-8 is refused in strings and keys") {
    for (const auto* bytes :
         {"\xff", "\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
          "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82"}) {
        fault_of(std::string{"\""} + bytes + "\"");
        fault_of(std::string{"{\""} + bytes + "\":1}");
    }
    CHECK(parse_json("\"좌석 é 😀\"").has_value());
}

TEST_CASE("32 levels are taken and no more") {
    CHECK(parse_json(nested(32)).has_value());
    fault_of(nested(33));
    fault_of(nested(100'000));
    std::string objects = "1";
    for (int level = 0; level < 33; ++level) {
        objects = "{\"a\":" + objects + "}";
    }
    fault_of(objects);
}

TEST_CASE("equal JSON has one canonical form") {
    CHECK(canonical(R"( { "b" : 1 , "a" : [ 2 , { "d" : null , "c" : "x" } ] } )") ==
          R"({"a":[2,{"c":"x","d":null}],"b":1})");
    CHECK(canonical(R"({"a":1,"b":2})") == canonical(R"({"b":2,"a":1})"));
    CHECK(canonical(R"({"\u0061":"\u0041"})") == canonical(R"({"a":"A"})"));
    CHECK(canonical("[]") == "[]");
    CHECK(canonical("{}") == "{}");
    CHECK(canonical("[true,false,null,-3]") == "[true,false,null,-3]");
}

TEST_CASE("different JSON has different canonical forms") {
    CHECK(canonical("[1,2]") != canonical("[2,1]"));
    CHECK(canonical(R"({"a":1})") != canonical(R"({"a":"1"})"));
    CHECK(canonical(R"({"a":1})") != canonical(R"({"a":null})"));
    CHECK(canonical(R"({"a":{"b":1}})") != canonical(R"({"a":{},"b":1})"));
    CHECK(canonical(R"(["a","b"])") != canonical(R"(["a\",\"b"])"));
}

TEST_CASE("text is written as a JSON string that reads back") {
    std::string out = "x";
    append_json_string(out, "a\"b\\c");
    CHECK(out == R"(x"a\"b\\c")");
    std::string control = "";
    append_json_string(control, std::string_view{"\0\x01\n\x1f\x7f", 5});
    CHECK(control == "\"\\u0000\\u0001\\u000a\\u001f\x7f\"");

    std::string every;
    for (char c = 0x01; c < 0x7f; ++c) {
        every += c;
    }
    every += "좌석 é 😀";
    std::string written;
    append_json_string(written, every);
    CHECK(json::parse(written).as_string() == every);
}

TEST_CASE("every character is one sequence of UTF-8, and nothing else is any") {
    const auto length = [](std::initializer_list<unsigned> bytes) {
        std::string text;
        for (const auto byte : bytes) {
            text += static_cast<char>(byte);
        }
        return utf8_sequence_length(text);
    };
    std::array<std::size_t, 5> found{}; // by length; of four bytes the last two are all alike
    for (unsigned a = 0; a < 0x100; ++a) {
        ++found.at(length({a}));
        for (unsigned b = 0; b < 0x100; ++b) {
            found[2] += length({a, b}) == 2 ? 1 : 0;
            found[4] += length({a, b, 0x80, 0xbf}) == 4 ? 1 : 0;
            for (unsigned c = 0; c < 0x100; ++c) {
                found[3] += length({a, b, c}) == 3 ? 1 : 0;
            }
        }
    }
    CHECK(found[1] == 0x80);
    CHECK(found[2] == 0x800 - 0x80);
    CHECK(found[3] == 0x10000 - 0x800 - 0x800); // without the surrogates
    CHECK(found[4] == (0x110000 - 0x10000) >> 12U);
    CHECK(length({0xf0, 0x9f, 0x8e, 0x7f}) == 0);
    CHECK(length({0xf0, 0x9f, 0xc0, 0x80}) == 0);
    CHECK(length({0xf0, 0x9f, 0x8e}) == 0);
    CHECK(length({0xea, 0xb0, 0x80, 'x'}) == 3);
}
