// SPDX-License-Identifier: MIT
// The endpoints of payments: parse, call, serialise. Loop thread only.
#pragma once

#include "payment_service.hpp"
#include "stagedoor/idempotency.hpp"
#include "stagedoor/routes.hpp"

namespace stagedoor::payment {

/// Hangs up the endpoints; all references must outlive `routes`.
void add_payment_routes(Routes& routes, PaymentService& service, const queue::Queue& queue,
                        Idempotency& idempotency);

} // namespace stagedoor::payment
