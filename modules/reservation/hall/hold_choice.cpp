// SPDX-License-Identifier: MIT
#include "hold_choice.hpp"

#include <algorithm>

namespace stagedoor::reservation {

namespace {

bool has(const Hold& hold, const SeatNumber& number) {
    return std::any_of(hold.seats.begin(), hold.seats.end(),
                       [&](const Seat& seat) { return seat.number == number; });
}

} // namespace

const Hold* held_exactly(const std::vector<const Hold*>& holds, const SeatsOfDate& wanted) {
    for (const auto* const hold : holds) {
        if (hold->date == wanted.date && hold->seats.size() == wanted.seats.size() &&
            std::all_of(wanted.seats.begin(), wanted.seats.end(),
                        [&](const SeatNumber& number) { return has(*hold, number); })) {
            return hold;
        }
    }
    return nullptr;
}

result<const Hold*, SaleRefusal> choose_hold(const std::vector<const Hold*>& holds,
                                             const SeatMap* map, const SeatsOfDate& wanted,
                                             Instant arrived) {
    if (map == nullptr) {
        return SaleRefusal::no_such_date;
    }
    if (std::any_of(wanted.seats.begin(), wanted.seats.end(),
                    [&](const SeatNumber& number) { return map->find(number) == nullptr; })) {
        return SaleRefusal::no_such_seat;
    }
    std::vector<const Hold*> live;
    for (const auto* const hold : holds) {
        if (hold->date == wanted.date && hold->expires_at > arrived) {
            live.push_back(hold);
        }
    }
    if (const auto* const exact = held_exactly(live, wanted)) {
        return exact;
    }
    const bool some_are_held = std::any_of(live.begin(), live.end(), [&](const Hold* hold) {
        return std::any_of(wanted.seats.begin(), wanted.seats.end(),
                           [&](const SeatNumber& number) { return has(*hold, number); });
    });
    return some_are_held ? SaleRefusal::reservation_mismatch : SaleRefusal::hold_gone;
}

} // namespace stagedoor::reservation
