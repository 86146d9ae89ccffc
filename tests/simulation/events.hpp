// SPDX-License-Identifier: MIT
// What happened in a run, counted: a simulation that never sees a sold-out show proves nothing
// about it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stagedoor::simulation {

enum class Occurrence : std::size_t {
    join,
    rejoin,
    poll,
    admission,
    entry,
    departure,
    line_refused,
    seat_map,
    seat_map_unchanged,
    hold,
    hold_again,
    seat_taken,
    seat_limit,
    session_ending,
    release,
    hold_gone,
    mismatch,
    not_inside,
    charge,
    payment,
    insufficient_balance,
    replay,
    replay_after_crash,
    key_in_progress,
    key_reused,
    paid,
    left,
    abandoned,
    entry_missed,
    session_ended,
    sold_out,
    token_forgotten,
    unavailable,
    disk_full,
    disk_full_over,
    crash_kill,
    crash_power,
    crash_io_error,
    crash_in_group,
    crash_in_recovery,
    unknown_happened,
    unknown_did_not,
    lost_answer,
    import_done,
    import_refused,
    line_state,
    full_check,
    user,
    show,
    last, // how many there are
};

[[nodiscard]] std::string_view to_string(Occurrence event);

inline constexpr std::size_t event_count = static_cast<std::size_t>(Occurrence::last);

struct Events {
    std::array<std::uint64_t, event_count> counts{};

    void add(Occurrence event, std::uint64_t times = 1) {
        counts[static_cast<std::size_t>(event)] += times;
    }
    Events& operator+=(const Events& other) {
        for (std::size_t i = 0; i < event_count; ++i) {
            counts[i] += other.counts[i];
        }
        return *this;
    }
};

} // namespace stagedoor::simulation
