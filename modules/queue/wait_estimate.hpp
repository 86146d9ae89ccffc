// SPDX-License-Identifier: MIT
// How long a place will take: from the rate at which the line really moved in the last minutes, and
// until it has moved from the settings. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.hpp"

namespace stagedoor::queue {

/// Counts how many were called out of a line that waited.
class LineMovement {
public:
    /// Nobody waited before `now`, somebody does from here on.
    void begin_waiting(Instant now) { waiting_since_ = now; }

    void admitted(Instant now);

    /// People a second over the last five minutes, or over the time that the line has been waiting
    /// if that is shorter; nothing if it has not moved in that time, or waits for less than five
    /// seconds.
    [[nodiscard]] std::optional<double> per_second(Instant now) const;

    /// Admissions in the last 60 s.
    [[nodiscard]] std::int64_t in_last_minute(Instant now) const;

private:
    struct Second {
        Instant at; ///< whole second
        std::int64_t count = 0;
    };

    [[nodiscard]] std::int64_t count_since(Instant since) const;

    Instant waiting_since_{};
    std::deque<Second> seconds_; ///< oldest first; at most one entry a second of the window
};

/// What an estimate rests on before the line has moved.
struct ExpectedPace {
    std::int64_t max_active = 0;
    std::int64_t free_places = 0;           ///< max_active less those admitted or inside
    Seconds session{};                      ///< how long a place is taken at the most
    std::int64_t admissions_per_minute = 0; ///< 0 = no bound
};

/// Whole seconds, at least 1, until the one at `position` (from 1) is called. `moved` is
/// `LineMovement::per_second`.
[[nodiscard]] std::int64_t estimate_wait_seconds(std::int64_t position, std::optional<double> moved,
                                                 const ExpectedPace& expected);

/// When to ask again: a twelfth of the wait, from `least` (near the front) to 30 s, and never so
/// rarely that the place would be given up as abandoned (a third of `abandon_after` at the most).
[[nodiscard]] std::int64_t poll_after_seconds(std::int64_t wait_seconds, Seconds least,
                                              Seconds abandon_after);

} // namespace stagedoor::queue
