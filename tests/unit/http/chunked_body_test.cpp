// SPDX-License-Identifier: MIT
#include "http/wire/chunked_body.hpp"

#include <string>

#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::http::wire;

namespace {

constexpr ChunkedBody::Limits limits{.body_bytes_max = 100,
                                     .header = {.bytes_max = 64, .fields_max = 3}};

/// What a decoder makes of some bytes.
struct Outcome {
    std::string body;
    std::string left; ///< what lies behind the last CR LF
    bool complete = false;
    std::string_view refusal;

    bool operator==(const Outcome&) const = default;
};

/// Decodes `text` given in pieces that end at `cut`, and then have `step` bytes.
Outcome decode(const std::string& text, std::size_t cut, std::size_t step) {
    ChunkedBody chunks{limits};
    Outcome outcome;
    for (std::size_t at = 0, end = cut; at < text.size(); at = end, end += step) {
        end = std::min(end, text.size());
        std::string piece = text.substr(at, end - at);
        const auto progress = chunks.decode(piece);
        if (!progress) {
            outcome.refusal = progress.error().code;
            return outcome;
        }
        outcome.body += piece.substr(0, progress->decoded);
        outcome.left += piece.substr(progress->taken);
        CHECK((progress->taken == piece.size() || chunks.complete()));
    }
    outcome.complete = chunks.complete();
    return outcome;
}

/// The same however the bytes come: whole, byte by byte, cut at every place.
Outcome decoded(const std::string& text) {
    const Outcome whole = decode(text, text.size(), 1);
    CHECK(decode(text, 1, 1).refusal == whole.refusal);
    CHECK(decode(text, 1, 1).left == whole.left);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        const Outcome other = decode(text, cut, text.size() + 1);
        CAPTURE(text, cut);
        CHECK(other.complete == whole.complete);
        CHECK(other.refusal == whole.refusal);
        if (whole.refusal.empty()) {
            CHECK(other == whole);
        }
    }
    return whole;
}

Outcome body(std::string text) {
    return {.body = std::move(text), .left = {}, .complete = true, .refusal = {}};
}

} // namespace

TEST_CASE("a chunked body is its chunks in a row", "[http][chunked]") {
    CHECK(decoded("5\r\nhello\r\n0\r\n\r\n") == body("hello"));
    CHECK(decoded("1\r\nh\r\n4\r\nello\r\n0\r\n\r\n") == body("hello"));
    CHECK(decoded("0\r\n\r\n") == body(""));
    CHECK(decoded("0000000000000000\r\n\r\n") == body(""));
    CHECK(decoded("00000000000000aB\r\n").refusal == "body-too-large");
    CHECK(decoded("A\r\n0123456789\r\n000b\r\n0123456789a\r\n0\r\n\r\n") ==
          body("01234567890123456789a"));
    CHECK(decoded("4\r\n\r\n0\r\r\n0\r\n\r\n") == body("\r\n0\r"));
    using namespace std::string_literals;
    CHECK(decoded("3\r\n\0\xff\n\r\n0\r\n\r\n"s) == body("\0\xff\n"s));
}

TEST_CASE("what follows a chunked body is left alone", "[http][chunked]") {
    const Outcome outcome = decoded("2\r\n{}\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n");
    CHECK(outcome.body == "{}");
    CHECK(outcome.left == "GET / HTTP/1.1\r\n\r\n");
    CHECK(decoded("0\r\n\r\n\r\n").left == "\r\n");
}

TEST_CASE("a chunked body that is cut off is not complete", "[http][chunked]") {
    const std::string whole = "2;a=b\r\n{}\r\n0;c\r\nT: r\r\n\r\n";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const Outcome outcome = decoded(whole.substr(0, length));
        CAPTURE(length);
        CHECK_FALSE(outcome.complete);
        CHECK(outcome.refusal.empty());
    }
    CHECK(decoded(whole) == body("{}"));
}

TEST_CASE("extensions and trailers are dropped", "[http][chunked]") {
    CHECK(decoded("2;name\r\n{}\r\n0;a=\"b;c\"\r\n\r\n") == body("{}"));
    CHECK(decoded("2; a = b ;c\t=\xc3\xa9\r\n{}\r\n0\r\n\r\n") == body("{}"));
    CHECK(decoded("2\r\n{}\r\n0\r\nAuthorization: Bearer op_x\r\nContent-Length: 9\r\n\r\n") ==
          body("{}"));
    CHECK(decoded("0\r\nA:\r\nB: \xc3\xa9\t \r\n\r\n") == body(""));
}

TEST_CASE("the size of a chunk is 1 to 16 hexadecimal digits", "[http][chunked]") {
    const auto* const size =
        GENERATE("", "+2", "-2", " 2", "2 ", "\t2", "2\t", "0x2", "2x", "g", "2h", "2,2", "2.0",
                 "_2", "2_", "10000000000000000", "00000000000000002", "11111111111111111",
                 "ffffffffffffffffffffffffffffffff", "2 ;a", "\x7f", "\xb2", "2\x0b", "2\xa0");
    CAPTURE(size);
    CHECK(decoded(size + std::string{"\r\n{}\r\n0\r\n\r\n"}).refusal == "malformed-request");
    CHECK(decoded("2\r\n{}\r\n" + std::string{size} + "\r\n\r\n").refusal == "malformed-request");
    CHECK(decoded(std::string{"\0"
                              "2\r\n",
                              4})
              .refusal == "malformed-request");
}

TEST_CASE("every line of a chunked body ends in CR LF", "[http][chunked]") {
    const auto* const text = GENERATE(
        "2\n{}\r\n0\r\n\r\n", "2\r{}\r\n0\r\n\r\n", "2\r\n{}\n0\r\n\r\n", "2\r\n{}\r0\r\n\r\n",
        "2\r\n{}0\r\n\r\n", "2\r\n{}x\r\n0\r\n\r\n", "2\r\n{}\r\n0\n\r\n", "2\r\n{}\r\n0\r\n\n",
        "2\r\n{}\r\n0\r\n\rx", "2\r\n{}\r\n0\r\r\n\r\n", "2;a\n{}\r\n0\r\n\r\n",
        "2;a\rb\r\n{}\r\n0\r\n\r\n", "0\r\nA: b\n\r\n", "0\r\nA: b\rC: d\r\n\r\n",
        "\r\n2\r\n{}\r\n0\r\n\r\n", "2\r\n{}\r\n\r\n0\r\n\r\n");
    CAPTURE(text);
    CHECK(decoded(text).refusal == "malformed-request");
}

TEST_CASE("extensions and trailers have the form of lines", "[http][chunked]") {
    const auto* const text =
        GENERATE("2;a\x01\r\n{}\r\n", "2;\x7f\r\n{}\r\n", "0\r\nno colon\r\n\r\n",
                 "0\r\n: no name\r\n\r\n", "0\r\nA : b\r\n\r\n", "0\r\n folded\r\n\r\n",
                 "0\r\nA: b\r\n folded\r\n\r\n", "0\r\nA: \x01\r\n\r\n", "0\r\nA(: b\r\n\r\n");
    CAPTURE(text);
    CHECK(decoded(text).refusal == "malformed-request");
}

TEST_CASE("a chunked body is refused as soon as a size leads over the limit", "[http][chunked]") {
    const std::string all(limits.body_bytes_max, 'x');
    CHECK(decoded("64\r\n" + all + "\r\n0\r\n\r\n") == body(all));
    CHECK(decoded("60\r\n" + all.substr(4) + "\r\n4\r\nxxxx\r\n0\r\n\r\n") == body(all));
    CHECK(decoded("60\r\n" + all.substr(4) + "\r\n5\r").refusal == "body-too-large");
    CHECK(decoded("65\r").refusal == "body-too-large");
    CHECK(decoded("65;").refusal == "body-too-large");
    CHECK(decoded("FFFFFFFFFFFFFFFF\r").refusal == "body-too-large");
    CHECK(decoded("1\r\nx\r\nFFFFFFFFFFFFFFFF\r").refusal == "body-too-large");
    CHECK(decoded("8000000000000000\r").refusal == "body-too-large");
}

TEST_CASE("extensions and trailers have one limit over the whole body", "[http][chunked]") {
    const std::size_t most = limits.header.bytes_max;
    const std::string half(most / 2 - 1, 'a'); // with its semicolon half of what is allowed
    const std::string twice = "1;" + half + "\r\nx\r\n0;" + half + "\r\n";
    CHECK(decoded(twice + "\r\n") == body("x"));
    CHECK(decoded(twice + "A: b\r\n\r\n").refusal == "header-too-large");
    CHECK(decoded("1;" + half + "\r\nx\r\n1;" + half + "a").refusal == "header-too-large");
    CHECK(decoded("0\r\nA:" + std::string(most - 4, 'b') + "\r\n\r\n") == body(""));
    CHECK(decoded("0\r\nA:" + std::string(most - 3, 'b') + "\r\n\r\n").refusal ==
          "header-too-large");
    CHECK(decoded("0\r\nA:\r\nB:\r\nC:\r\n\r\n") == body(""));
    CHECK(decoded("0\r\nA:\r\nB:\r\nC:\r\nD").refusal == "header-too-large");
}
