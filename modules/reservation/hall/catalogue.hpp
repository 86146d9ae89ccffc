// SPDX-License-Identifier: MIT
// What a catalogue file says of a concert, and the rule for importing it over one that is already
// on sale. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "stagedoor/reservation.hpp"

namespace stagedoor::reservation {

class Concert;
class SeatMap;
struct SeatState;

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
    /// All that a date has.
    void add(const SeatMap& map);
    void add(const Date& date, const std::vector<Seat>& seats);
};

/// What importing changes, besides the concert's own row.
struct ImportPlan {
    std::vector<Date> dates_added;
    std::vector<Date> dates_removed;
    std::unordered_set<Date> dates_unchanged; ///< stay with exactly these seats, in this order
    SeatTally seats_added;
    SeatTally seats_updated;       ///< price or category
    SeatTally seats_removed;       ///< those of the dates that go included
    std::int64_t last_version = 0; ///< see Concert; of the dates that go included

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

/// Holds whose time is over but that are still to be ended: what they have counts as AVAILABLE.
using OverdueHolds = std::unordered_set<ReservationId>;

/// Plans an import in pieces, since a large hall takes longer than others should wait. Between them
/// holds may end, but no seat may be claimed and no date come or go. All must outlive it.
class ImportPlanner {
public:
    /// `current` is nullptr for a new concert; `seats` are those of `wanted`, in a map.
    ImportPlanner(const Concert* current, const Catalogue& wanted, const SeatMap& seats,
                  const OverdueHolds& overdue);

    /// Judges some more, at most `places` of one date; false where nothing is left to judge, or a
    /// conflict was found.
    [[nodiscard]] bool next(std::size_t places);
    /// Once `next` was false.
    [[nodiscard]] result<ImportPlan, ImportConflict> take();

private:
    struct DateAhead {
        const Date& date;
        const SeatMap* map; ///< as it is; nullptr where the date comes
        bool wanted;        ///< false where it goes
    };

    [[nodiscard]] bool is_bound(const SeatState& state) const;
    void judge_added(const Date& date);
    void judge_removed(const SeatMap& map);
    /// True once all of the date's seats are judged.
    [[nodiscard]] bool judge_seats(const SeatMap& map, std::size_t places);
    void judge_old(const SeatMap& map, std::size_t which);
    void judge_new(const SeatMap& map, std::size_t which);

    const Catalogue& wanted_;
    const SeatMap& seats_;
    const OverdueHolds& overdue_;
    std::deque<DateAhead> ahead_; ///< still to be judged
    std::size_t judged_ =
        0;                  ///< seats of the first of them: its own, and then those that are wanted
    bool unchanged_ = true; ///< as far as it is judged
    ImportPlan plan_;
    std::optional<ImportConflict> conflict_;
};

/// What importing `wanted` over `current` (nullptr: a new concert) means. Seats that are held, sold
/// or claimed may neither go nor change their price or category. All at once.
[[nodiscard]] result<ImportPlan, ImportConflict>
plan_import(const Concert* current, const Catalogue& wanted, const OverdueHolds& overdue = {});

/// What importing `wanted` without leave to remove anything would be refused with, once what is
/// `overdue` has ended; nothing where it would not. `before` is what another import will have made
/// of the concert by then, also without leave; nullptr where there is none.
[[nodiscard]] std::optional<ImportConflict> foresee_conflict(const Concert* current,
                                                             const Catalogue* before,
                                                             const Catalogue& wanted,
                                                             const OverdueHolds& overdue);

} // namespace stagedoor::reservation
