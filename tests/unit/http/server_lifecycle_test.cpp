// SPDX-License-Identifier: MIT
// Listening, the caps, the Unix socket, and stopping.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include <boost/system/system_error.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::http::test;

namespace {

const std::string hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string wait = "POST /wait HTTP/1.1\r\nHost: a\r\n\r\n";

/// A folder that is gone after the test.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "stagedoor-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

} // namespace

TEST_CASE("a busy port is named", "[http][server]") {
    ServerFixture first;
    first.start();
    ServerFixture second;
    second.settings.port = first.port;
    REQUIRE_THROWS_AS(second.start(), boost::system::system_error);
    try {
        second.start();
    } catch (const boost::system::system_error& error) {
        const std::string what = error.what();
        CHECK(what.find("127.0.0.1:" + std::to_string(first.port)) != what.npos);
        CHECK(what.find("Address already in use") != what.npos);
    }
}

TEST_CASE("a name can be listened on, nonsense cannot", "[http][server]") {
    ServerFixture fixture;
    fixture.settings.address = "localhost";
    CHECK_NOTHROW(fixture.start());
    ServerFixture nonsense;
    nonsense.settings.address = "256.256.256.256";
    CHECK_THROWS_AS(nonsense.start(), boost::system::system_error);
}

TEST_CASE("connections beyond a cap are told so", "[http][server]") {
    ServerFixture fixture;
    const bool per_address = GENERATE(false, true);
    (per_address ? fixture.settings.max_connections_per_address
                 : fixture.settings.max_connections) = 2;
    fixture.start();

    Client first = fixture.connect();
    CHECK(first.ask(hello).status == 200);
    Client second = fixture.connect();
    CHECK(second.ask(hello).status == 200);

    Client third = fixture.connect();
    const Answer answer = third.receive();
    CHECK(answer.status == 503);
    CHECK(answer.code() == "too-many-connections");
    CHECK(answer.has("Retry-After: 1"));
    CHECK(answer.has("Connection: close"));
    CHECK(third.is_closed_by_server());
    CHECK(fixture.server->stats().connections_refused_total == 1);

    first.close();
    fixture.until([&] { return fixture.server->stats().connections_open == 1; });
    Client fourth = fixture.connect();
    CHECK(fourth.ask(hello).status == 200);
}

#ifndef __SANITIZE_ADDRESS__ // the sanitizers themselves need descriptors, to look at memory
TEST_CASE("without file descriptors the server goes on, and accepts again later",
          "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client first = fixture.connect();
    CHECK(first.ask(hello).status == 200);
    Client second = fixture.connect(); // not accepted before the loop runs
    Client third = fixture.connect();

    std::vector<int> taken;
    rlimit original{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &original) == 0);
    rlimit lowered = original;
    lowered.rlim_cur = std::min<rlim_t>(original.rlim_cur, 256);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &lowered) == 0);
    for (int copy = ::dup(0); copy >= 0; copy = ::dup(0)) {
        taken.push_back(copy);
    }

    CHECK(second.receive().code() == "too-many-connections");
    CHECK(first.ask(hello).status == 200);
    CHECK(third.unread().empty());

    for (const int copy : taken) {
        ::close(copy);
    }
    ::setrlimit(RLIMIT_NOFILE, &original);
    CHECK(third.ask(hello).status == 200);
    CHECK(fixture.server->stats().connections_refused_total == 1);
}
#endif

TEST_CASE("the Unix socket is its owner's alone and takes larger bodies", "[http][server]") {
    const Folder folder;
    ServerFixture fixture;
    fixture.socket_path = folder.file("s.sock");
    fixture.settings.max_connections = 0;
    fixture.start();

    struct stat info {};
    REQUIRE(::stat(fixture.socket_path.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0600);

    Client client = fixture.connect_socket(fixture.socket_path);
    const std::string body(1'000'000, 'b');
    const Answer answer =
        client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                   "Content-Length: 1000000\r\n\r\n" +
                   body);
    CHECK(answer.body == body + " by socket");
    CHECK(client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 16777217\r\n\r\n").status ==
          413);

    fixture.begin_stop(Seconds{10});
    fixture.until([&] { return fixture.stopped(); });
    CHECK(::stat(fixture.socket_path.c_str(), &info) != 0);
}

TEST_CASE("a stale socket file is replaced, a live one and another file are not",
          "[http][server]") {
    const Folder folder;
    const std::string path = folder.file("s.sock");
    {
        ServerFixture stale;
        stale.socket_path = path;
        stale.start();
        std::filesystem::rename(path, folder.file("kept")); // so that it survives its server
    }
    std::filesystem::rename(folder.file("kept"), path);
    REQUIRE(std::filesystem::is_socket(path));

    ServerFixture live;
    live.socket_path = path;
    live.start();
    CHECK(live.connect_socket(path).ask(hello).status == 200);

    ServerFixture third;
    third.socket_path = path;
    CHECK_THROWS_AS(third.start(), boost::system::system_error);
    CHECK(live.connect_socket(path).ask(hello).status == 200);

    third.socket_path = folder.file("text");
    std::ofstream{third.socket_path} << "text";
    CHECK_THROWS_AS(third.start(), boost::system::system_error);
    CHECK(std::filesystem::is_regular_file(third.socket_path));

    third.socket_path = folder.file(std::string(200, 'x').c_str());
    CHECK_THROWS_AS(third.start(), boost::system::system_error);
}

TEST_CASE("stopping closes what is idle and answers what runs", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client idle = fixture.connect();
    CHECK(idle.ask(hello).status == 200);
    Client running = fixture.connect();
    running.send(wait + hello);
    Client begun = fixture.connect();
    begun.send(hello.substr(0, 10));
    const std::size_t bytes = 2 * hello.size() + wait.size() + 10;
    fixture.until([&] { return fixture.server->stats().bytes_received_total == bytes; });
    Client unaccepted = fixture.connect();
    unaccepted.send(hello);

    fixture.begin_stop(Seconds{60});
    CHECK(idle.is_closed_by_server());
    CHECK(unaccepted.receive().has("Connection: close"));
    CHECK_FALSE(fixture.stopped());

    begun.send(hello.substr(10));
    const Answer late = begun.receive();
    CHECK(late.status == 200);
    CHECK(late.has("Connection: close"));

    fixture.answer_one();
    const Answer answer = running.receive();
    CHECK(answer.status == 200);
    CHECK_FALSE(answer.has("Connection: close"));
    CHECK(running.receive().has("Connection: close")); // the pipelined one is the last
    CHECK(running.is_closed_by_server());
    fixture.until([&] { return fixture.stopped(); });
    CHECK(fixture.server->stats().connections_open == 0);
}

TEST_CASE("a request that has arrived and is not read yet is answered while stopping",
          "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    CHECK(client.ask(hello).status == 200);
    client.send(hello);
    fixture.begin_stop(Seconds{60});
    const Answer answer = client.receive();
    CHECK(answer.status == 200);
    CHECK(answer.has("Connection: close"));
    fixture.until([&] { return fixture.stopped(); });
}

TEST_CASE("stopping ends with its grace, and a handler that still runs does no harm",
          "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    Client client = fixture.connect();
    client.send(wait);
    fixture.until([&] { return fixture.waiting() == 1; });
    fixture.begin_stop(Seconds{0});
    fixture.until([&] { return fixture.stopped(); });
    CHECK(client.is_closed_by_server());
    fixture.server.reset();
    fixture.answer_one();
    CHECK(fixture.waiting() == 0);
}

TEST_CASE("an idle server stops at once", "[http][server]") {
    ServerFixture fixture;
    fixture.start();
    fixture.begin_stop(Seconds{60});
    fixture.until([&] { return fixture.stopped(); });
    fixture.io.restart();
    CHECK(fixture.io.run() == 0); // nothing is left to do: the loop would end by itself
}
