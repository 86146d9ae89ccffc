// SPDX-License-Identifier: MIT
#include "hold_map.hpp"

#include <tuple>

#include "base/assert.hpp"

namespace stagedoor::reservation {

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

} // namespace stagedoor::reservation