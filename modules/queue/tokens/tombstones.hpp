// SPDX-License-Identifier: MIT
// Who is over, and why: what is remembered of a token for a day, or until too many others came
// after, checked once a minute. Some 38 bytes each, so that a million are a matter of course; the
// user's name is in the table alone. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "../token.hpp"
#include "chained_index.hpp"

namespace stagedoor::queue {

struct Tombstone {
    TokenKey key;
    std::uint64_t ticket_number : 36;
    std::uint64_t line : 24;              ///< its number in the register
    std::uint64_t reason : 4;             ///< an ExpiryReason
    std::uint32_t expired_at_seconds = 0; ///< rounded up, so that nobody is forgotten early
    Slot next = no_slot;                  ///< in the index

    [[nodiscard]] Instant expired_at() const { return Instant{Seconds{expired_at_seconds}}; }
};

/// Where an instant is beyond 2106, which only a test's clock can reach, the token is forgotten at
/// once.
[[nodiscard]] Tombstone make_tombstone(const TokenKey& key, std::int64_t ticket, std::uint32_t line,
                                       ExpiryReason reason, Instant expired_at);

static_assert(sizeof(Tombstone) == 32, "a million who are over are forgotten in forty megabytes");

class Tombstones {
public:
    /// At most `most` are remembered, but for the moment that it takes to forget the others.
    explicit Tombstones(std::size_t most) : most_{most} {}
    Tombstones(const Tombstones&) = delete;
    Tombstones& operator=(const Tombstones&) = delete;

    /// They come as they are over, give or take the moment that a commit takes.
    void add(const Tombstone& tombstone);

    /// nullptr where nobody with this key is over; valid until something is taken.
    [[nodiscard]] const Tombstone* find(const TokenKey& key) const;
    [[nodiscard]] std::size_t size() const { return in_order_.size(); }
    [[nodiscard]] std::size_t most() const { return most_; }

    /// When the next is to be forgotten: at the full minute after its day; where there are too
    /// many, at one that has long passed.
    [[nodiscard]] std::optional<Instant> next_due() const;

    /// What was over at this instant or before may be forgotten at `now`.
    [[nodiscard]] static Instant forgotten_before(Instant now) { return now - kept; }

    /// Takes out those who were over at `until` or before, and those who are too many: the first
    /// come, at most `limit`.
    [[nodiscard]] std::vector<Tombstone> take(Instant until, std::size_t limit);
    void put_back(const std::vector<Tombstone>& taken);

private:
    struct ByKey {
        Tombstones& all;
        [[nodiscard]] Slot& next(Slot slot) const { return all.at(slot).next; }
        [[nodiscard]] std::uint64_t hash(Slot slot) const { return all.at(slot).key.bits[0]; }
    };

    [[nodiscard]] Tombstone& at(Slot slot) { return in_order_[slot - first_]; }
    [[nodiscard]] const Tombstone& at(Slot slot) const { return in_order_[slot - first_]; }

    static constexpr std::chrono::hours kept{24};

    std::size_t most_;
    std::deque<Tombstone> in_order_; ///< of coming
    Slot first_ = 0;                 ///< the slot of the first; they count on, and over
    ChainedIndex<ByKey> by_key_{ByKey{*this}};
};

} // namespace stagedoor::queue
