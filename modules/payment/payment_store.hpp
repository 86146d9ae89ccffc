// SPDX-License-Identifier: MIT
// The tables of payments and tickets and their only SQL. Functions that take a Database run on the
// writer's thread; the others only make Changes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/journal.hpp"
#include "payment_record.hpp"

namespace stagedoor::payment {

/// Stores a payment with its tickets, with `balance_after` as the debit before it in the same
/// Change has set it.
[[nodiscard]] Change insert_payment(std::shared_ptr<const Payment> payment);

[[nodiscard]] std::optional<Payment> find_payment(Database& database, const PaymentId& id);

/// Every broken invariant of these tables, a sentence each.
[[nodiscard]] std::vector<std::string> audit(Database& database);

} // namespace stagedoor::payment
