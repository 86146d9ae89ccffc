// SPDX-License-Identifier: MIT
// How a request names seats: `{"date","seatNumber"}` or `{"date","seatNumbers":[…]}`, for
// reservations and payments alike; and how seats are shown.
#pragma once

#include <string>

#include "stagedoor/json_body.hpp"
#include "stagedoor/reservation.hpp"

namespace stagedoor::reservation {

/// The most seats that one request may name; the rule of how many a user may have is the
/// configuration's.
inline constexpr std::size_t seats_per_request_max = 100;

/// Reads `date` and either `seatNumber` or `seatNumbers`; records a fault in `fields` where they
/// are not of that form or name a seat twice.
[[nodiscard]] SeatsOfDate read_seats_of_date(FieldReader& fields);

/// `"seatNumber":"A-1","category":"R","price":120000`, without braces.
void append_seat(std::string& out, const Seat& seat);

} // namespace stagedoor::reservation
