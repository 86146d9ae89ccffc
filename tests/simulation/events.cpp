// SPDX-License-Identifier: MIT
#include "events.hpp"

namespace stagedoor::simulation {

std::string_view to_string(Occurrence event) {
    static constexpr std::array<std::string_view, event_count> names{
        "joins",
        "rejoins",
        "polls",
        "admissions",
        "entries",
        "departures",
        "joins refused",
        "seat maps",
        "seat maps not modified",
        "holds",
        "holds asked for again",
        "409 seat-taken",
        "409 seat-limit",
        "409 session-ending",
        "releases",
        "410 hold-gone",
        "409 reservation-mismatch",
        "403 not inside",
        "charges",
        "payments",
        "402 insufficient-balance",
        "replays",
        "replays of what a crash left unknown",
        "409 idempotency-in-progress",
        "422 idempotency-key-reused",
        "over: PAID",
        "over: LEFT",
        "over: ABANDONED",
        "over: ENTRY_MISSED",
        "over: SESSION_ENDED",
        "over: SOLD_OUT",
        "tokens forgotten after a day",
        "503 storage-unavailable",
        "disk full",
        "disk with room again",
        "crashes: process killed",
        "crashes: power cut",
        "crashes: I/O error",
        "crashes in the middle of a group",
        "crashes during recovery",
        "unknown outcomes that had happened",
        "unknown outcomes that had not",
        "answers lost on the way",
        "imports",
        "imports refused",
        "line states set",
        "full checks",
        "users",
        "shows",
    };
    return names[static_cast<std::size_t>(event)];
}

} // namespace stagedoor::simulation
