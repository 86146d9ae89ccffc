// SPDX-License-Identifier: MIT
#include "http/wire/request_parser.hpp"

#include <optional>
#include <string>

#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::http::wire;

namespace {

constexpr HeaderLimits limits{.bytes_max = 1024, .fields_max = 10};

/// The code with which a whole block is refused, by the scan or by the parser; empty where it is
/// accepted.
std::string refusal_of(std::string_view block) {
    HeaderScan scan;
    const auto size = scan.advance(block, limits);
    if (!size) {
        return std::string{size.error().code};
    }
    if (*size == 0) {
        return "incomplete";
    }
    const auto head = parse_head(block.substr(0, *size));
    return head ? std::string{} : std::string{head.error().code};
}

std::string with_fields(const std::string& fields) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

RequestHead accepted(const std::string& block) {
    REQUIRE(refusal_of(block).empty());
    return *parse_head(block);
}

} // namespace

TEST_CASE("a request head is read into views", "[http][parser]") {
    const std::string block =
        "POST /a/b?c=d&e HTTP/1.1\r\nHost: example.org:8080\r\nauthorization: bEARER  qt_1 \r\n"
        "Content-Type: application/json; charset=utf-8\r\nContent-Length: 12\r\n"
        "IDEMPOTENCY-KEY: k 1\r\nIf-None-Match: \"x\", W/\"y\"\r\nX-Other:\r\n\r\n";
    const RequestHead head = accepted(block);
    CHECK(head.method == Method::post);
    CHECK(head.path == "/a/b");
    CHECK(head.query == "c=d&e");
    CHECK(head.content_length == 12);
    CHECK(head.bearer == std::string_view{"qt_1"});
    CHECK(head.idempotency_key == std::string_view{"k 1"});
    CHECK(head.if_none_match == std::string_view{"\"x\", W/\"y\""});
    CHECK(head.content_type == std::string_view{"application/json; charset=utf-8"});
    CHECK(head.keep_alive);
    CHECK_FALSE(head.expects_continue);
    CHECK(head.path.data() == block.data() + 5);
}

TEST_CASE("every method of the contract is known", "[http][parser]") {
    const auto method = GENERATE(Method::get, Method::head, Method::post, Method::put,
                                 Method::patch, Method::delete_, Method::options);
    CHECK(accepted(std::string{to_string(method)} + " / HTTP/1.1\r\nHost: a\r\n\r\n").method ==
          method);
}

TEST_CASE("other methods are not implemented", "[http][parser]") {
    const std::string method = GENERATE("TRACE", "CONNECT", "PROPFIND", "get", "FOO");
    CHECK(refusal_of(method + " / HTTP/1.1\r\nHost: a\r\n\r\n") == "not-implemented");
    CHECK(refusal_of("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n") == "not-implemented");
}

TEST_CASE("request targets in their forms", "[http][parser]") {
    const auto target = [](const std::string& text, const std::string& method = "GET") {
        return method + " " + text + " HTTP/1.1\r\nHost: a\r\n\r\n";
    };
    CHECK(accepted(target("http://b.example:80/x?y")).path == "/x");
    CHECK(accepted(target("http://b.example:80/x?y")).query == "y");
    CHECK(accepted(target("HTTPS://[::1]/x")).path == "/x");
    CHECK(accepted(target("http://b")).path == "/");
    CHECK(accepted(target("http://b?q")).query == "q");
    CHECK(accepted(target("http://b", "OPTIONS")).path == "*");
    CHECK(accepted(target("*", "OPTIONS")).path == "*");
    CHECK(accepted(target("/?")).query.empty());
    CHECK(accepted(target("/a?b?c")).query == "b?c");
    CHECK(accepted(target("//x")).path == "//x");

    const auto* const bad = GENERATE("*", "a", "a/b", "http:/a", "http://", "http:///a",
                                     "http://u@b/", "http://b:x/", "ftp://a/b", "/a#b", "/a\"b",
                                     "/<", "/\xc3\xa9", "/\x7f", "/a\tb", "?a", "http://b:123456/");
    CAPTURE(bad);
    CHECK(refusal_of(target(bad)) == "malformed-request");
}

TEST_CASE("request lines that are none", "[http][parser]") {
    const auto* const line =
        GENERATE("GET /", "GET  / HTTP/1.1", "GET /  HTTP/1.1", " GET / HTTP/1.1",
                 "GET / HTTP/1.1 ", "GET / http/1.1", "GET / HTTP/1", "GET / HTTP/1.1x",
                 "GET / HTTP/11", "GET\t/ HTTP/1.1", "GET / a HTTP/1.1", "GET HTTP/1.1",
                 "/ HTTP/1.1", "G@T / HTTP/1.1", "GET / HTTP/x.1", "GET / HTTP/ 1.1", "GET", "");
    CAPTURE(line);
    CHECK(refusal_of(std::string{line} + "\r\nHost: a\r\n\r\n") == "malformed-request");
}

TEST_CASE("other versions of HTTP are refused as such", "[http][parser]") {
    const auto* const version =
        GENERATE("HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0", "HTTP/9.9");
    CAPTURE(version);
    CHECK(refusal_of(std::string{"GET / "} + version + "\r\nHost: a\r\n\r\n") ==
          "version-not-supported");
    CHECK(refusal_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == "version-not-supported");
}

TEST_CASE("HTTP/1.0 needs no Host and closes unless asked to stay", "[http][parser]") {
    const RequestHead plain = accepted("GET / HTTP/1.0\r\n\r\n");
    CHECK(plain.http_1_0);
    CHECK_FALSE(plain.keep_alive);
    CHECK(accepted("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
    CHECK_FALSE(accepted("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expects_continue);
    CHECK(refusal_of("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n") == "malformed-request");
    CHECK(refusal_of("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") ==
          "malformed-request");
}

TEST_CASE("HTTP/1.1 stays unless told to close", "[http][parser]") {
    CHECK(accepted(with_fields("")).keep_alive);
    CHECK_FALSE(accepted(with_fields("Connection: CLOSE\r\n")).keep_alive);
    CHECK_FALSE(accepted(with_fields("Connection: foo, close\r\n")).keep_alive);
    CHECK_FALSE(
        accepted(with_fields("Connection: keep-alive\r\nConnection: close\r\n")).keep_alive);
}

TEST_CASE("Host must be there once and be a host", "[http][parser]") {
    CHECK(refusal_of("GET / HTTP/1.1\r\n\r\n") == "malformed-request");
    CHECK(refusal_of("GET http://a/ HTTP/1.1\r\n\r\n") == "malformed-request");
    CHECK(refusal_of(with_fields("Host: a\r\n")) == "malformed-request");
    CHECK(refusal_of(with_fields("hOST: b\r\n")) == "malformed-request");
    const auto* const bad = GENERATE("", "a b", "a/b", "a:b", "a:1:2", ":80", "u@a", "[::1", "[]",
                                     "[::1]x", "a\\b", "a:123456", "h\xc3\xa9");
    CAPTURE(bad);
    CHECK(refusal_of(std::string{"GET / HTTP/1.1\r\nHost: "} + bad + "\r\n\r\n") ==
          "malformed-request");
}

TEST_CASE("the usual hosts are taken", "[http][parser]") {
    const auto* const host = GENERATE("localhost", "127.0.0.1:8080", "[::1]:8080", "[fe80::1]",
                                      "a.example.org", "xn--9n2bp8q.kr:443", "a:");
    CAPTURE(host);
    CHECK(refusal_of(std::string{"GET / HTTP/1.1\r\nHost: "} + host + "\r\n\r\n").empty());
}

TEST_CASE("Content-Length is one decimal number, once", "[http][parser]") {
    CHECK(accepted(with_fields("Content-Length: 0\r\n")).content_length == 0);
    CHECK(accepted(with_fields("Content-Length: 007\r\n")).content_length == 7);
    CHECK(accepted(with_fields("Content-Length: 18446744073709551615\r\n")).content_length ==
          UINT64_MAX);
    CHECK(refusal_of(with_fields("Content-Length: 5\r\nContent-Length: 5\r\n")) ==
          "malformed-request");
    CHECK(refusal_of(with_fields("Content-Length: 5\r\nContent-Length: 6\r\n")) ==
          "malformed-request");
    const auto* const bad =
        GENERATE("", "+5", "-5", "5, 5", "5,5", "0x5", "5 5", "5;", "5.0", "1e3", "five", ",5",
                 "5,", "18446744073709551616", "99999999999999999999999");
    CAPTURE(bad);
    CHECK(refusal_of(with_fields(std::string{"Content-Length: "} + bad + "\r\n")) ==
          "malformed-request");
}

TEST_CASE("Transfer-Encoding is the word chunked, in any case", "[http][parser]") {
    const auto* const word = GENERATE("chunked", "Chunked", "CHUNKED", " \tchunked \t");
    CAPTURE(word);
    const auto head = accepted(with_fields(std::string{"transfer-encoding: "} + word + "\r\n"));
    CHECK(head.chunked);
    CHECK(head.content_length == 0);
    CHECK(head.keep_alive);
    CHECK_FALSE(accepted(with_fields("Content-Length: 5\r\n")).chunked);
}

TEST_CASE("what else Transfer-Encoding may say is refused", "[http][parser]") {
    const std::string coding = "Transfer-Encoding: ";
    const auto* const other = GENERATE("gzip", "gzip, chunked", "chunked, gzip", "identity",
                                       "xchunked", "chunkedx", "chunked;q=1", "chunked, identity");
    CAPTURE(other);
    CHECK(refusal_of(with_fields(coding + other + "\r\n")) == "not-implemented");

    const auto* const malformed =
        GENERATE("", "chunked, chunked", "chunked,", ",chunked", "chunked,CHUNKED", "\vchunked");
    CAPTURE(malformed);
    CHECK(refusal_of(with_fields(coding + malformed + "\r\n")) == "malformed-request");
}

TEST_CASE("Transfer-Encoding twice or beside a length is refused, in any order", "[http][parser]") {
    const std::string coding = "Transfer-Encoding: ";
    const auto first = GENERATE("Content-Length: 5\r\n", "Content-Length: 0\r\n",
                                "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n");
    const auto second = GENERATE("chunked\r\n", "gzip\r\n", "identity\r\n");
    CAPTURE(first, second);
    CHECK(refusal_of(with_fields(first + coding + second)) == "malformed-request");
    CHECK(refusal_of(with_fields(coding + second + first)) == "malformed-request");
}

TEST_CASE("header lines that could be read in two ways are refused", "[http][parser]") {
    using namespace std::string_literals;
    const std::string field =
        GENERATE("A : b\r\n"s, "A\t: b\r\n"s, " A: b\r\n"s, "A: b\r\n c\r\n"s, "A: b\r\n\tc\r\n"s,
                 "A: b\nC: d\r\n"s, "A: b\rC: d\r\n"s, "A: b\r\r\n"s, "A: b\0c\r\n"s,
                 "A: b\x01\r\n"s, "A: b\x7f\r\n"s, "A: \x1b[2J\r\n"s, "A\r\n"s, ": b\r\n"s,
                 "A\0B: c\r\n"s, "\xc3\xa9: c\r\n"s, "A(b): c\r\n"s, "A B: c\r\n"s, "A: b\n"s,
                 "Connection: a b\r\n"s, "\rA: b\r\n"s);
    CAPTURE(field);
    CHECK(refusal_of(with_fields(field)) == "malformed-request");
}

TEST_CASE("a folded first line is refused", "[http][parser]") {
    CHECK(refusal_of("GET / HTTP/1.1\r\n Host: a\r\n\r\n") == "malformed-request");
    CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n") == "malformed-request");
}

TEST_CASE("what is meant for one value is not taken twice", "[http][parser]") {
    const std::string name = GENERATE("Authorization", "Idempotency-Key", "Content-Type");
    CAPTURE(name);
    CHECK(refusal_of(with_fields(name + ": Bearer a\r\n" + name + ": Bearer a\r\n")) ==
          "malformed-request");
    CHECK(refusal_of(with_fields(name + ": \r\n" + name + ": b\r\n")) == "malformed-request");
}

TEST_CASE("two lines of If-None-Match count as none", "[http][parser]") {
    CHECK_FALSE(
        accepted(with_fields("If-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\n")).if_none_match);
}

TEST_CASE("only a bearer credential is a bearer credential", "[http][parser]") {
    const auto bearer = [](const std::string& value) -> std::optional<std::string> {
        const std::string block = with_fields("Authorization: " + value + "\r\n");
        return std::optional<std::string>{accepted(block).bearer};
    };
    CHECK(bearer("Bearer x") == "x");
    CHECK(bearer("BEARER \t x") == "x");
    CHECK_FALSE(bearer("Bearer"));
    CHECK_FALSE(bearer("Bearer "));
    CHECK_FALSE(bearer("Bearerx"));
    CHECK_FALSE(bearer("Basic Bearer x"));
    CHECK_FALSE(bearer(""));
}

TEST_CASE("only 100-continue can be expected", "[http][parser]") {
    CHECK(accepted(with_fields("Expect: 100-Continue\r\n")).expects_continue);
    CHECK(refusal_of(with_fields("Expect: 200-ok\r\n")) == "expectation-failed");
    CHECK(refusal_of(with_fields("Expect: 100-continue, a\r\n")) == "expectation-failed");
    CHECK(refusal_of(with_fields("Expect: 100-continue\r\nExpect: a\r\n")) == "expectation-failed");
}

TEST_CASE("idempotency keys and media types", "[http][parser]") {
    CHECK(is_idempotency_key("a"));
    CHECK(is_idempotency_key(" ~"));
    CHECK(is_idempotency_key(std::string(255, 'a')));
    CHECK_FALSE(is_idempotency_key(""));
    CHECK_FALSE(is_idempotency_key(std::string(256, 'a')));
    CHECK_FALSE(is_idempotency_key("a\tb"));
    CHECK_FALSE(is_idempotency_key("\xc3\xa9"));

    CHECK(is_json_media_type("application/json"));
    CHECK(is_json_media_type("Application/JSON ; charset=utf-8"));
    CHECK_FALSE(is_json_media_type(""));
    CHECK_FALSE(is_json_media_type("text/json"));
    CHECK_FALSE(is_json_media_type("application/jsonx"));
    CHECK_FALSE(is_json_media_type("application/problem+json"));
    CHECK_FALSE(is_json_media_type("application/x-www-form-urlencoded"));
}

TEST_CASE("the scan finds the end of the header however the bytes arrive", "[http][parser]") {
    const std::string block = with_fields("A: b\r\n");
    const std::string data = block + "body\n\n\r\n\r\n";
    HeaderScan scan;
    for (std::size_t size = 0; size < block.size(); ++size) {
        const auto found = scan.advance(std::string_view{data}.substr(0, size), limits);
        REQUIRE(found.has_value());
        CHECK(*found == 0);
    }
    CHECK(*scan.advance(data, limits) == block.size());
    CHECK(*HeaderScan{}.advance(data, limits) == block.size());
}

TEST_CASE("the scan refuses at the earliest", "[http][parser]") {
    const auto code = [](std::string_view data) {
        const auto found = HeaderScan{}.advance(data, limits);
        return found ? std::string_view{} : found.error().code;
    };
    CHECK(code("\x16\x03\x01\x02") == "malformed-request"); // TLS
    CHECK(code("GET / HTTP/1.1\n") == "malformed-request");
    CHECK(code("\r\n") == "malformed-request");
    CHECK(code("GET / HTTP/1.1\r\nA: b\r\n c: d\r\n") == "malformed-request");
    CHECK(code("GET / HTTP/1.1\r\nA: b\r") == "");
}

TEST_CASE("the limits of the header hold exactly", "[http][parser]") {
    const auto block_of = [](std::size_t bytes) {
        const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\nA: ";
        return begin + std::string(bytes - begin.size() - 4, 'x') + "\r\n\r\n";
    };
    CHECK(refusal_of(block_of(1024)).empty());
    CHECK(refusal_of(block_of(1025)) == "header-too-large");
    CHECK(refusal_of(block_of(5000)) == "header-too-large");
    CHECK(refusal_of(block_of(5000).substr(0, 1023)) == "incomplete");
    CHECK(refusal_of(block_of(5000).substr(0, 1024)) == "header-too-large");
    CHECK(refusal_of("GET /" + std::string(1023, 'a')) == "uri-too-long");
    CHECK(refusal_of("GET /" + std::string(1023, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n") ==
          "uri-too-long");

    std::string fields;
    for (int count = 0; count < 9; ++count) {
        fields += "A: b\r\n";
    }
    CHECK(refusal_of(with_fields(fields)).empty());
    CHECK(refusal_of(with_fields(fields + "A: b\r\n")) == "header-too-large");
}
