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

struct SeatOfDate {
    Date date;
    SeatNumber seat;
};

/// How many seats, over all dates, and the first of them by name.
struct SeatTally {
    static constexpr std::size_t named_max = 20;

    std::int64_t count = 0;
    std::vector<SeatOfDate> first; ///< at most `named_max`

    void add(const Date& date, const SeatNumber& seat);
};

/// What importing changes, besides the concert's own row.
struct ImportPlan {
    std::vector<Date> dates_added;
    std::vector<Date> dates_removed;
    SeatTally seats_added;
    SeatTally seats_updated;                 ///< price or category
    SeatTally seats_removed;                 ///< those of the dates that go included
    std::vector<SeatOfDate> seats_to_delete; ///< from dates that stay

    [[nodiscard]] bool removes() const { return seats_removed.count > 0 || !dates_removed.empty(); }
};

/// Why an import is refused whole.
struct ImportConflict {
    std::string field; ///< the place in the catalogue: `dates`, `seats` or `categories`
    std::string detail;
};

/// What a plan that removes something is refused with where that was not allowed: says what would
/// go, and how it is allowed.
[[nodiscard]] ImportConflict removal_conflict(const ImportPlan& plan);

/// What importing `wanted` over `current` (nullptr: a new concert) means. Seats that are held, sold
/// or claimed may neither go nor change their price or category.
[[nodiscard]] result<ImportPlan, ImportConflict> plan_import(const Concert* current,
                                                             const Catalogue& wanted);

} // namespace stagedoor::reservation
