// SPDX-License-Identifier: MIT
#include "tokens/tombstones.hpp"

#include "support/catch.hpp"
#include "support/fake_clock.hpp"

using namespace stagedoor;
using namespace stagedoor::queue;
using namespace std::chrono_literals;
using test::start_of_test;

namespace {

constexpr std::size_t plenty = 1000;

TokenKey key(std::uint64_t number) {
    return {{number, 0}};
}

Tombstone over_at(Instant instant, std::uint64_t number) {
    return make_tombstone(key(number), 1, 7, ExpiryReason::left, instant);
}

} // namespace

TEST_CASE("nothing is due where nobody is over") {
    Tombstones tombstones{plenty};
    CHECK_FALSE(tombstones.next_due());
    CHECK(tombstones.take(start_of_test, 100).empty());
    CHECK(tombstones.find(key(1)) == nullptr);
}

TEST_CASE("of who is over line, ticket and reason are known, by all of the key") {
    Tombstones tombstones{plenty};
    for (const auto reason :
         {ExpiryReason::paid, ExpiryReason::left, ExpiryReason::abandoned,
          ExpiryReason::entry_missed, ExpiryReason::session_ended, ExpiryReason::sold_out}) {
        const auto number = static_cast<std::uint64_t>(reason);
        tombstones.add(
            make_tombstone(key(number), 0xf'ffff'ffff, 0xff'ffff, reason, start_of_test));
        const auto* const found = tombstones.find(key(number));
        REQUIRE(found != nullptr);
        CHECK(found->reason == number);
        CHECK(found->line == 0xff'ffff);
        CHECK(found->ticket_number == 0xf'ffff'ffff);
        CHECK(found->expired_at() == start_of_test);
    }
    CHECK(tombstones.find({{1, 1}}) == nullptr);
    CHECK(tombstones.find(key(7)) == nullptr);
    CHECK(tombstones.size() == 6);
}

TEST_CASE("a token is forgotten at the full minute after its day") {
    Tombstones tombstones{plenty};
    tombstones.add(over_at(start_of_test + 1ms, 1));
    CHECK(tombstones.next_due() == start_of_test + 24h + 1min);
    CHECK(tombstones.take(start_of_test, 100).empty());
    Tombstones exact{plenty};
    exact.add(over_at(start_of_test, 1));
    CHECK(exact.next_due() == start_of_test + 24h);
}

TEST_CASE("what was over a day ago may be forgotten") {
    CHECK(Tombstones::forgotten_before(start_of_test + 24h) == start_of_test);
}

TEST_CASE("the longest over goes first, and is not known any more") {
    Tombstones tombstones{plenty};
    tombstones.add(over_at(start_of_test + 1s, 1));
    tombstones.add(over_at(start_of_test + 2s, 2));
    tombstones.add(over_at(start_of_test + 3s, 3));
    CHECK(tombstones.take(start_of_test, 100).empty());
    const auto first = tombstones.take(start_of_test + 2s, 100);
    REQUIRE(first.size() == 2);
    CHECK(first[0].key == key(1));
    CHECK(first[1].key == key(2));
    CHECK(tombstones.find(key(1)) == nullptr);
    CHECK(tombstones.find(key(3)) != nullptr);
    CHECK(tombstones.next_due() == start_of_test + 24h + 1min);
    CHECK(tombstones.take(start_of_test + 3s - 1ms, 100).empty());
    CHECK(tombstones.take(start_of_test + 3s, 100).size() == 1);
    CHECK_FALSE(tombstones.next_due());
}

TEST_CASE("what is over is taken a slice at a time, and can be put back") {
    Tombstones tombstones{plenty};
    for (std::uint64_t i = 1; i <= 5; ++i) {
        tombstones.add(over_at(start_of_test + std::chrono::seconds{i}, i));
    }
    CHECK(tombstones.take(start_of_test + 1h, 0).empty());
    const auto some = tombstones.take(start_of_test + 1h, 3);
    REQUIRE(some.size() == 3);
    CHECK(some[2].key == key(3));
    tombstones.put_back(some);
    CHECK(tombstones.find(key(3)) != nullptr);
    CHECK(tombstones.next_due() == start_of_test + 24h + 1min);
    const auto all = tombstones.take(start_of_test + 1h, 100);
    REQUIRE(all.size() == 5);
    CHECK(all[0].key == key(1));
    CHECK(all[0].expired_at() == start_of_test + 1s);
}

TEST_CASE("where more are over than are remembered, the oldest give way at once") {
    Tombstones tombstones{3};
    for (std::uint64_t i = 1; i <= 3; ++i) {
        tombstones.add(over_at(start_of_test, i));
    }
    CHECK(tombstones.next_due() == start_of_test + 24h);
    tombstones.add(over_at(start_of_test, 4));
    tombstones.add(over_at(start_of_test, 5));
    REQUIRE(tombstones.next_due());
    CHECK(*tombstones.next_due() < start_of_test);
    const auto taken = tombstones.take(Tombstones::forgotten_before(start_of_test), 100);
    REQUIRE(taken.size() == 2);
    CHECK(taken[0].key == key(1));
    CHECK(tombstones.next_due() == start_of_test + 24h);
    CHECK(tombstones.size() == 3);
}
