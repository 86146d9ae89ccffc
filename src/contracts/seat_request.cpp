// SPDX-License-Identifier: MIT
#include "stagedoor/seat_request.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace stagedoor::reservation {

SeatsOfDate read_seats_of_date(FieldReader& fields) {
    SeatsOfDate wanted;
    wanted.date.value = fields.text("date");
    if (!is_date(wanted.date.value)) {
        fields.fail("date", "must be a date such as 2026-12-24 or 2026-12-24T14:00");
    }
    const bool several = fields.has("seatNumbers");
    if (several && fields.has("seatNumber")) {
        fields.fail("seatNumber", "and `seatNumbers` exclude each other");
    }
    const auto numbers =
        several ? fields.texts("seatNumbers") : std::vector<std::string>{fields.text("seatNumber")};
    if (numbers.empty() || numbers.size() > seats_per_request_max) {
        fields.fail("seatNumbers", fmt::format("must name 1 to {} seats", seats_per_request_max));
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const SeatNumber number{numbers[i]};
        const auto name = several ? fmt::format("seatNumbers[{}]", i) : std::string{"seatNumber"};
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

void append_seat(std::string& out, const Seat& seat) {
    out += R"("seatNumber":)";
    append_json_string(out, seat.number.value);
    out += R"(,"category":)";
    append_json_string(out, seat.category);
    fmt::format_to(std::back_inserter(out), R"(,"price":{})", seat.price);
}

} // namespace stagedoor::reservation
