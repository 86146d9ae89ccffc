// SPDX-License-Identifier: MIT
// Bringing money, and looking at it.
#include "support/catch.hpp"
#include "till_fixture.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using payment::balance_max;
using payment::ChargeRefusal;

TEST_CASE("a charge adds to the balance and says what it is then") {
    Till till;
    till.clock.advance(5s);
    const auto charged = till.loop.run(till.till.charge(UserId{"kim"}, 70, Till::keep_no_charge));
    REQUIRE(charged.has_value());
    CHECK((*charged)->id.size() == 44);
    CHECK((*charged)->user.value == "kim");
    CHECK((*charged)->amount == 70);
    CHECK((*charged)->balance_after == 70);
    CHECK((*charged)->charged_at == till.clock.shown_now());
    const auto again = till.loop.run(till.till.charge(UserId{"kim"}, 5, Till::keep_no_charge));
    REQUIRE(again.has_value());
    CHECK((*again)->balance_after == 75);
    CHECK((*again)->id != (*charged)->id);
    CHECK(till.balance("kim") == 75);
    CHECK(till.balance("lee") == 0);
    CHECK(till.till.stats().charges == 2);
    till.check_at_rest();
}

TEST_CASE("charges at a time all count") {
    Till till;
    till.journal.hold();
    std::vector<Started<result<std::shared_ptr<const payment::Charge>, ChargeRefusal>>> charges;
    for (int i = 1; i <= 20; ++i) {
        charges.push_back(
            till.loop.start(till.till.charge(UserId{"kim"}, i, Till::keep_no_charge)));
    }
    till.journal.release();
    till.loop.poll();
    std::int64_t sum = 0;
    for (int i = 1; i <= 20; ++i) {
        sum += i;
        const auto charged = charges[static_cast<std::size_t>(i - 1)].get();
        REQUIRE(charged.has_value());
        CHECK((*charged)->balance_after == sum);
    }
    CHECK(till.balance("kim") == 210);
    till.check_at_rest();
}

TEST_CASE("a balance grows up to its limit and not beyond") {
    Till till;
    till.charge("kim", balance_max - 1);
    till.charge("kim", 1);
    CHECK(till.balance("kim") == balance_max);
    const auto refused = till.loop.run(till.till.charge(UserId{"kim"}, 1, Till::keep_no_charge));
    REQUIRE(refused.has_error());
    CHECK(refused.error() == ChargeRefusal::balance_limit);
    CHECK(till.balance("kim") == balance_max);
    CHECK(till.till.stats().charges == 2);
    till.charge("lee", balance_max); // everybody has a limit of their own
    till.check_at_rest();
}

TEST_CASE("a charge that cannot be written did not happen") {
    Till till;
    till.charge("kim", 10);
    till.journal.fail();
    const auto refused = till.loop.run(till.till.charge(UserId{"kim"}, 1, Till::keep_no_charge));
    REQUIRE(refused.has_error());
    CHECK(refused.error() == ChargeRefusal::storage_unavailable);
    till.journal.repair();
    CHECK(till.balance("kim") == 10);
    till.check_at_rest();
}

TEST_CASE("the answer of a charge is kept in the same commit, where the balance is known") {
    Till till;
    till.charge("kim", 10);
    std::int64_t shown = -1;
    const payment::KeepCharge keep = [&](std::shared_ptr<const payment::Charge> charge) {
        return Change{[&shown, charge](Transaction&) { shown = charge->balance_after; }};
    };
    const auto commits = till.journal.commits();
    CHECK(till.loop.run(till.till.charge(UserId{"kim"}, 5, keep)).has_value());
    CHECK(shown == 15);
    CHECK(till.journal.commits() == commits + 1);
}

TEST_CASE("an answer that is refused to be kept undoes the charge") {
    Till till;
    const payment::KeepCharge keep = [](const std::shared_ptr<const payment::Charge>&) {
        return Change{[](Transaction& transaction) { transaction.refuse(); }};
    };
    CHECK(till.loop.run(till.till.charge(UserId{"kim"}, 5, keep)).has_error());
    CHECK(till.balance("kim") == 0);
    till.check_at_rest();
}

TEST_CASE("the ledger of a user is paged, newest first") {
    Till till;
    for (int i = 1; i <= 5; ++i) {
        till.clock.advance(1s);
        till.charge("kim", i * 100);
        till.charge("lee", 1);
    }
    const auto page = [&](std::int64_t limit, std::optional<std::int64_t> before) {
        return till.loop.run(till.till.entries(UserId{"kim"}, limit, before));
    };
    auto first = page(2, std::nullopt);
    REQUIRE(first.entries.size() == 2);
    CHECK(first.entries[0].amount == 500);
    CHECK(first.entries[0].balance_after == 1500);
    CHECK(first.entries[0].kind == "CHARGE");
    CHECK(first.entries[0].at == till.clock.shown_now());
    CHECK(first.entries[0].reference.size() == 44);
    CHECK(first.entries[1].amount == 400);
    CHECK(first.entries[0].id > first.entries[1].id);
    REQUIRE(first.next);
    till.charge("kim", 9); // what comes meanwhile moves no page
    const auto second = page(2, first.next);
    REQUIRE(second.entries.size() == 2);
    CHECK(second.entries[0].amount == 300);
    CHECK(second.entries[1].amount == 200);
    const auto third = page(2, second.next);
    REQUIRE(third.entries.size() == 1);
    CHECK(third.entries[0].amount == 100);
    CHECK_FALSE(third.next);
    CHECK(page(6, std::nullopt).entries.size() == 6);
    CHECK_FALSE(page(6, std::nullopt).next); // exactly all: nothing is left
    CHECK(page(5, std::nullopt).next);
    CHECK(till.loop.run(till.till.entries(UserId{"park"}, 10, std::nullopt)).entries.empty());
}

TEST_CASE("a payment is in the ledger with what it took and what was left") {
    Till till;
    const auto kim = till.inside("kim");
    till.hold(kim, seats({"A-1"}));
    till.charge("kim", 130);
    const auto paid = till.pay(kim, named({"A-1"}));
    REQUIRE(paid.has_value());
    const auto page = till.loop.run(till.till.entries(UserId{"kim"}, 10, std::nullopt));
    REQUIRE(page.entries.size() == 2);
    CHECK(page.entries[0].kind == "PAYMENT");
    CHECK(page.entries[0].amount == 100);
    CHECK(page.entries[0].balance_after == 30);
    CHECK(page.entries[0].reference == (*paid)->payment.value);
    CHECK(page.entries[1].kind == "CHARGE");
}
