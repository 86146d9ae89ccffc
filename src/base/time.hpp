// SPDX-License-Identifier: MIT
// Time as the whole program knows it: instants in UTC with milliseconds, and the clock that is
// injected wherever "now" matters. Domain code never asks the system for the time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace stagedoor {

/// A point in time, UTC, milliseconds since 1970-01-01T00:00:00Z. Stored in the database as that
/// count.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

/// Where "now" comes from. Loop thread only.
class Clock {
public:
    virtual ~Clock() = default;

    /// Never runs backwards, neither while the process lives nor over a restart on the same
    /// database.
    [[nodiscard]] virtual Instant now() const = 0;

    /// Real elapsed time, also where a test has frozen `now`. For caches and deadlines of sockets
    /// alone.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point monotonic() const = 0;
};

/// RFC 3339 in UTC with milliseconds: `2026-12-24T10:00:00.000Z` (always 24 characters for years up
/// to 9999).
[[nodiscard]] std::string format_instant(Instant instant);

/// Appends what `format_instant` returns, without a temporary (for the way of a poll).
void append_instant(std::string& out, Instant instant);

[[nodiscard]] inline std::int64_t to_millis(Instant instant) {
    return instant.time_since_epoch().count();
}
[[nodiscard]] inline Instant from_millis(std::int64_t millis) {
    return Instant{Milliseconds{millis}};
}

} // namespace stagedoor
