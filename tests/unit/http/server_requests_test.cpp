// SPDX-License-Identifier: MIT
// Requests that are answered: by whom, in which order, and what the connection does afterwards.
#include <functional>
#include <sstream>

#include <spdlog/sinks/ostream_sink.h>

#include "server_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::http::test;

namespace {

const std::string hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string soon = "GET /soon HTTP/1.1\r\nHost: a\r\n\r\n";

std::string get(const std::string& target, const std::string& fields = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::string post(const std::string& target, const std::string& body,
                 const std::string& fields = "") {
    return "POST " + target +
           " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body;
}

} // namespace

TEST_CASE("a connection takes one request after the other", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    for (int count = 0; count < 3; ++count) {
        const Answer answer = client.ask(hello);
        CHECK(answer.status == 200);
        CHECK(answer.body == "hello");
        CHECK(answer.has("Content-Type: application/json"));
        CHECK(answer.has("Content-Length: 5"));
        CHECK(answer.head.find("\r\nDate: ") != answer.head.npos);
        CHECK(answer.head.find("Connection") == answer.head.npos);
    }
    CHECK(client.ask(get("/hello", "Authorization: bearer qt_1\r\n")).body == "qt_1");
    CHECK(client.ask(get("/echo/a%20b?c=%20")).body == "a b?c=%20");
    CHECK(client.ask("\r\n" + hello).status == 200);
    CHECK(fixture.server->stats().connections_accepted_total == 1);
}

TEST_CASE("a request may come byte by byte", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    const std::string text = "\r\n" + post("/echo", R"({"a":1})");
    for (const char byte : text) {
        CHECK(client.unread().empty());
        client.send({&byte, 1});
    }
    CHECK(client.receive().body == R"({"a":1})");
    CHECK(client.ask(hello).status == 200);
}

TEST_CASE("pipelined requests are answered in their order", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    client.send(get("/echo/1") + post("/wait", "2") + get("/echo/3") + soon + post("/wait", "5") +
                post("/echo", "6") + get("/nowhere") + get("/echo/8"));
    CHECK(client.receive().body == "1?");
    CHECK(client.unread().empty());
    fixture.answer_one();
    CHECK(client.receive().body == "waited 2");
    CHECK(client.receive().body == "3?");
    CHECK(client.receive().body == "soon");
    CHECK(client.unread().empty());
    fixture.answer_one();
    CHECK(client.receive().body == "waited 5");
    CHECK(client.receive().body == "6");
    CHECK(client.receive().status == 404);
    CHECK(client.receive().body == "8?");
}

TEST_CASE("a thousand pipelined requests have a thousand answers", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    std::string text;
    for (int index = 0; index < 1000; ++index) {
        text += index % 3 == 0 ? soon : get("/echo/" + std::to_string(index));
    }
    client.send(text);
    for (int index = 0; index < 1000; ++index) {
        CHECK(client.receive().body == (index % 3 == 0 ? "soon" : std::to_string(index) + "?"));
    }
}

TEST_CASE("HEAD is answered like GET without the body", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    for (const std::string path : {"/hello", "/soon"}) {
        client.send("HEAD " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        const Answer answer = client.receive(true);
        CHECK(answer.status == 200);
        CHECK(answer.has(path == "/hello" ? "Content-Length: 5" : "Content-Length: 4"));
    }
    client.send("HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.receive(true).status == 404);
    CHECK(client.ask(hello).body == "hello");
}

TEST_CASE("OPTIONS says what a path takes", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    const Answer answer = client.ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(answer.status == 204);
    CHECK(answer.has("Allow: POST, OPTIONS"));
    CHECK(
        client.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").has("Allow: GET, HEAD, POST, OPTIONS"));
    CHECK(client.ask("OPTIONS /nowhere HTTP/1.1\r\nHost: a\r\n\r\n").code() == "not-found");
}

TEST_CASE("a handler that throws is a 500, and the connection goes on", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    for (const auto* const path : {"/throw", "/throw-later", "/throw-early"}) {
        const Answer answer = client.ask(get(path));
        CHECK(answer.status == 500);
        CHECK(answer.code() == "internal-error");
        CHECK(answer.body.find("on purpose") == answer.body.npos);
    }
    CHECK(client.ask(hello).status == 200);
}

TEST_CASE("Connection: close is obeyed", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    client.send(get("/hello", "Connection: close\r\n") + hello);
    CHECK(client.receive().has("Connection: close"));
    CHECK(client.is_closed_by_server());
}

TEST_CASE("HTTP/1.0 closes unless it asks to stay", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    CHECK(client.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
              .has("Connection: keep-alive"));
    CHECK(client.ask("GET /hello HTTP/1.0\r\n\r\n").has("Connection: close"));
    CHECK(client.is_closed_by_server());
}

TEST_CASE("a client that has finished sending still gets its answers", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    client.send(hello + post("/wait", "x"));
    client.finish_sending();
    CHECK(client.receive().body == "hello");
    fixture.answer_one();
    CHECK(client.receive().body == "waited x");
    CHECK(client.is_closed_by_server());
}

TEST_CASE("a handler runs to its end although the client has gone", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    client.send(post("/wait", "x") + hello);
    fixture.until([&] { return fixture.waiting() == 1; });
    client.close();
    fixture.answer_one();
    fixture.until([&] { return fixture.server->stats().connections_open == 0; });
    CHECK(fixture.server->stats().duration_count >= 1);
}

TEST_CASE("what is not known at once is answered later, in its place", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    client.send(get("/either") + get("/either?later") + get("/either?later") + get("/either") +
                "HEAD /either?later HTTP/1.1\r\nHost: a\r\n\r\n" + get("/either"));
    for (const char* body : {"at once", "later", "later", "at once"}) {
        CHECK(client.receive().body == body);
    }
    CHECK(client.receive(true).has("Content-Length: 5"));
    CHECK(client.receive().body == "at once");
    const auto stats = fixture.server->stats();
    CHECK(stats.duration_count == 6);
    CHECK(stats.hold_count == 6); // each of them once, as it was
}

TEST_CASE("100-continue is sent before the body, and not where it has begun", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    const std::string text = post("/echo", "12", "Expect: 100-continue\r\n");
    client.send(text.substr(0, text.size() - 2));
    CHECK(client.receive().status == 100);
    CHECK(client.ask("12").body == "12");
    CHECK(client.ask(text).status == 200);
}

TEST_CASE("a large answer goes out whole to a slow reader", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    client.send(get("/large") + post("/wait", "x") + get("/large") + hello);
    CHECK(client.receive().body.size() == 8'000'000);
    fixture.answer_one();
    CHECK(client.receive().body == "waited x");
    CHECK(client.receive().body == std::string(8'000'000, 'x'));
    CHECK(client.receive().body == "hello");
}

TEST_CASE("what answers share is sent behind each one's own, in its place", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    const std::string whole = "begin" + std::string(2'000'000, 'y');
    client.send(hello + get("/shared") + hello + get("/shared") + post("/wait", "x") +
                get("/shared") + hello + "HEAD /shared HTTP/1.1\r\nHost: a\r\n\r\n" + hello);
    CHECK(client.receive().body == "hello");
    CHECK(client.receive().body == whole);
    CHECK(client.receive().body == "hello");
    CHECK(client.receive().body == whole);
    fixture.answer_one();
    CHECK(client.receive().body == "waited x");
    CHECK(client.receive().body == whole);
    CHECK(client.receive().body == "hello");
    const auto head = client.receive(true);
    CHECK(head.has("Content-Length: 2000005"));
    CHECK(client.receive().body == "hello");
    CHECK(fixture.server->stats().bytes_sent_total > 3 * whole.size());
}

TEST_CASE("who asks for little does not wait for all who ask for much", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    std::vector<Client> many;
    for (int i = 0; i < 20; ++i) {
        many.push_back(fixture.connect());
    }
    Client one = fixture.connect();
    CHECK(one.ask(hello).body == "hello");
    for (auto& client : many) {
        client.send(get("/shared"));
    }
    const auto run_until = [&](const std::function<bool()>& condition) {
        while (!condition()) { // handler by handler
            fixture.io.restart();
            fixture.io.poll_one();
        }
    };
    run_until([&] { return fixture.server->stats().bytes_sent_total > 100'000; });
    one.send(hello);
    run_until([&] { return fixture.server->stats().duration_count == many.size() + 2; });
    CHECK(fixture.server->stats().bytes_sent_total < 2'000'000); // of 40
    CHECK(one.receive().body == "hello");
    for (auto& client : many) {
        CHECK(client.receive().body.size() == 2'000'005);
    }
}

TEST_CASE("a large answer stops with the connection that was to get it", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client leaves = fixture.connect();
    Client stays = fixture.connect();
    leaves.send(get("/shared"));
    stays.send(get("/shared"));
    leaves.close();
    CHECK(stays.receive().body.size() == 2'000'005);
    fixture.until([&] { return fixture.server->stats().connections_open == 1; });
}

TEST_CASE("an answer is queued behind one that the client has not read yet", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    const auto sent = [&] { return fixture.server->stats().bytes_sent_total; };
    std::size_t answered = 0;
    for (bool blocked = false; !blocked; ++answered) { // until the socket's buffers are full
        const std::uint64_t before = sent();
        client.send(get("/chunk") + post("/wait", "x"));
        fixture.until([&] { return fixture.waiting() == 1; });
        blocked = sent() - before < 60'000;
        fixture.answer_one();
    }
    client.send(hello);
    for (std::size_t index = 0; index < answered; ++index) {
        CHECK(client.receive().body.size() == 60'000);
        CHECK(client.receive().body == "waited x");
    }
    CHECK(client.receive().body == "hello");
}

TEST_CASE("a body up to the limit is taken", "[http][server]") {
    ServerFixture fixture;
    fixture.settings.max_body_bytes = 100'000;
    fixture.start();
    Client client = fixture.connect();
    const std::string body(100'000, 'b');
    client.send(post("/echo", body) + hello);
    CHECK(client.receive().body == body);
    CHECK(client.receive().body == "hello");
}

TEST_CASE("what is counted", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    client.ask(hello);
    client.ask(hello);
    client.ask(get("/nowhere"));
    client.ask("\x01");
    const auto stats = fixture.server->stats();
    REQUIRE(stats.requests_total.size() == 3);
    CHECK(stats.requests_total[0].method == "other");
    CHECK(stats.requests_total[0].status == 400);
    CHECK(stats.requests_total[1].method == "GET");
    CHECK(stats.requests_total[1].status == 200);
    CHECK(stats.requests_total[1].count == 2);
    CHECK(stats.requests_total[2].status == 404);
    CHECK(stats.duration_count == 4);
    CHECK(stats.bytes_received_total == 2 * hello.size() + get("/nowhere").size() + 1);
    CHECK(stats.bytes_sent_total > 400);
    CHECK(stats.connections_open == 1);
}

TEST_CASE("the log has one line a request, with nothing in it that is secret", "[http][server]") {
    std::ostringstream log;
    ServerFixture fixture;
    fixture.logger = std::make_shared<spdlog::logger>(
        "http", std::make_shared<spdlog::sinks::ostream_sink_mt>(log));
    const bool debug = GENERATE(false, true);
    fixture.logger->set_level(debug ? spdlog::level::debug : spdlog::level::info);
    fixture.start();
    Client client = fixture.connect();
    client.ask(get("/echo/secret1?secret2", "Authorization: Bearer secret3\r\n"));
    client.ask(get("/secret4"));
    client.ask("GET secret5 HTTP/1.1\r\n\r\n");
    const std::string text = log.str();
    CHECK(text.find("secret") == text.npos);
    CHECK((text.find("method=GET route=/echo/{one} status=200 bytes=") != text.npos) == debug);
    CHECK((text.find("method=GET route=- status=404") != text.npos) == debug);
    CHECK((text.find("method=- route=- status=400") != text.npos) == debug);
    CHECK((text.find("peer=127.0.0.1") != text.npos) == debug);
}
