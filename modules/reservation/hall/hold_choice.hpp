// SPDX-License-Identifier: MIT
// Which of a user's holds a request means. Pure.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "hold_map.hpp"
#include "seat_map.hpp"
#include "stagedoor/reservation.hpp"

namespace stagedoor::reservation {

/// The hold among `holds` that is on `date` and for exactly `seats`, in whatever order; nullptr if
/// there is none.
[[nodiscard]] const Hold* held_exactly(const std::vector<const Hold*>& holds,
                                       const SeatsOfDate& wanted);

/// The hold among a user's `holds` that a payment for `wanted`, which came in at `arrived`, is to
/// pay. `map` is the seat map of the date, nullptr where the concert does not play on it.
[[nodiscard]] result<const Hold*, SaleRefusal> choose_hold(const std::vector<const Hold*>& holds,
                                                           const SeatMap* map,
                                                           const SeatsOfDate& wanted,
                                                           Instant arrived);

} // namespace stagedoor::reservation
