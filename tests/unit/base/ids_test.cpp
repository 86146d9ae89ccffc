// SPDX-License-Identifier: MIT
#include "base/ids.hpp"

#include <cstdint>
#include <cstring>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "support/catch.hpp"
#include "support/fake_random.hpp"

using namespace stagedoor;

namespace {

using Rule = bool (*)(std::string_view);

constexpr std::string_view digits = "0123456789";
constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Which single bytes, of all 256, `rule` takes as a name.
std::set<char> taken_by(Rule rule) {
    std::set<char> taken;
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        if (rule(std::string_view{&c, 1})) {
            taken.insert(c);
        }
    }
    return taken;
}

std::set<char> set_of(std::initializer_list<std::string_view> parts) {
    std::set<char> all;
    for (const auto part : parts) {
        all.insert(part.begin(), part.end());
    }
    return all;
}

void check_length(Rule rule, std::size_t most) {
    CHECK_FALSE(rule(""));
    CHECK(rule(std::string(most, 'a')));
    CHECK_FALSE(rule(std::string(most + 1, 'a')));
}

} // namespace

TEST_CASE("a concert id is 1 to 64 of a-z 0-9 -") {
    CHECK(taken_by(is_concert_id) == set_of({lower, digits, "-"}));
    check_length(is_concert_id, 64);
    CHECK(is_concert_id("winter-gala-2026"));
    CHECK_FALSE(is_concert_id("winter gala"));
    CHECK_FALSE(is_concert_id("winter/gala"));
    CHECK_FALSE(is_concert_id("Winter-gala"));
}

TEST_CASE("a user id is 1 to 64 of A-Z a-z 0-9 . _ @ - + | : =") {
    CHECK(taken_by(is_user_id) == set_of({lower, upper, digits, "._@-+|:="}));
    check_length(is_user_id, 64);
    CHECK(is_user_id("Kim.Min_Jun-7@example.org"));
    CHECK(is_user_id("auth0|507f1f77+tickets@example.org"));
    CHECK(is_user_id("urn:idp:kim=7"));
    CHECK_FALSE(is_user_id("kim/min"));
    CHECK_FALSE(is_user_id(std::string_view{"kim\0min", 7}));
}

TEST_CASE("a seat number is 1 to 16 printable ASCII characters without space") {
    std::set<char> printable;
    for (char c = '!'; c <= '~'; ++c) {
        printable.insert(c);
    }
    CHECK(taken_by(is_seat_number) == printable);
    check_length(is_seat_number, 16);
    CHECK(is_seat_number("A-12"));
    CHECK(is_seat_number("17"));
    CHECK_FALSE(is_seat_number("A 12"));
    CHECK_FALSE(is_seat_number("가-1"));
}

TEST_CASE("a date is one that exists") {
    for (const auto* date :
         {"2026-12-24", "2026-01-01", "2026-01-31", "2026-04-30", "2024-02-29", "2000-02-29",
          "0001-01-01", "9999-12-31", "2026-12-24T14:00", "2026-12-24T00:00", "2026-12-24T23:59"}) {
        CAPTURE(date);
        CHECK(is_date(date));
    }
}

TEST_CASE("a date that no calendar has is none") {
    for (const auto* date : {"2026-02-29", "2026-02-30", "2025-02-29", "1900-02-29", "2100-02-29",
                             "2026-04-31", "2026-06-31", "2026-09-31", "2026-11-31", "2026-12-32",
                             "2026-12-00", "2026-00-10", "2026-13-10"}) {
        CAPTURE(date);
        CHECK_FALSE(is_date(date));
        CHECK_FALSE(is_date(std::string{date} + "T14:00"));
    }
}

TEST_CASE("a date is written in one way") {
    for (const auto* date : {"",
                             "2026",
                             "2026-12",
                             "2026-12-2",
                             "26-12-24",
                             "2026-1-024",
                             "20261224",
                             "2026/12/24",
                             "2026-12/24",
                             "2026.12-24",
                             " 2026-12-24",
                             "2026-12-24 ",
                             "2026-12-24T",
                             "2026-12-24T14",
                             "2026-12-24T14:0",
                             "2026-12-24T14:000",
                             "2026-12-24T14:00:00",
                             "2026-12-24t14:00",
                             "2026-12-24 14:00",
                             "2026-12-24T24:00",
                             "2026-12-24T14:60",
                             "2026-12-24T14-00",
                             "2026-12-24T1a:00",
                             "2026-12-24T14:0a",
                             "2026-12-24T14:00Z",
                             "2O26-12-24",
                             "2026-1a-24",
                             "2026-12-2a",
                             "+026-12-24",
                             "-026-12-24",
                             "2026-+1-24",
                             "2026-12--4",
                             "２026-12-24"}) {
        CAPTURE(date);
        CHECK_FALSE(is_date(date));
    }
}

TEST_CASE("ids are equal and hash alike where their text is") {
    const UserId kim{"kim"};
    CHECK(kim == UserId{"kim"});
    CHECK(kim != UserId{"lee"});
    CHECK(UserId{"kim"} < UserId{"lee"});
    CHECK(std::hash<UserId>{}(kim) == std::hash<UserId>{}(UserId{"kim"}));
}

namespace {

/// MurmurHash64A's scrambling of a block of eight bytes, undone, changed in its highest bit, and
/// done again. In two blocks that follow each other the two changes cancel out, whatever the seed
/// (Aumasson and Bernstein 2012, section 7).
std::string twin_block(std::string_view block) {
    constexpr std::uint64_t multiplier = 0xc6a4a7935bd1e995;
    std::uint64_t inverse = multiplier; // Newton's iteration: each step doubles the right bits
    for (int step = 0; step < 6; ++step) {
        inverse *= 2 - multiplier * inverse;
    }
    std::uint64_t value = 0;
    std::memcpy(&value, block.data(), sizeof value);
    value *= multiplier;
    value ^= value >> 47;
    value *= multiplier;
    value ^= std::uint64_t{1} << 63;
    value *= inverse;
    value ^= value >> 47;
    value *= inverse;
    std::string twin(sizeof value, '\0');
    std::memcpy(twin.data(), &value, sizeof value);
    return twin;
}

} // namespace

TEST_CASE("names that are made to fall into one bucket do not") {
    std::vector<std::string> names{""};
    const std::string pair = "a-block-of-a-pair";
    const auto first = pair.substr(0, 8);
    const auto second = pair.substr(8, 8);
    for (int bit = 0; bit < 10; ++bit) {
        std::vector<std::string> longer;
        for (const auto& name : names) {
            longer.push_back(name + first + second);
            longer.push_back(name + twin_block(first) + twin_block(second));
        }
        names = std::move(longer);
    }
    std::set<std::size_t> by_standard;
    std::set<std::size_t> by_seed;
    std::set<std::size_t> of_ids;
    for (const auto& name : names) {
        by_standard.insert(std::hash<std::string>{}(name));
        by_seed.insert(SeededHash{}(name));
        of_ids.insert(std::hash<UserId>{}(UserId{name}));
    }
    REQUIRE(names.size() == 1024);
    REQUIRE(by_standard.size() == 1);
    CHECK(by_seed.size() == names.size());
    CHECK(of_ids.size() == names.size());
}

TEST_CASE("a random id is 32 lower-case hex digits of 128 bits") {
    struct Bytes final : Random {
        void fill(std::span<std::byte> bytes) override {
            REQUIRE(bytes.size() == 16);
            for (std::size_t i = 0; i < bytes.size(); ++i) {
                bytes[i] = static_cast<std::byte>(i * 17);
            }
        }
    } bytes;
    CHECK(random_id(bytes) == "00112233445566778899aabbccddeeff");

    test::FakeRandom random;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        seen.insert(random_id(random));
    }
    CHECK(seen.size() == 1000);
}
