// SPDX-License-Identifier: MIT
#include "tombstones.hpp"

#include <algorithm>
#include <limits>

#include "base/assert.hpp"

namespace stagedoor::queue {

Tombstone make_tombstone(const TokenKey& key, std::int64_t ticket, std::uint32_t line,
                         ExpiryReason reason, Instant expired_at) {
    const auto seconds = std::chrono::ceil<Seconds>(expired_at.time_since_epoch()).count();
    const Tombstone made{
        .key = key,
        .ticket_number = static_cast<std::uint64_t>(ticket) & 0xf'ffff'ffff,
        .line = line & 0xff'ffff,
        .reason = static_cast<std::uint64_t>(reason) & 0xf,
        .expired_at_seconds = static_cast<std::uint32_t>(
            std::min<std::int64_t>(seconds, std::numeric_limits<std::uint32_t>::max())),
    };
    STAGEDOOR_ASSERT(made.line == line && static_cast<std::int64_t>(made.ticket_number) == ticket,
                     "there are fewer lines than places, and tickets than milliseconds");
    return made;
}

void Tombstones::add(const Tombstone& tombstone) {
    in_order_.push_back(tombstone);
    by_key_.add(first_ + static_cast<Slot>(in_order_.size() - 1));
}

const Tombstone* Tombstones::find(const TokenKey& key) const {
    const auto slot =
        by_key_.find(key.bits[0], [this, &key](Slot one) { return at(one).key == key; });
    return slot == no_slot ? nullptr : &at(slot);
}

std::optional<Instant> Tombstones::next_due() const {
    if (in_order_.empty()) {
        return std::nullopt;
    }
    return size() > most_
               ? Instant{}
               : std::chrono::ceil<std::chrono::minutes>(in_order_.front().expired_at() + kept);
}

std::vector<Tombstone> Tombstones::take(Instant until, std::size_t limit) {
    std::vector<Tombstone> taken;
    while (!in_order_.empty() && taken.size() < limit &&
           (size() > most_ || in_order_.front().expired_at() <= until)) {
        by_key_.remove(first_);
        taken.push_back(in_order_.front());
        in_order_.pop_front();
        ++first_;
    }
    return taken;
}

void Tombstones::put_back(const std::vector<Tombstone>& taken) {
    std::for_each(taken.rbegin(), taken.rend(), [this](const Tombstone& one) {
        in_order_.push_front(one);
        by_key_.add(--first_);
    });
}

} // namespace stagedoor::queue
