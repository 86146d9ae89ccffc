// SPDX-License-Identifier: MIT
// How a request names seats: `{"date","seatNumber"}` or `{"date","seatNumbers":[…]}`, for
// reservations and payments alike; and how seats are shown.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "stagedoor/reservation.hpp"

namespace stagedoor::reservation {

/// The most seats that one request may name; the rule of how many a user may have is the
/// configuration's.
inline constexpr std::size_t seats_per_request_max = 100;

/// Reads `date` and either `seatNumber` or `seatNumbers`; records a fault in `fields` where they
/// are not of that form or name a seat twice.
[[nodiscard]] inline SeatsOfDate read_seats_of_date(FieldReader& fields) {
    SeatsOfDate wanted;
    wanted.date.value = fields.text("date");
    if (!is_date(wanted.date.value)) {
        fields.fail("date", "must be a date such as 2026-12-24 or 2026-12-24T14:00");
    }
    const bool several = fields.has("seatNumbers");
    if (several && fields.has("seatNumber")) {
        fields.fail("seatNumber", "and `seatNumbers` exclude each other");
    }
    const auto numbers = several ? fields.texts("seatNumbers", seats_per_request_max)
                                 : std::vector<std::string>{fields.text("seatNumber")};
    if (numbers.empty()) {
        fields.fail("seatNumbers", "must not be empty");
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const SeatNumber number{numbers[i]};
        const auto name =
            several ? "seatNumbers[" + std::to_string(i) + "]" : std::string{"seatNumber"};
        if (!is_seat_number(number.value)) {
            fields.fail(name, "must be 1 to 16 printable ASCII characters without space");
        } else if (std::find(wanted.seats.begin(), wanted.seats.end(), number) !=
                   wanted.seats.end()) {
            fields.fail(name, "is named twice");
        }
        wanted.seats.push_back(number);
    }
    return wanted;
}

/// `"seatNumber":"A-1","category":"R","price":120000`, without braces.
inline void append_seat(std::string& out, const Seat& seat) {
    out += R"("seatNumber":)";
    append_json_string(out, seat.number.value);
    out += R"(,"category":)";
    append_json_string(out, seat.category);
    out += R"(,"price":)";
    out += std::to_string(seat.price);
}

} // namespace stagedoor::reservation
