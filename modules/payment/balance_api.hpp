// SPDX-License-Identifier: MIT
// The endpoints of balances, charges and ledgers: parse, call, serialise. Loop thread only.
#pragma once

#include <string>

#include "payment_service.hpp"
#include "stagedoor/idempotency.hpp"
#include "stagedoor/routes.hpp"

namespace stagedoor::payment {

/// Hangs up the endpoints; all references must outlive `routes`. `currency` is the configured one.
void add_balance_routes(Routes& routes, PaymentService& service, Idempotency& idempotency,
                        std::string currency);

} // namespace stagedoor::payment
