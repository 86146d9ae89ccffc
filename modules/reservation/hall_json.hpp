// SPDX-License-Identifier: MIT
// The JSON in which the tables keep a concert's hall: its seats in their order, as runs of one
// category each, [{"category":"R","price":120000,"seats":["A-1","A-2"]}]. Thread-safe (no state).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stagedoor/reservation.hpp"

namespace stagedoor::reservation {

[[nodiscard]] std::string hall_to_json(const std::vector<Seat>& seats);

/// Throws Unsound where it is not what hall_to_json() makes.
[[nodiscard]] std::vector<Seat> hall_from_json(std::string_view text);

} // namespace stagedoor::reservation
