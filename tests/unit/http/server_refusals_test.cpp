// SPDX-License-Identifier: MIT
// Requests that are refused, with what code, and whether the connection survives it.
#include <chrono>

#include "base/problem.hpp"
#include "server_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::http::test;

namespace {

const std::string hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post(const std::string& fields, const std::string& body) {
    return "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + fields + "\r\n" + body;
}

} // namespace

TEST_CASE("refusals after which the connection goes on", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();

    const Answer missing = client.ask("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(missing.status == 404);
    CHECK(missing.code() == "not-found");

    const Answer method = client.ask("DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(method.status == 405);
    CHECK(method.code() == "method-not-allowed");
    CHECK(method.has("Allow: POST, OPTIONS"));

    CHECK(client.ask("GET /echo/%zz HTTP/1.1\r\nHost: a\r\n\r\n").code() == "invalid-request");

    const Answer media = client.ask(post("", "{}"));
    CHECK(media.status == 415);
    CHECK(media.code() == "unsupported-media-type");
    CHECK(client.ask(post("Content-Type: text/plain\r\n", "{}")).status == 415);
    CHECK(client.ask(post("Content-Type: APPLICATION/json;charset=utf-8\r\n", "{}")).status == 200);
    CHECK(client.ask(post("", "")).status == 200);
    CHECK(client.ask("POST /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200);

    const Answer key = client.ask(post("Idempotency-Key: " + std::string(256, 'k') + "\r\n", ""));
    CHECK(key.status == 400);
    CHECK(key.code() == "invalid-request");
    CHECK(key.body.find(R"("field":"Idempotency-Key")") != key.body.npos);

    CHECK(client.ask("GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc").status ==
          200);
    CHECK(client.ask(hello).status == 200);
}

TEST_CASE("refusals after which the connection is closed", "[http][server]") {
    struct Case {
        const char* text;
        int status;
        const char* code;
    };
    const auto refused = GENERATE(
        Case{"GET /hello HTTP/1.1\r\n\r\n", 400, "malformed-request"},
        Case{"GET /hello HTTP/1.1\nHost: a\n\n", 400, "malformed-request"},
        Case{"GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", 400,
             "malformed-request"},
        Case{"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n", 400,
             "malformed-request"},
        Case{"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n", 413,
             "body-too-large"},
        Case{"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501,
             "not-implemented"},
        Case{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", 413,
             "body-too-large"},
        Case{"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: x\r\nContent-Length: 1\r\n\r\n", 417,
             "expectation-failed"},
        Case{"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "not-implemented"},
        Case{"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "version-not-supported"},
        Case{"\x16\x03\x01", 400, "malformed-request"});
    CAPTURE(refused.text);

    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    client.send(hello + refused.text + hello);
    CHECK(client.receive().status == 200);
    const Answer answer = client.receive();
    CHECK(answer.status == refused.status);
    CHECK(answer.code() == refused.code);
    CHECK(answer.has("Connection: close"));
    CHECK(client.is_closed_by_server());
}

TEST_CASE("who is refused whatever the body is, is not told to send it", "[http][server]") {
    struct Case {
        const char* begin;
        const char* fields;
        int status;
        bool open = true;
    };
    const auto refused = GENERATE(
        Case{"POST /nowhere", "Content-Length: 2\r\n", 404},
        Case{"POST /nowhere", "Transfer-Encoding: chunked\r\n", 404},
        Case{"POST /echo/%zz", "Content-Length: 2\r\n", 405},
        Case{"GET /echo/%zz", "Content-Length: 2\r\n", 400},
        Case{"PUT /echo", "Content-Length: 2\r\n", 405},
        Case{"POST /echo", "Content-Length: 2\r\nContent-Type: text/plain\r\n", 415},
        Case{"POST /echo", "Content-Length: 2\r\n", 415},
        Case{"POST /wait", "Content-Length: 2\r\nIdempotency-Key: \xc3\xa9\r\n", 400},
        Case{"POST /wait", "Transfer-Encoding: chunked\r\n", 401, false},
        Case{"POST /echo", "Content-Length: 2\r\nContent-Type: application/json\r\n", 401, false},
        Case{"POST /echo", "Content-Length: 65537\r\n", 413});
    CAPTURE(refused.begin, refused.fields);

    ServerFixture fixture;
    fixture.door.open = refused.open;
    fixture.start();
    Client client = fixture.connect();
    const Answer answer =
        client.ask(std::string{refused.begin} + " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n" +
                   refused.fields + "\r\n");
    CHECK(answer.status == refused.status);
    CHECK(answer.has("Connection: close")); // whether the body comes is not known
    client.send("{}" + hello);
    CHECK(client.is_closed_by_server());
    CHECK(fixture.waiting() == 0);
}

TEST_CASE("before there are endpoints nobody is told to send a body", "[http][server]") {
    ServerFixture fixture;
    fixture.router.answer_others([](const Call&) { return problem("starting", "Not yet."); });
    fixture.start();
    CHECK(fixture.connect()
              .ask("POST /later HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                   "Content-Length: 2\r\n\r\n")
              .status == 503);
}

TEST_CASE("a header over the limits is refused", "[http][server]") {
    ServerFixture fixture;
    fixture.settings.max_header_bytes = 4096;
    fixture.settings.max_headers = 3;
    fixture.start();

    CHECK(fixture.connect().ask("GET /" + std::string(5000, 'a')).code() == "uri-too-long");
    CHECK(
        fixture.connect().ask("GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(5000, 'a')).code() ==
        "header-too-large");
    CHECK(fixture.connect().ask("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nA: b\r\nA: b\r\n").code() ==
          "header-too-large");
    CHECK(fixture.connect()
              .ask("GET /hello HTTP/1.1\r\nHost: a\r\nA: b\r\nA: " + std::string(4000, 'a') +
                   "\r\n\r\n")
              .status == 200);
}

TEST_CASE("a client that is still sending its body can read the refusal", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n");
    client.send(std::string(10'000'000,
                            'x')); // more than the socket's buffers hold: it is read and forgotten
    CHECK(client.receive().code() == "body-too-large");
    CHECK(client.is_closed_by_server());
    client.close();
    fixture.until([&] { return fixture.server->stats().connections_open == 0; });
}

TEST_CASE("a request that does not arrive in time is refused with 408", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    const bool body = GENERATE(false, true);
    const std::string text = body ? "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc"
                                  : "GET / HTTP/1.1\r\nHo";
    client.send(text);
    fixture.until([&] { return fixture.server->stats().bytes_received_total == text.size(); });

    const auto now = std::chrono::steady_clock::now();
    const Seconds timeout = body ? fixture.settings.body_timeout : fixture.settings.header_timeout;
    fixture.server->sweep(now + timeout - Seconds{1});
    CHECK(client.unread().empty());
    client.send("s"); // another byte does not prolong it
    fixture.until([&] { return fixture.server->stats().bytes_received_total == text.size() + 1; });
    fixture.server->sweep(now + timeout + Seconds{1});
    const Answer answer = client.receive();
    CHECK(answer.code() == "request-timeout");
    CHECK(answer.has("Connection: close"));
    CHECK(client.is_closed_by_server());

    CHECK(fixture.server->stats().connections_open == 1); // the client has not closed its side yet
    fixture.server->sweep(std::chrono::steady_clock::now() + Seconds{5});
    CHECK(fixture.server->stats().connections_open == 0);
}

TEST_CASE("an idle connection is closed without a word", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client fresh = fixture.connect();
    Client used = fixture.connect();
    used.ask(hello);
    fixture.until([&] { return fixture.server->stats().connections_open == 2; });
    const auto now = std::chrono::steady_clock::now();
    fixture.server->sweep(now + fixture.settings.idle_timeout - Seconds{1});
    CHECK(fixture.server->stats().connections_open == 2);
    fixture.server->sweep(now + fixture.settings.idle_timeout + Seconds{1});
    CHECK(fresh.is_closed_by_server());
    CHECK(used.is_closed_by_server());
}

TEST_CASE("a client that does not read is closed, a running handler is left alone",
          "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client reader = fixture.connect();
    reader.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    Client waiter = fixture.connect();
    waiter.send("POST /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    fixture.until(
        [&] { return fixture.waiting() == 1 && fixture.server->stats().bytes_sent_total > 0; });

    const auto now = std::chrono::steady_clock::now();
    fixture.server->sweep(now + fixture.settings.write_timeout - Seconds{1});
    CHECK(fixture.server->stats().connections_open == 2);
    fixture.server->sweep(now + fixture.settings.idle_timeout * 10);
    CHECK(fixture.server->stats().connections_open == 1);
    fixture.answer_one();
    CHECK(waiter.receive().status == 200);
}
