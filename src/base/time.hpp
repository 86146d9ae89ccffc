// SPDX-License-Identifier: MIT
// Time as the whole program knows it, and the clock that is injected wherever "now" matters. There
// are two times, and the compiler keeps them apart: durations run on the process's own clock, which
// nobody can set (Instant); what people are shown is that clock plus an offset (ShownTime). Domain
// code never asks the system for the time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace stagedoor {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

/// The process's own clock, by which holds, windows, sessions, pace and keys are measured. It never
/// runs backwards, over restarts neither; no setting of the wall clock moves it.
struct ProcessTime {};

/// A point of the process's own time, in milliseconds. Near the wall clock's count since
/// 1970-01-01T00:00:00Z, and not it: it goes on where the last process stopped. Stored in the
/// database as that count.
using Instant = std::chrono::time_point<ProcessTime, Milliseconds>;

/// A point in time as people and their calendars see it: UTC, milliseconds since
/// 1970-01-01T00:00:00Z. May step back where the wall clock is set back.
using ShownTime = std::chrono::sys_time<Milliseconds>;

/// Where "now" comes from. Loop thread only.
class Clock {
public:
    virtual ~Clock() = default;

    /// Never runs backwards, neither while the process lives nor over a restart on the same
    /// database.
    [[nodiscard]] virtual Instant now() const = 0;

    /// Shown time minus the process's own. Changes where the wall clock was set.
    [[nodiscard]] virtual Milliseconds offset() const = 0;

    /// How an instant is shown at present: what lies ahead keeps its distance to the `Date` of the
    /// answer. What has happened is kept as it was shown then, and not asked for again.
    [[nodiscard]] ShownTime shown(Instant instant) const {
        return ShownTime{instant.time_since_epoch() + offset()};
    }
    [[nodiscard]] ShownTime shown_now() const { return shown(now()); }

    /// Real elapsed time, also where a test has frozen `now`. For caches and deadlines of sockets
    /// alone.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point monotonic() const = 0;

    /// True where a test moves `now` by hand: what is kept for a while must then be made anew each
    /// time.
    [[nodiscard]] virtual bool frozen() const { return false; }
};

/// RFC 3339 in UTC with milliseconds: `2026-12-24T10:00:00.000Z` (always 24 characters for years up
/// to 9999).
[[nodiscard]] std::string format_time(ShownTime time);

/// Reads what `format_time` writes; the milliseconds may be left out. Nothing for any other text
/// and for a day that does not exist.
[[nodiscard]] std::optional<ShownTime> parse_time(std::string_view text);

/// Appends what `format_time` returns, without a temporary (for the way of a poll).
void append_time(std::string& out, ShownTime time);

[[nodiscard]] inline std::int64_t to_millis(Instant instant) {
    return instant.time_since_epoch().count();
}
[[nodiscard]] inline std::int64_t to_millis(ShownTime time) {
    return time.time_since_epoch().count();
}
[[nodiscard]] inline Instant from_millis(std::int64_t millis) {
    return Instant{Milliseconds{millis}};
}
[[nodiscard]] inline ShownTime shown_from_millis(std::int64_t millis) {
    return ShownTime{Milliseconds{millis}};
}

} // namespace stagedoor
