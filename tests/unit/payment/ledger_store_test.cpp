// SPDX-License-Identifier: MIT
// The ledger: double entry, append-only, never below nothing and never beyond the limit.
#include "ledger_store.hpp"

#include "support/catch.hpp"
#include "till_fixture.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using namespace stagedoor::payment;

namespace {

struct LedgerFixture : Till {
    Outcome write(Change change) { return loop.run(commit(journal, std::move(change))); }

    std::shared_ptr<Charge> charge_of(const std::string& id, const std::string& user,
                                      std::int64_t amount) {
        auto made = std::make_shared<Charge>();
        made->id = id;
        made->user.value = user;
        made->amount = amount;
        made->charged_at = clock.shown_now();
        return made;
    }
    std::shared_ptr<Payment> payment_of(const std::string& id, const std::string& user,
                                        std::int64_t amount) {
        auto made = std::make_shared<Payment>();
        made->payment.value = id;
        made->user.value = user;
        made->amount = amount;
        made->paid_at = clock.shown_now();
        return made;
    }
    std::int64_t of(const std::string& account) {
        return journal.number("SELECT balance FROM accounts WHERE account = '" + account + "'");
    }
    void run(const std::string& sql) { journal.database().connection().exec(sql); }
};

} // namespace

TEST_CASE("a charge goes from cash to the user, a payment from the user to revenue") {
    LedgerFixture fixture;
    CHECK(fixture.write(credit(fixture.charge_of("c1", "kim", 100))) == Outcome::committed);
    CHECK(fixture.of("cash") == -100);
    CHECK(fixture.of("user:kim") == 100);
    CHECK(fixture.of("revenue") == 0);
    const auto payment = fixture.payment_of("p1", "kim", 60);
    CHECK(fixture.write(debit(payment)) == Outcome::committed);
    CHECK(payment->balance_after == 40);
    CHECK(fixture.of("user:kim") == 40);
    CHECK(fixture.of("revenue") == 60);
    CHECK(fixture.of("cash") == -100);
    CHECK(audit_ledger(fixture.journal.database()).empty());
}

TEST_CASE("every transfer has two entries that sum to nothing") {
    LedgerFixture fixture;
    fixture.write(credit(fixture.charge_of("c1", "kim", 100)));
    fixture.write(debit(fixture.payment_of("p1", "kim", 60)));
    for (const auto* id : {"c1", "p1"}) {
        const auto where = " FROM ledger_entries WHERE transfer_id = '" + std::string{id} + "'";
        CHECK(fixture.journal.number("SELECT COUNT(*)" + where) == 2);
        CHECK(fixture.journal.number("SELECT SUM(amount)" + where) == 0);
    }
}

TEST_CASE("a debit takes the last of the balance, and not more") {
    LedgerFixture fixture;
    fixture.write(credit(fixture.charge_of("c1", "kim", 100)));
    const auto too_much = fixture.payment_of("p1", "kim", 101);
    CHECK(fixture.write(debit(too_much)) == Outcome::refused);
    CHECK(too_much->balance_after == 100);
    CHECK(fixture.of("user:kim") == 100);
    CHECK(fixture.journal.number("SELECT COUNT(*) FROM ledger_entries") == 2);
    const auto all = fixture.payment_of("p2", "kim", 100);
    CHECK(fixture.write(debit(all)) == Outcome::committed);
    CHECK(all->balance_after == 0);
    const auto nobody = fixture.payment_of("p3", "lee", 1);
    CHECK(fixture.write(debit(nobody)) == Outcome::refused);
    CHECK(nobody->balance_after == 0);
    CHECK(fixture.journal.number("SELECT COUNT(*) FROM accounts WHERE account = 'user:lee'") == 0);
}

TEST_CASE("a credit goes up to the limit, and not beyond") {
    LedgerFixture fixture;
    const auto most = fixture.charge_of("c1", "kim", balance_max);
    CHECK(fixture.write(credit(most)) == Outcome::committed);
    CHECK(most->balance_after == 9'007'199'254'740'991);
    CHECK(fixture.write(credit(fixture.charge_of("c2", "kim", 1))) == Outcome::refused);
    CHECK(fixture.of("user:kim") == balance_max);
    CHECK(fixture.journal.number("SELECT COUNT(*) FROM ledger_entries") == 2);
}

TEST_CASE("the ledger is append-only, whoever asks") {
    LedgerFixture fixture;
    fixture.write(credit(fixture.charge_of("c1", "kim", 100)));
    for (const auto* sql :
         {"UPDATE ledger_entries SET amount = 1", "UPDATE ledger_entries SET at = 0",
          "UPDATE ledger_entries SET entry_id = entry_id + 10", "DELETE FROM ledger_entries",
          "DELETE FROM ledger_entries WHERE entry_id = 1"}) {
        CAPTURE(sql);
        CHECK_THROWS_WITH(fixture.run(sql), Catch::Contains("append-only"));
    }
    CHECK(fixture.journal.number("SELECT COUNT(*) FROM ledger_entries") == 2);
    CHECK(fixture.journal.number("SELECT MAX(amount) FROM ledger_entries") == 100);
}

TEST_CASE("an entry's number is never given out twice") {
    LedgerFixture fixture;
    fixture.write(credit(fixture.charge_of("c1", "kim", 1)));
    Change undone = credit(fixture.charge_of("c2", "kim", 1));
    undone += Change{[](Transaction& transaction) { transaction.refuse(); }};
    CHECK(fixture.write(std::move(undone)) == Outcome::refused);
    fixture.write(credit(fixture.charge_of("c3", "kim", 1)));
    const auto entries = entries_of(fixture.journal.database(), UserId{"kim"}, 10, std::nullopt);
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].id > entries[1].id);
    CHECK(entries[0].reference == "c3");
}

TEST_CASE("the tables refuse what cannot be") {
    LedgerFixture fixture;
    fixture.write(credit(fixture.charge_of("c1", "kim", 100)));
    for (const auto* sql :
         {"UPDATE accounts SET balance = -1 WHERE account = 'user:kim'",
          "UPDATE accounts SET balance = 9007199254740992 WHERE account = 'user:kim'",
          "UPDATE accounts SET balance = 1.5", "UPDATE accounts SET balance = NULL",
          "DELETE FROM accounts WHERE account = 'user:kim'",
          "INSERT INTO ledger_entries (transfer_id, account, kind, amount, balance_after, at) "
          "VALUES ('x', 'user:none', 'CHARGE', 1, 1, 1)",
          "INSERT INTO ledger_entries (transfer_id, account, kind, amount, balance_after, at) "
          "VALUES ('x', 'cash', 'GIFT', 1, 1, 1)"}) {
        CAPTURE(sql);
        CHECK_THROWS_AS(fixture.run(sql), SQLite::Exception);
    }
    CHECK(audit_ledger(fixture.journal.database()).empty());
}

TEST_CASE("the audit finds money from nowhere") {
    LedgerFixture fixture;
    fixture.write(credit(fixture.charge_of("c1", "kim", 100)));
    fixture.run("UPDATE accounts SET balance = 101 WHERE account = 'user:kim'");
    const auto faults = audit_ledger(fixture.journal.database());
    REQUIRE(faults.size() == 2);
    CHECK(faults[0] == "the balances of all accounts sum to 1 and not to 0");
    CHECK(faults[1] == "the balance of user:kim is 101, but its ledger sums to 100");
}

TEST_CASE("the audit finds a transfer with one leg") {
    LedgerFixture fixture;
    fixture.run("INSERT INTO ledger_entries (transfer_id, account, kind, amount, balance_after, at)"
                " VALUES ('lonely', 'cash', 'CHARGE', 0, 0, 1)");
    const auto faults = audit_ledger(fixture.journal.database());
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].find("two entries") != std::string::npos);
}

TEST_CASE("a user's name is no pattern and no other account") {
    LedgerFixture fixture;
    fixture.write(credit(fixture.charge_of("c1", "a_b", 100)));
    CHECK(balance_of(fixture.journal.database(), UserId{"a_b"}) == 100);
    CHECK(balance_of(fixture.journal.database(), UserId{"axb"}) == 0);
    CHECK(balance_of(fixture.journal.database(), UserId{"A_B"}) == 0);
    CHECK(balance_of(fixture.journal.database(), UserId{"cash"}) == 0);
    CHECK(fixture.write(debit(fixture.payment_of("p1", "cash", 1))) == Outcome::refused);
}
