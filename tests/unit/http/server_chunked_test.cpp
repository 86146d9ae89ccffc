// SPDX-License-Identifier: MIT
// Bodies that come in chunks, through a connection: what the handler sees, what follows, what time
// there is.
#include <chrono>

#include <fmt/format.h>

#include "server_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::http::test;

namespace {

const std::string hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

std::string chunked(const std::string& chunks, const std::string& fields = "") {
    return "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
           "Transfer-Encoding: chunked\r\n" +
           fields + "\r\n" + chunks;
}

std::string in_chunks_of(std::size_t bytes, const std::string& body) {
    std::string text;
    for (std::size_t at = 0; at < body.size(); at += bytes) {
        const std::string chunk = body.substr(at, bytes);
        text += fmt::format("{:x};n={}\r\n{}\r\n", chunk.size(), at % 10, chunk);
    }
    return text + "0\r\n\r\n";
}

} // namespace

TEST_CASE("a chunked body reaches the handler as one", "[http][server][chunked]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    CHECK(client.ask(chunked("2\r\n{}\r\n0\r\n\r\n")).body == "{}");
    CHECK(client.ask(chunked(in_chunks_of(1, "hello"))).body == "hello");
    CHECK(client.ask(chunked("2;a=\"b\"\r\n{}\r\n0\r\nAuthorization: Bearer x\r\n\r\n")).body ==
          "{}");

    const std::string large(65536, 'x');
    const std::string text = "10000\r\n" + large + "\r\n0\r\n\r\n";
    CHECK(client.ask(chunked(text)).body == large);
    CHECK(client.ask(chunked("1\r\ny\r\n" + text)).code() == "body-too-large");
    CHECK(client.is_closed_by_server());
}

TEST_CASE("a chunked body may come byte by byte, and more follow it", "[http][server][chunked]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    const std::string text = chunked(in_chunks_of(3, R"({"a":"bc"})"));
    for (const char byte : text) {
        CHECK(client.unread().empty());
        client.send({&byte, 1});
    }
    CHECK(client.receive().body == R"({"a":"bc"})");
    client.send(text + hello + text + text + hello);
    CHECK(client.receive().body == R"({"a":"bc"})");
    CHECK(client.receive().body == "hello");
    CHECK(client.receive().body == R"({"a":"bc"})");
    CHECK(client.receive().body == R"({"a":"bc"})");
    CHECK(client.receive().body == "hello");
}

TEST_CASE("an empty chunked body is none", "[http][server][chunked]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    CHECK(client.ask(head + "0\r\n\r\n").status == 200);
    CHECK(client.ask(head + "2\r\n{}\r\n0\r\n\r\n").code() == "unsupported-media-type");
    CHECK(client.ask(hello).status == 200);
}

TEST_CASE("a chunked body is asked for once its header is accepted", "[http][server][chunked]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    client.send(chunked("", "Expect: 100-continue\r\n"));
    fixture.until([&] { return !client.unread().empty(); });
    CHECK(client.receive().status == 100);
    CHECK(client.ask("2\r\n{}\r\n0\r\n\r\n").body == "{}");

    Client refused = fixture.connect();
    CHECK(refused.ask(chunked("", "Expect: 100-continue\r\nContent-Length: 2\r\n")).status == 400);
    CHECK(refused.is_closed_by_server());
}

TEST_CASE("the time for a body is not renewed by its chunks", "[http][server][chunked]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    const std::string begun = chunked("1\r\nx\r\n");
    client.send(begun);
    const auto received = [&](std::size_t bytes) {
        fixture.until([&] { return fixture.server->stats().bytes_received_total == bytes; });
    };
    received(begun.size());
    const auto now = std::chrono::steady_clock::now();
    const Seconds timeout = fixture.settings.body_timeout;
    fixture.server->sweep(now + timeout - Seconds{1});
    CHECK(client.unread().empty());
    client.send("1\r\ny\r\n0\r\nA: b\r\n"); // all but the last line
    received(begun.size() + 15);
    fixture.server->sweep(now + timeout); // what the first of them had, and no more
    CHECK(client.receive().code() == "request-timeout");
    CHECK(client.is_closed_by_server());
}
