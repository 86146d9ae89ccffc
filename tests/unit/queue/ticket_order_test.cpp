// SPDX-License-Identifier: MIT
// The order of tickets against the plainest thing that does the same: a sorted set.
#include "ticket_order.hpp"

#include <deque>
#include <iterator>
#include <set>

#include "support/catch.hpp"
#include "support/fake_random.hpp"
#include "token.hpp"

using namespace stagedoor::queue;
using stagedoor::test::FakeRandom;

namespace {

/// The order and its model side by side.
struct Both {
    TicketOrder order;
    std::set<std::int64_t> model;
    std::deque<Token> tokens; ///< by ticket, since a deque never moves them
    std::int64_t last = 0;

    explicit Both(std::int64_t first = 1) : last{first - 1} {}

    Token& add(std::int64_t ticket) {
        last = ticket;
        auto& token = tokens.emplace_back();
        token.ticket_number = ticket;
        order.add(ticket, token);
        model.insert(ticket);
        return token;
    }

    void remove(std::int64_t ticket) {
        order.remove(ticket);
        model.erase(ticket);
    }

    [[nodiscard]] std::int64_t any(FakeRandom& random) const {
        auto at = model.lower_bound(
            *model.begin() + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(
                                 *model.rbegin() - *model.begin() + 1))));
        return *at;
    }

    void check_front() const {
        REQUIRE(order.size() == static_cast<std::int64_t>(model.size()));
        if (model.empty()) {
            REQUIRE(order.front() == nullptr);
        } else {
            REQUIRE(order.front() != nullptr);
            REQUIRE(order.front()->ticket_number == *model.begin());
            REQUIRE(order.place_of(*model.begin()) == 1);
            REQUIRE(order.place_of(*model.rbegin()) == order.size());
        }
    }

    void check_places() const {
        check_front();
        std::int64_t place = 0;
        std::int64_t before = 0;
        for (const auto ticket : model) {
            REQUIRE(order.place_of(ticket) == ++place);
            for (const auto lower : {before, before + 1, ticket - 1}) {
                REQUIRE((lower >= ticket || order.first_after(lower)->ticket_number == ticket));
            }
            before = ticket;
        }
        REQUIRE(order.first_after(before) == nullptr);
        REQUIRE(order.first_after(before + 10'000) == nullptr);
    }
};

} // namespace

TEST_CASE("nobody is in front of an empty line") {
    TicketOrder order;
    CHECK(order.front() == nullptr);
    CHECK(order.size() == 0);
}

TEST_CASE("places count those ahead and nobody else") {
    Both both;
    for (std::int64_t ticket = 1; ticket <= 10; ++ticket) {
        both.add(ticket);
    }
    CHECK(both.order.place_of(10) == 10);
    both.remove(4);
    CHECK(both.order.place_of(10) == 9);
    CHECK(both.order.place_of(3) == 3);
    both.remove(1);
    CHECK(both.order.place_of(10) == 8);
    CHECK(both.order.front()->ticket_number == 2);
    both.remove(10);
    CHECK(both.order.size() == 7);
    both.check_places();
}

TEST_CASE("tickets may have gaps, over words, blocks and many blocks") {
    for (const std::int64_t first : {1, 63, 64, 511, 512, 1'000'003}) {
        Both both{first};
        std::int64_t ticket = first;
        for (const std::int64_t gap : {1, 1, 62, 64, 65, 447, 512, 513, 5'000, 1, 70'000}) {
            both.add(ticket);
            ticket += gap;
        }
        both.check_places();
        while (!both.model.empty()) {
            both.remove(*both.model.begin());
            both.check_places();
        }
    }
}

TEST_CASE("a line that has run empty goes on behind") {
    Both both;
    for (std::int64_t round = 0; round < 50; ++round) {
        for (int joins = 0; joins < 700; ++joins) {
            both.add(both.last + 1);
        }
        while (!both.model.empty()) {
            both.remove(*both.model.begin());
        }
        both.check_front();
    }
    both.add(both.last + 3'000);
    both.check_places();
}

TEST_CASE("the last of the line may leave first") {
    Both both;
    for (int joins = 0; joins < 2'000; ++joins) {
        both.add(both.last + 1);
    }
    while (!both.model.empty()) {
        both.remove(*both.model.rbegin());
        both.check_front();
    }
}

TEST_CASE("places stay exact while the front is called out of tens of thousands") {
    Both both;
    constexpr int joins = 80'000; // more than the 64 blocks at which consumed ones are dropped
    for (int i = 0; i < joins; ++i) {
        both.add(both.last + 1);
    }
    for (int called = 1; !both.model.empty(); ++called) {
        both.remove(*both.model.begin());
        both.check_front();
        if (called % 9'973 == 0) {
            both.check_places();
        }
    }
}

TEST_CASE("joins, leaves and calls in any order keep every place exact") {
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        CAPTURE(seed);
        FakeRandom random{seed};
        Both both{static_cast<std::int64_t>(random.below(2'000)) + 1};
        for (int step = 1; step <= 60'000; ++step) {
            // By turns the line grows and shrinks, so that blocks are dropped and added again.
            const bool growing = step / 15'000 % 2 == 0;
            const auto choice = random.below(10);
            if (both.model.empty() || choice < (growing ? 8U : 2U)) {
                both.add(
                    both.last + 1 +
                    static_cast<std::int64_t>(random.below(20) == 0 ? random.below(1'500) : 0));
            } else if (choice == 9) {
                both.remove(both.any(random));
            } else {
                both.remove(*both.model.begin());
            }
            both.check_front();
            if (!both.model.empty() && step % 16 == 0) {
                const auto ticket = both.any(random);
                if (step % 1'024 == 0) {
                    const auto place = std::distance(both.model.begin(), both.model.find(ticket));
                    REQUIRE(both.order.place_of(ticket) == place + 1);
                }
            }
            if (step % 7'500 == 0) {
                both.check_places();
            }
        }
    }
}
