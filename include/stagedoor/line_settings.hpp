// SPDX-License-Identifier: MIT
// How a line is run: the configuration's `queue.*`, and what a concert's own `queue` object in the
// catalogue says instead. One table names each setting for both. Constant data and values, for any
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/time.hpp"

namespace stagedoor::queue {

/// What a concert's own `queue` object says, by the names that it has there; what it leaves out is
/// the configuration's.
using LineOverrides = std::map<std::string_view, std::int64_t>;

/// The defaults are the configuration's.
struct LineSettings {
    std::int64_t max_active = 100;          ///< ADMITTED and ENTERED together, at least 0
    std::int64_t admissions_per_minute = 0; ///< 0 = no bound
    Seconds entry_window{120};
    Seconds session{600};
    Seconds abandon_after{300};
    Seconds poll_after{5};
    std::int64_t max_waiting = 1'000'000;
    std::int64_t max_ended = 1'000'000; ///< of all lines together
    std::int64_t ends_per_turn = 500;   ///< some 1 ms of the loop

    /// These, except where a concert has its own.
    [[nodiscard]] LineSettings with(const LineOverrides& overrides) const;
};

/// A whole number from `least` to `most`, both included.
struct LineSetting {
    std::string_view key;      ///< the configuration's
    std::string_view own_name; ///< in a concert's `queue` object; empty where it has no say
    std::variant<std::int64_t LineSettings::*, Seconds LineSettings::*> member;
    std::int64_t least;
    std::int64_t most;
    std::string_view description; ///< one line, ending with a full stop
};

/// Why a range ends where it does, if it is not plain: beside the setting.
inline constexpr std::array line_settings{
    LineSetting{"queue.max_active", "maxActive", &LineSettings::max_active, 1, 1'000'000,
                "People admitted or inside at one time, for each concert."},
    // Admissions are paced evenly, and the clock's step is a millisecond.
    LineSetting{"queue.admissions_per_minute", "admissionsPerMinute",
                &LineSettings::admissions_per_minute, 0, 60'000,
                "Admissions in a minute, for each concert; 0 is no bound."},
    LineSetting{"queue.entry_window_seconds", "entryWindowSeconds", &LineSettings::entry_window, 1,
                86'400, "How long somebody who has been admitted may take to enter."},
    LineSetting{"queue.session_seconds", "sessionSeconds", &LineSettings::session, 1, 86'400,
                "How long somebody may stay inside."},
    LineSetting{"queue.abandon_after_seconds", "abandonAfterSeconds", &LineSettings::abandon_after,
                1, 86'400, "How long a place in the line is kept without a sign of life."},
    // The interval grows with the wait, to half a minute at most.
    LineSetting{"queue.poll_after_seconds", "pollAfterSeconds", &LineSettings::poll_after, 1, 30,
                "How often those near the front are asked to poll."},
    LineSetting{"queue.max_waiting", "", &LineSettings::max_waiting, 1, 10'000'000,
                "People who may wait in one line; beyond them joining is answered 503."},
    // Each takes some 38 bytes of memory.
    LineSetting{
        "queue.max_ended", "", &LineSettings::max_ended, 1'000, 100'000'000,
        "Tokens that are over and remembered (for a day at most), of all lines together; the "
        "oldest give way."},
    // Beyond it a turn would be a pause.
    LineSetting{"queue.ends_per_turn", "", &LineSettings::ends_per_turn, 1, 100'000,
                "How many may expire, or be forgotten, before the server does something else."},
};

inline LineSettings LineSettings::with(const LineOverrides& overrides) const {
    LineSettings merged = *this;
    for (const auto& setting : line_settings) {
        const auto own = overrides.find(setting.own_name);
        if (own == overrides.end()) {
            continue;
        }
        const auto put = [&](auto member) {
            merged.*member = std::decay_t<decltype(merged.*member)>{own->second};
        };
        std::visit(put, setting.member);
    }
    return merged;
}

} // namespace stagedoor::queue
