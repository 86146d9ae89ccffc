// SPDX-License-Identifier: MIT
#include "base/turns.hpp"

#include <memory>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/run.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

const ConcertId gala{"gala"};

/// Takes turns and keeps them until a test lets them go.
struct Holders {
    Loop loop;
    Turns turns{loop.executor()};
    std::vector<std::string> order;
    std::vector<std::unique_ptr<Turn>> held;

    Started<void> ask(const std::string& name, const std::string& user, ConcertId concert = gala) {
        return loop.start(take(name, std::move(concert), UserId{user}));
    }

    task<void> take(std::string name, ConcertId concert, UserId user) {
        auto turn = co_await turns.take(std::move(concert), std::move(user));
        order.push_back(std::move(name));
        held.push_back(std::make_unique<Turn>(std::move(turn)));
    }

    void let_go(std::size_t which) {
        held.at(which).reset();
        loop.poll();
    }
};

} // namespace

TEST_CASE("a free turn is taken at once") {
    Holders holders;
    CHECK(holders.turns.idle());
    CHECK(holders.ask("a", "kim").done());
    CHECK_FALSE(holders.turns.idle());
    holders.let_go(0);
    CHECK(holders.turns.idle());
    CHECK(holders.loop.idle());
}

TEST_CASE("a user's turns follow one another in the order of asking") {
    Holders holders;
    for (const auto* name : {"a", "b", "c", "d"}) {
        holders.ask(name, "kim");
    }
    CHECK(holders.order == std::vector<std::string>{"a"});
    holders.let_go(0);
    CHECK(holders.order == std::vector<std::string>{"a", "b"});
    holders.let_go(1);
    CHECK(holders.order == std::vector<std::string>{"a", "b", "c"});
    holders.let_go(2);
    holders.let_go(3);
    CHECK(holders.order == std::vector<std::string>{"a", "b", "c", "d"});
    CHECK(holders.turns.idle());
    CHECK(holders.loop.idle());
}

TEST_CASE("who comes while a turn is handed over does not get in between") {
    Holders holders;
    holders.ask("a", "kim");
    holders.ask("b", "kim");
    holders.held.at(0).reset(); // handed over, but `b` has not run yet
    holders.ask("c", "kim");
    CHECK(holders.order == std::vector<std::string>{"a", "b"});
    holders.let_go(1);
    CHECK(holders.order == std::vector<std::string>{"a", "b", "c"});
    holders.let_go(2);
    CHECK(holders.loop.idle());
}

TEST_CASE("users and concerts do not wait for one another") {
    Holders holders;
    CHECK(holders.ask("a", "kim").done());
    CHECK(holders.ask("b", "lee").done());
    CHECK(holders.ask("c", "kim", ConcertId{"ball"}).done());
    CHECK_FALSE(holders.ask("d", "lee").done());
    holders.let_go(0);
    CHECK(holders.order == std::vector<std::string>{"a", "b", "c"});
    holders.let_go(1);
    CHECK(holders.order.back() == "d");
    holders.held.clear();
    CHECK(holders.turns.idle());
}

TEST_CASE("concert and user are not run together") {
    Holders holders;
    CHECK(holders.ask("a", "bc", ConcertId{"a"}).done());
    CHECK(holders.ask("b", "c", ConcertId{"ab"}).done());
    holders.held.clear();
}

TEST_CASE("a turn that was moved is passed on once") {
    Holders holders;
    holders.ask("a", "kim");
    holders.ask("b", "kim");
    holders.ask("c", "kim");
    {
        Turn moved{std::move(*holders.held.at(0))};
        holders.let_go(0);
        CHECK(holders.order.size() == 1);
    }
    holders.loop.poll();
    CHECK(holders.order == std::vector<std::string>{"a", "b"});
    holders.let_go(1);
    holders.let_go(2);
    CHECK(holders.turns.idle());
}

TEST_CASE("thousands of users with many turns each all come to theirs") {
    Holders holders;
    constexpr int users = 2000;
    constexpr int rounds = 3;
    for (int round = 0; round < rounds; ++round) {
        for (int user = 0; user < users; ++user) {
            holders.ask(std::to_string(round), "u" + std::to_string(user));
        }
    }
    CHECK(holders.order.size() == users);
    for (std::size_t i = 0; i < users * rounds; ++i) {
        REQUIRE(i < holders.held.size());
        holders.let_go(i);
    }
    CHECK(holders.order.size() == users * rounds);
    CHECK(std::is_sorted(holders.order.begin(), holders.order.end()));
    CHECK(holders.turns.idle());
    CHECK(holders.loop.idle());
}
