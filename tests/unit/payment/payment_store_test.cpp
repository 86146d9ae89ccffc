// SPDX-License-Identifier: MIT
// The tables of payments and tickets: what they refuse, and what the audit finds.
#include "payment_store.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "till_fixture.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

/// Two seats paid and one held.
struct PaidFixture : Till {
    PaidFixture() {
        const auto kim = inside("kim");
        hold(kim, seats({"A-1", "A-2"}));
        charge("kim", 200);
        payment = *pay(kim, named({"A-1", "A-2"}));
        hold(inside("lee"), seats({"A-3"}));
        check_at_rest();
    }
    void run(const std::string& sql) { journal.database().connection().exec(sql); }

    void check_found(const std::string& sql, const std::string& words) {
        CAPTURE(sql);
        run(sql);
        const auto faults = payment::audit(journal.database());
        CHECK(std::any_of(faults.begin(), faults.end(), [&](const std::string& fault) {
            return fault.find(words) != std::string::npos;
        }));
    }

    std::shared_ptr<const Payment> payment;
};

} // namespace

TEST_CASE("a seat with two tickets, of two payments for one reservation, is found") {
    PaidFixture fixture; // whose hold no second sale would find: see sell_hold()
    auto again = std::make_shared<Payment>(*fixture.payment);
    again->payment.value = "another";
    fixture.loop.run(commit(fixture.journal, payment::insert_payment(again)));
    fixture.check_found("", "has 2 tickets");
    PaidFixture{}.check_found("UPDATE tickets SET seat_number = 'A-1'", "has 2 tickets");
}

TEST_CASE("the tables of payments refuse what cannot be") {
    PaidFixture fixture;
    for (const auto* sql :
         {"UPDATE payments SET amount = -1", "UPDATE payments SET balance_after = -1",
          "UPDATE payments SET reservation_id = 'none'", "UPDATE tickets SET price = -1",
          "UPDATE tickets SET place = 0", "UPDATE tickets SET payment_id = 'none'",
          "DELETE FROM payments"}) {
        CAPTURE(sql);
        CHECK_THROWS_AS(fixture.run(sql), SQLite::Exception);
    }
    fixture.check_at_rest();
}

TEST_CASE("the audit finds payments that do not fit their reservation") {
    PaidFixture{}.check_found("UPDATE reservations SET status = 'RELEASED' WHERE status = 'PAID'",
                              "a reservation that is RELEASED");
    PaidFixture{}.check_found("UPDATE payments SET user_id = 'lee'", "a reservation that is PAID");
    PaidFixture{}.check_found("UPDATE payments SET amount = 199", "a reservation that is PAID");
}

TEST_CASE("the audit finds tickets without a seat and seats without a ticket") {
    PaidFixture{}.check_found("UPDATE seats SET status = 'HELD' WHERE seat_number = 'A-1'",
                              "seat A-1 of gala on 2026-12-24 has a ticket, but is HELD");
    PaidFixture{}.check_found("DELETE FROM seats WHERE seat_number = 'A-1'", "but is AVAILABLE");
    PaidFixture{}.check_found("UPDATE seats SET status = 'RESERVED' WHERE seat_number = 'A-3'",
                              "is RESERVED without a ticket");
    PaidFixture{}.check_found("DELETE FROM tickets WHERE seat_number = 'A-1'",
                              "is RESERVED without a ticket");
}

TEST_CASE("the audit finds a payment that nobody paid") {
    PaidFixture{}.check_found("DROP TRIGGER ledger_entries_remain; DELETE FROM ledger_entries "
                              "WHERE kind = 'PAYMENT'",
                              "has no matching entry in the ledger");
}
