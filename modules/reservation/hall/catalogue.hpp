// SPDX-License-Identifier: MIT
// What a catalogue file says of a concert, and the rule for importing it over one that is already
// on sale. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "stagedoor/reservation.hpp"

namespace stagedoor::reservation {

class Concert;

struct ConcertInfo {
    ConcertId id;
    std::string title;
    std::string venue;
    std::string currency; ///< ISO 4217
    queue::LineOverrides queue;
};

/// A concert as a catalogue describes it: every date has the same seats.
struct Catalogue {
    ConcertInfo info;
    std::vector<Date> dates;
    std::vector<Seat> seats;
};

/// What importing changes, besides the concert's own row.
struct ImportPlan {
    std::vector<Date> dates_added;
    std::vector<Date> dates_removed;
    struct RemovedSeat {
        Date date;
        SeatNumber seat;
    };
    std::vector<RemovedSeat> seats_removed; ///< from dates that stay
    std::int64_t seats_added = 0;
    std::int64_t seats_updated = 0; ///< price or category
};

/// Why an import is refused whole.
struct ImportConflict {
    std::string field; ///< the place in the catalogue: `dates`, `seats` or `categories`
    std::string detail;
};

/// What importing `wanted` over `current` (nullptr: a new concert) means. Seats that are held, sold
/// or claimed may neither go nor change their price or category.
[[nodiscard]] result<ImportPlan, ImportConflict> plan_import(const Concert* current,
                                                             const Catalogue& wanted);

} // namespace stagedoor::reservation
