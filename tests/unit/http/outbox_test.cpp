// SPDX-License-Identifier: MIT
#include "http/wire/outbox.hpp"

#include <array>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::http::wire;

namespace {

struct Pair {
    Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0); }
    ~Pair() {
        ::close(ends[0]);
        close_reader();
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    void close_reader() {
        if (ends[1] >= 0) {
            ::close(ends[1]);
        }
        ends[1] = -1;
    }

    std::string read() const {
        std::array<char, 65536> bytes;
        const ssize_t got = ::recv(ends[1], bytes.data(), bytes.size(), MSG_DONTWAIT);
        return got > 0 ? std::string(bytes.data(), static_cast<std::size_t>(got)) : "";
    }

    std::array<int, 2> ends{-1, -1};
};

SharedBytes piece(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

} // namespace

TEST_CASE("pieces leave in order, at most as many bytes at once as are allowed", "[http][outbox]") {
    const Pair pair;
    Outbox outbox;
    CHECK(outbox.empty());
    outbox.add("head ");
    outbox.add({piece("abc"), piece("defgh"), piece("i")});
    outbox.add(" next");
    CHECK(outbox.send(pair.ends[0], 7) == 7);
    CHECK(pair.read() == "head ab");
    CHECK(outbox.send(pair.ends[0], 1) == 1);
    CHECK(pair.read() == "c");
    CHECK_FALSE(outbox.empty());
    CHECK(outbox.send(pair.ends[0], 100) == 11);
    CHECK(pair.read() == "defghi next");
    CHECK(outbox.empty());
    outbox.add("again");
    CHECK(outbox.send(pair.ends[0], 100) == 5);
    CHECK(pair.read() == "again");
}

TEST_CASE("what a full socket does not take stays, and nothing is sent twice", "[http][outbox]") {
    const Pair pair;
    Outbox outbox;
    std::string expected;
    for (int i = 0; i < 3000; ++i) {
        const std::string text(static_cast<std::size_t>(i % 700 + 1),
                               static_cast<char>('a' + i % 26));
        expected += text;
        outbox.add({piece(text)});
    }
    std::string received;
    bool was_full = false;
    while (!outbox.empty()) {
        const auto sent = outbox.send(pair.ends[0], 100'000);
        REQUIRE(sent.has_value());
        CHECK(*sent <= 100'000);
        if (*sent == 0) {
            was_full = true;
            received += pair.read();
        }
    }
    for (auto text = pair.read(); !text.empty(); text = pair.read()) {
        received += text;
    }
    CHECK(was_full);
    CHECK(received == expected);
}

TEST_CASE("a piece that has been sent is let go, whoever else has it", "[http][outbox]") {
    const Pair pair;
    Outbox outbox;
    const auto first = piece("one");
    const auto second = piece("two");
    outbox.add({first, second});
    CHECK(first.use_count() == 2);
    CHECK(outbox.send(pair.ends[0], 4) == 4);
    CHECK(first.use_count() == 1);
    CHECK(second.use_count() == 2);
}

TEST_CASE("a connection whose other end is gone is broken", "[http][outbox]") {
    Pair pair;
    Outbox outbox;
    outbox.add("text");
    pair.close_reader();
    CHECK_FALSE(outbox.send(pair.ends[0], 100).has_value());
}
