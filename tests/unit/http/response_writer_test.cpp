// SPDX-License-Identifier: MIT
#include "http/wire/response_writer.hpp"

#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::http::wire;

namespace {

/// What is written, less the line that depends on the time.
std::string written(const Response& response, const Framing& framing) {
    ResponseWriter writer;
    std::string out;
    writer.append(out, response, framing);
    const std::size_t date = out.find("Date: ");
    REQUIRE(date != out.npos);
    out.erase(date, out.find("\r\n", date) + 2 - date);
    return out;
}

} // namespace

TEST_CASE("an answer has its length, its type and its headers", "[http]") {
    Response response = json_response(201, "{}");
    response.headers.emplace_back("Location", "/a");
    CHECK(written(response, {}) ==
          "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
          "Cache-Control: no-store\r\nLocation: /a\r\n\r\n{}");
}

TEST_CASE("an empty answer has a length and no type", "[http]") {
    CHECK(written(json_response(200, ""), {}) ==
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n");
}

TEST_CASE("204 and 304 have neither body nor length", "[http]") {
    CHECK(written(json_response(204, "ignored"), {}) ==
          "HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\n\r\n");
    CHECK(written(json_response(304, "ignored"), {}) ==
          "HTTP/1.1 304 Not Modified\r\nCache-Control: no-store\r\n\r\n");
}

TEST_CASE("only what says so may be kept by a cache", "[http]") {
    CHECK(written(Response{}, {}).find("\r\nCache-Control: no-store\r\n") != std::string::npos);
    Response response;
    response.status = 304;
    response.cache_control = public_for_a_second;
    CHECK(written(response, {}) ==
          "HTTP/1.1 304 Not Modified\r\nCache-Control: public, max-age=1\r\n\r\n");
}

TEST_CASE("an answer to HEAD has the length and not the body", "[http]") {
    CHECK(written(json_response(200, "{}"), {.without_body = true}) ==
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
          "2\r\nCache-Control: no-store\r\n\r\n");
}

TEST_CASE("the connection header says what is not the version's default", "[http]") {
    const Response response = json_response(204, "");
    CHECK(written(response, {.keep_alive = false}) ==
          "HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
    CHECK(written(response, {.keep_alive = true, .http_1_0 = true}) ==
          "HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\nConnection: keep-alive\r\n\r\n");
}

TEST_CASE("no header value can begin another header", "[http]") {
    Response response = json_response(204, "");
    response.headers.emplace_back("Location", std::string{"/a\r\nSet-Cookie: b\0c", 19});
    CHECK(written(response, {}) == "HTTP/1.1 204 No Content\r\nCache-Control: "
                                   "no-store\r\nLocation: /a  Set-Cookie: b c\r\n\r\n");
}

TEST_CASE("an unusual status is written too", "[http]") {
    CHECK(written(json_response(299, ""), {}) ==
          "HTTP/1.1 299 \r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n");
}

TEST_CASE("the date has the form of RFC 9110 and is made anew each second", "[http]") {
    ResponseWriter writer;
    CHECK(writer.date_line(784111777) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    CHECK(writer.date_line(784111778) == "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
    CHECK(writer.date_line(1798113600) == "Date: Thu, 24 Dec 2026 12:00:00 GMT\r\n");
}
