// SPDX-License-Identifier: MIT
// What a line may be set to, in the configuration (`queue.*`) and by a concert's own `queue` object
// alike. Constant data.
#pragma once

#include <cstdint>

namespace stagedoor::queue {

inline constexpr std::int64_t max_active_most = 1'000'000;

/// The clock steps in milliseconds: 60/N seconds must be at least one.
inline constexpr std::int64_t admissions_per_minute_most = 60'000;

/// The entry window, a session, and the time after which a place is abandoned: up to a day.
inline constexpr std::int64_t seconds_most = 86'400;

inline constexpr std::int64_t poll_after_seconds_most = 30;

} // namespace stagedoor::queue
