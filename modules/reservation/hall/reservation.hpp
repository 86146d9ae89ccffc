// SPDX-License-Identifier: MIT
// A reservation as its holder sees it, live or past.
#pragma once

#include <string_view>

#include "hold_map.hpp"

namespace stagedoor::reservation {

/// What became of a hold; `HELD`, `PAID`, …: the contract's words, also in the tables.
enum class ReservationStatus { held = 1, paid, released, expired };

[[nodiscard]] constexpr std::string_view to_string(ReservationStatus status) {
    switch (status) {
    case ReservationStatus::held:
        return "HELD";
    case ReservationStatus::paid:
        return "PAID";
    case ReservationStatus::released:
        return "RELEASED";
    case ReservationStatus::expired:
        return "EXPIRED";
    }
    return "";
}

struct Reservation {
    Hold hold;
    ReservationStatus status = ReservationStatus::held;
};

} // namespace stagedoor::reservation
