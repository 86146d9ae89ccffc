// SPDX-License-Identifier: MIT
#include "tombstones.hpp"

#include "support/catch.hpp"
#include "support/fake_clock.hpp"

using namespace stagedoor;
using namespace stagedoor::queue;
using namespace std::chrono_literals;
using test::start_of_test;

namespace {

Token over_at(Instant instant, std::uint64_t key) {
    Token token;
    token.key.bits = {key, 0};
    token.expired_at = instant;
    return token;
}

} // namespace

TEST_CASE("nothing is due where nobody is over") {
    Tombstones tombstones;
    CHECK_FALSE(tombstones.next_due());
    CHECK(tombstones.take(start_of_test, 100).empty());
}

TEST_CASE("a token is forgotten at the full minute after its day") {
    Tombstones tombstones;
    tombstones.add(over_at(start_of_test + 1ms, 1));
    CHECK(tombstones.next_due() == start_of_test + 24h + 1min);
    Tombstones exact;
    exact.add(over_at(start_of_test, 1));
    CHECK(exact.next_due() == start_of_test + 24h);
}

TEST_CASE("what was over a day ago may be forgotten") {
    CHECK(Tombstones::forgotten_before(start_of_test + 24h) == start_of_test);
}

TEST_CASE("the longest over goes first, whatever the order of coming") {
    Tombstones tombstones;
    tombstones.add(over_at(start_of_test + 2s, 2));
    tombstones.add(over_at(start_of_test + 3s, 3));
    tombstones.add(over_at(start_of_test + 1s, 1));
    CHECK(tombstones.take(start_of_test, 100).empty());
    const auto first = tombstones.take(start_of_test + 2s, 100);
    REQUIRE(first.size() == 2);
    CHECK(first[0].key.bits[0] == 1);
    CHECK(first[1].key.bits[0] == 2);
    CHECK(tombstones.next_due() == start_of_test + 24h + 1min);
    CHECK(tombstones.take(start_of_test + 3s - 1ms, 100).empty());
    CHECK(tombstones.take(start_of_test + 3s, 100).size() == 1);
    CHECK_FALSE(tombstones.next_due());
}

TEST_CASE("what is over is taken a slice at a time, and can be put back") {
    Tombstones tombstones;
    for (std::uint64_t i = 1; i <= 5; ++i) {
        tombstones.add(over_at(start_of_test + std::chrono::seconds{i}, i));
    }
    CHECK(tombstones.take(start_of_test + 1h, 0).empty());
    const auto some = tombstones.take(start_of_test + 1h, 3);
    REQUIRE(some.size() == 3);
    CHECK(some[2].key.bits[0] == 3);
    tombstones.put_back(some);
    CHECK(tombstones.next_due() == start_of_test + 24h + 1min);
    const auto all = tombstones.take(start_of_test + 1h, 100);
    REQUIRE(all.size() == 5);
    CHECK(all[0].key.bits[0] == 1);
    CHECK(all[0].expired_at == start_of_test + 1s);
}
