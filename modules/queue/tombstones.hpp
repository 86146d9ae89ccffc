// SPDX-License-Identifier: MIT
// Which tokens are over, and when they may be forgotten: a day after, checked once a minute. Pure.
#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "token.hpp"

namespace stagedoor::queue {

class Tombstones {
public:
    struct Tombstone {
        Instant expired_at;
        TokenKey key;
        friend bool operator>(const Tombstone& a, const Tombstone& b) {
            return a.expired_at > b.expired_at;
        }
    };

    void add(const Token& token) { over_.push({token.expired_at, token.key}); }

    /// When the next is to be forgotten: at the full minute after its day.
    [[nodiscard]] std::optional<Instant> next_due() const;

    /// What was over at this instant or before may be forgotten at `now`.
    [[nodiscard]] static Instant forgotten_before(Instant now) { return now - kept; }

    /// Takes out those who were over at `until` or before, at most `limit`.
    [[nodiscard]] std::vector<Tombstone> take(Instant until, std::size_t limit);
    void put_back(const std::vector<Tombstone>& taken);

private:
    static constexpr std::chrono::hours kept{24};

    std::priority_queue<Tombstone, std::vector<Tombstone>, std::greater<>> over_; ///< longest first
};

} // namespace stagedoor::queue
