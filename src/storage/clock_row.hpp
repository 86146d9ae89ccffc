// SPDX-License-Identifier: MIT
// Where the clock stood at the last commit, so that time goes on from there after a restart:
// setting the wall clock while the server was down must move no hold. The row is written with every
// group that commits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "stagedoor/database.hpp"

namespace stagedoor::storage {

/// A moment on three clocks: the program's own, the system's that counts from boot, and the wall's.
struct ClockMark {
    Instant instant{};
    std::int64_t monotonic_ns = 0; ///< since boot, not negative
    ShownTime wall{};
    Milliseconds offset{}; ///< of shown time
};

struct ClockRow {
    ClockMark mark;
    std::string boot_id; ///< which boot `monotonic_ns` counts from
};

/// Nothing in a database that has not committed a group yet.
[[nodiscard]] std::optional<ClockRow> load_clock(Database& database);

/// Within the caller's transaction.
void store_clock(Database& database, const ClockMark& mark, const std::string& boot_id);

/// Where the program's clock begins: the stored instant plus what has passed since, which is told
/// by the count from boot or, after another boot or on another machine, by the wall clock, and is
/// never below 0. A new database begins at the wall clock. Pure.
[[nodiscard]] Instant resume_instant(const std::optional<ClockRow>& stored, ShownTime wall_now,
                                     std::int64_t monotonic_now_ns, std::string_view boot_id);

/// Identifies this boot of the system; empty where it cannot be told, which equals no other boot.
[[nodiscard]] std::string read_boot_id();

/// Nanoseconds since boot, also counting while the system sleeps.
[[nodiscard]] std::int64_t read_monotonic_ns();

} // namespace stagedoor::storage
