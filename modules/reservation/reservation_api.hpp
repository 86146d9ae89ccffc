// SPDX-License-Identifier: MIT
// The endpoints of reservations: parse, call, serialise. Loop thread only.
#pragma once

#include "reservation_service.hpp"
#include "stagedoor/idempotency.hpp"
#include "stagedoor/routes.hpp"

namespace stagedoor::reservation {

/// Hangs up the endpoints; all references must outlive `routes`.
void add_reservation_routes(Routes& routes, ReservationService& service, const queue::Queue& queue,
                            Idempotency& idempotency, const Clock& clock);

} // namespace stagedoor::reservation
