// SPDX-License-Identifier: MIT
// Accounts and the append-only double-entry ledger: every transfer takes from one account what it
// gives to another, so that the sum over all accounts is zero at every commit. Users have accounts
// of their own; `cash` stands for the money outside, `revenue` for what was sold. Functions that
// take a Database run on the writer's thread; the others only make Changes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/journal.hpp"
#include "payment_record.hpp"

namespace stagedoor {
class Statement;
}

namespace stagedoor::payment {

/// How the journal reads an account's balance (by the account; no row = 0), and writes it.
extern const Statement load_balance;
extern const Statement store_balance;

/// From cash to the user. Sets `charge->balance_after`; refuses where the balance would exceed
/// `balance_max`.
[[nodiscard]] Change credit(std::shared_ptr<Charge> charge);

/// From the user to revenue. Sets `payment->balance_after` to what is left; refuses where the
/// balance is too small, with `balance_after` set to the balance as it is.
[[nodiscard]] Change debit(std::shared_ptr<Payment> payment);

/// 0 for a user who has never had anything.
[[nodiscard]] std::int64_t balance_of(Database& database, const UserId& user);

/// Newest first, at most `limit`, only those older than entry `before` where it is given.
[[nodiscard]] std::vector<LedgerEntry> entries_of(Database& database, const UserId& user,
                                                  std::int64_t limit,
                                                  std::optional<std::int64_t> before);

/// Every broken invariant of these tables, a sentence each.
[[nodiscard]] std::vector<std::string> audit_ledger(Database& database);

} // namespace stagedoor::payment
