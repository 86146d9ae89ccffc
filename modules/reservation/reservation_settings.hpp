// SPDX-License-Identifier: MIT
// How seats are held, and how large a hall may be, as the configuration's `reservation.*` has it. A
// value; any thread.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace stagedoor::reservation {

struct ReservationSettings {
    Seconds hold{300};
    std::int64_t max_seats_per_user = 4;

    /// Seat maps that are kept as they were sent: as many as the places of the largest catalogue
    /// need, at some 100 bytes each. One that is not kept costs 0.1 µs a seat anew.
    std::size_t max_kept_map_bytes = 134'217'728;

    // Of one catalogue file; a larger one is refused before its seats are made.
    std::int64_t max_places = 1'000'000; ///< seats times dates
    std::int64_t max_seats_per_date = 50'000;
    std::int64_t max_dates = 400;

    /// Of an import: as many are looked at before others have their turn. A millisecond or two.
    std::int64_t places_at_once = 5'000;
};

} // namespace stagedoor::reservation
