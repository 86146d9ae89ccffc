// SPDX-License-Identifier: MIT
#include "hold_map.hpp"

#include <algorithm>

#include <tuple>

#include "base/assert.hpp"

namespace stagedoor::reservation {

namespace {

bool has(const Hold& hold, const SeatNumber& number) {
    return std::any_of(hold.seats.begin(), hold.seats.end(),
                       [&](const Seat& seat) { return seat.number == number; });
}

} // namespace

std::string_view to_string(ReservationStatus status) {
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

void HoldMap::add(Hold hold) {
    const bool added = holds_.insert(std::move(hold)).second;
    STAGEDOOR_ASSERT(added, "reservation ids do not repeat");
}

void HoldMap::remove(const ReservationId& id) {
    holds_.get<ById>().erase(id);
}

void HoldMap::set_pinned(const ReservationId& id, bool pinned) {
    auto& by_id = holds_.get<ById>();
    const auto hold = by_id.find(id);
    STAGEDOOR_ASSERT(hold != by_id.end() && hold->pinned != pinned,
                     "one uncommitted change a hold");
    by_id.modify(hold, [pinned](Hold& changed) { changed.pinned = pinned; });
}

const Hold* HoldMap::find(const ReservationId& id) const {
    const auto& by_id = holds_.get<ById>();
    const auto hold = by_id.find(id);
    return hold == by_id.end() ? nullptr : &*hold;
}

std::vector<const Hold*> HoldMap::of(const ConcertId& concert, const UserId& user) const {
    std::vector<const Hold*> found;
    const auto [begin, end] = holds_.get<ByHolder>().equal_range(std::make_tuple(concert, user));
    for (auto hold = begin; hold != end; ++hold) {
        found.push_back(&*hold);
    }
    return found;
}

const Hold* HoldMap::any_pinned(const ConcertId& concert) const {
    const auto [begin, end] = holds_.get<ByExpiry>().equal_range(std::make_tuple(true));
    for (auto hold = begin; hold != end; ++hold) {
        if (hold->concert == concert) {
            return &*hold;
        }
    }
    return nullptr;
}

std::optional<Instant> HoldMap::next_expiry() const {
    const auto& by_expiry = holds_.get<ByExpiry>();
    const auto first = by_expiry.begin();
    if (first == by_expiry.end() || first->pinned) {
        return std::nullopt;
    }
    return first->expires_at;
}

std::vector<ReservationId> HoldMap::due(Instant now) const {
    std::vector<ReservationId> found;
    for (const auto& hold : holds_.get<ByExpiry>()) {
        if (hold.pinned || hold.expires_at > now) {
            break;
        }
        found.push_back(hold.id);
    }
    return found;
}

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