// SPDX-License-Identifier: MIT
// The tables of seats and reservations, and the SQL of holding, selling and releasing. Functions
// that take a Database run on the writer's thread (or before it starts); the others only make
// Changes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/journal.hpp"
#include "hall/hold_map.hpp"
#include "hall/reservation.hpp"
#include "hall/seat_map.hpp"

namespace stagedoor::reservation {

/// A new reservation, and its seats HELD, which must be AVAILABLE.
[[nodiscard]] Change insert_hold(Hold hold);
/// Ends a hold as RELEASED or EXPIRED, and its seats are AVAILABLE. It must be HELD.
[[nodiscard]] Change release_hold(const Hold& hold, ReservationStatus status, Instant now);
/// Ends a hold as PAID, and its seats are RESERVED, all of which it must hold.
[[nodiscard]] Change sell_hold(const Hold& hold, Instant now);

/// A reservation of any status.
[[nodiscard]] std::optional<Reservation> find_reservation(Database& database,
                                                          const ReservationId& id);

/// Every reservation that is HELD.
void load_holds(Database& database, const std::function<void(Hold)>& hold);

/// Every broken invariant of these tables, a sentence each.
[[nodiscard]] std::vector<std::string> audit(Database& database);

} // namespace stagedoor::reservation
