// SPDX-License-Identifier: MIT
// A reservation as its holder sees it, live or past.
#pragma once

#include <string_view>

#include "hold_map.hpp"

namespace stagedoor::reservation {

enum class ReservationStatus { held = 1, paid, released, expired };

/// `HELD`, `PAID`, …: the contract's words, also in the tables.
[[nodiscard]] std::string_view to_string(ReservationStatus status);

struct Reservation {
    Hold hold;
    ReservationStatus status = ReservationStatus::held;
};

} // namespace stagedoor::reservation
