// SPDX-License-Identifier: MIT
#include "hall/hold_map.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "support/fake_clock.hpp"

using namespace stagedoor;
using namespace stagedoor::reservation;
using namespace std::chrono_literals;
using test::start_of_test;

namespace {

Hold hold(const std::string& id, const std::string& user, Milliseconds until,
          const std::string& concert = "gala") {
    Hold made;
    made.id.value = id;
    made.user.value = user;
    made.concert.value = concert;
    made.expires_at = start_of_test + until;
    return made;
}

std::vector<std::string> names(const std::vector<ReservationId>& ids) {
    std::vector<std::string> found;
    for (const auto& id : ids) {
        found.push_back(id.value);
    }
    return found;
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("an empty map has nothing") {
    HoldMap holds;
    CHECK(holds.size() == 0);
    CHECK(holds.find(ReservationId{"a"}) == nullptr);
    CHECK(holds.of(ConcertId{"gala"}, UserId{"kim"}).empty());
    CHECK(holds.any_pinned(ConcertId{"gala"}) == nullptr);
    CHECK_FALSE(holds.next_expiry());
    CHECK(holds.due(start_of_test + 24h).empty());
}

TEST_CASE("holds are found by their id and by their holder in a concert") {
    HoldMap holds;
    holds.add(hold("a", "kim", 1s));
    holds.add(hold("b", "kim", 2s));
    holds.add(hold("c", "kim", 3s, "ball"));
    holds.add(hold("d", "lee", 4s));
    CHECK(holds.size() == 4);
    REQUIRE(holds.find(ReservationId{"d"}) != nullptr);
    CHECK(holds.find(ReservationId{"d"})->user.value == "lee");
    Names found;
    for (const auto* const one : holds.of(ConcertId{"gala"}, UserId{"kim"})) {
        found.push_back(one->id.value);
    }
    std::sort(found.begin(), found.end());
    CHECK(found == Names{"a", "b"});
    CHECK(holds.of(ConcertId{"ball"}, UserId{"lee"}).empty());
    holds.remove(ReservationId{"a"});
    CHECK(holds.find(ReservationId{"a"}) == nullptr);
    CHECK(holds.of(ConcertId{"gala"}, UserId{"kim"}).size() == 1);
    holds.remove(ReservationId{"a"});
    CHECK(holds.size() == 3);
}

TEST_CASE("a hold lasts until just before its end, and the earliest is due first") {
    HoldMap holds;
    holds.add(hold("late", "kim", 30s));
    holds.add(hold("early", "lee", 10s));
    holds.add(hold("middle", "park", 20s));
    CHECK(holds.next_expiry() == start_of_test + 10s);
    CHECK(holds.due(start_of_test + 10s - 1ms).empty());
    CHECK(names(holds.due(start_of_test + 10s)) == Names{"early"});
    CHECK(names(holds.due(start_of_test + 1h)) == Names{"early", "middle", "late"});
    CHECK(holds.size() == 3);
}

TEST_CASE("a pinned hold is not due, whatever the time") {
    HoldMap holds;
    holds.add(hold("early", "kim", 10s));
    holds.add(hold("late", "lee", 20s));
    holds.set_pinned(ReservationId{"early"}, true);
    CHECK(holds.next_expiry() == start_of_test + 20s);
    CHECK(names(holds.due(start_of_test + 1h)) == Names{"late"});
    holds.set_pinned(ReservationId{"late"}, true);
    CHECK_FALSE(holds.next_expiry());
    CHECK(holds.due(start_of_test + 1h).empty());
    holds.set_pinned(ReservationId{"early"}, false);
    CHECK(holds.next_expiry() == start_of_test + 10s);
}

TEST_CASE("a pinned hold of a concert is found, in that concert alone") {
    HoldMap holds;
    holds.add(hold("a", "kim", 10s));
    holds.add(hold("b", "kim", 10s, "ball"));
    CHECK(holds.any_pinned(ConcertId{"gala"}) == nullptr);
    holds.set_pinned(ReservationId{"b"}, true);
    CHECK(holds.any_pinned(ConcertId{"gala"}) == nullptr);
    REQUIRE(holds.any_pinned(ConcertId{"ball"}) != nullptr);
    CHECK(holds.any_pinned(ConcertId{"ball"})->id.value == "b");
    CHECK(holds.find(ReservationId{"b"})->pinned);
    CHECK_FALSE(holds.find(ReservationId{"a"})->pinned);
}
