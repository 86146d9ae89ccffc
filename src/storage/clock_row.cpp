// SPDX-License-Identifier: MIT
#include "clock_row.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>

namespace stagedoor::storage {

namespace {

const Statement select_clock{
    "SELECT instant_ms, monotonic_ns, boot_id, wall_ms, offset_ms FROM clock WHERE id = 1"};

const Statement put_clock{
    "INSERT INTO clock (id, instant_ms, monotonic_ns, boot_id, wall_ms, offset_ms) "
    "VALUES (1, $1, $2, $3, $4, $5) "
    "ON CONFLICT (id) DO UPDATE SET instant_ms = excluded.instant_ms, "
    "monotonic_ns = excluded.monotonic_ns, boot_id = excluded.boot_id, wall_ms = excluded.wall_ms, "
    "offset_ms = excluded.offset_ms"};

} // namespace

std::optional<ClockRow> load_clock(Database& database) {
    std::optional<ClockRow> found;
    database.select(select_clock, {}, [&found](const Row& row) {
        found = ClockRow{{from_millis(row.integer(0)), row.integer(1),
                          shown_from_millis(row.integer(3)), Milliseconds{row.integer(4)}},
                         row.text(2)};
    });
    return found;
}

void store_clock(Database& database, const ClockMark& mark, const std::string& boot_id) {
    database.run(put_clock, {to_millis(mark.instant), mark.monotonic_ns, boot_id,
                             to_millis(mark.wall), mark.offset.count()});
}

Instant resume_instant(const std::optional<ClockRow>& stored, ShownTime wall_now,
                       std::int64_t monotonic_now_ns, std::string_view boot_id) {
    if (!stored) {
        return Instant{wall_now.time_since_epoch()};
    }
    const bool same_boot = !boot_id.empty() && stored->boot_id == boot_id;
    if (same_boot && monotonic_now_ns >= stored->mark.monotonic_ns) {
        const std::chrono::nanoseconds passed{monotonic_now_ns - stored->mark.monotonic_ns};
        return stored->mark.instant + std::chrono::floor<Milliseconds>(passed);
    }
    return stored->mark.instant + std::max(wall_now - stored->mark.wall, Milliseconds{0});
}

std::string read_boot_id() {
    std::ifstream file{"/proc/sys/kernel/random/boot_id"};
    std::string id;
    std::getline(file, id);
    return id;
}

std::int64_t read_monotonic_ns() {
    std::timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

} // namespace stagedoor::storage
