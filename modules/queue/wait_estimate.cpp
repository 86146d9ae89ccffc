// SPDX-License-Identifier: MIT
#include "wait_estimate.hpp"

#include <algorithm>
#include <cmath>

namespace stagedoor::queue {

namespace {

constexpr Seconds window{300};
constexpr Seconds least_evidence{5}; // less is noise: one admission in its first tenth of a second
constexpr std::int64_t wait_seconds_max = 7 * 24 * 3600; // beyond a week a number says nothing

} // namespace

void LineMovement::admitted(Instant now) {
    const auto second = std::chrono::floor<Seconds>(now);
    if (seconds_.empty() || seconds_.back().at != second) {
        seconds_.push_back({second, 0});
    }
    ++seconds_.back().count;
    while (seconds_.front().at + window < second) {
        seconds_.pop_front();
    }
}

std::int64_t LineMovement::count_since(Instant since) const {
    std::int64_t count = 0;
    for (auto second = seconds_.rbegin(); second != seconds_.rend() && second->at > since;
         ++second) {
        count += second->count;
    }
    return count;
}

std::optional<double> LineMovement::per_second(Instant now) const {
    const auto since = std::max(waiting_since_, now - window);
    if (now - since < least_evidence) {
        return std::nullopt;
    }
    // The second in which the waiting began counts whole.
    const auto count = count_since(since - Seconds{1});
    if (count == 0) {
        return std::nullopt;
    }
    const std::chrono::duration<double> elapsed = now - since;
    return static_cast<double>(count) / elapsed.count();
}

std::int64_t LineMovement::in_last_minute(Instant now) const {
    return count_since(now - std::chrono::minutes{1});
}

std::int64_t estimate_wait_seconds(std::int64_t position, std::optional<double> moved,
                                   const ExpectedPace& expected) {
    const auto places = static_cast<double>(position);
    double seconds = 0;
    if (moved) {
        seconds = places / *moved;
    } else {
        const auto session = static_cast<double>(expected.session.count());
        const auto per_place_by_capacity =
            session / static_cast<double>(std::max<std::int64_t>(expected.max_active, 1));
        const auto per_place_by_pace =
            expected.admissions_per_minute > 0
                ? 60.0 / static_cast<double>(expected.admissions_per_minute)
                : 0.0;
        const auto at_once = std::min(places, static_cast<double>(expected.free_places));
        seconds = at_once * per_place_by_pace +
                  (places - at_once) * std::max(per_place_by_capacity, per_place_by_pace);
    }
    return static_cast<std::int64_t>(
        std::clamp(std::ceil(seconds), 1.0, static_cast<double>(wait_seconds_max)));
}

std::int64_t poll_after_seconds(std::int64_t wait_seconds, Seconds least, Seconds abandon_after) {
    constexpr std::int64_t most = 30;
    constexpr std::int64_t polls_a_wait = 12;
    const auto wanted =
        std::clamp(wait_seconds / polls_a_wait, std::min(least.count(), most), most);
    return std::max<std::int64_t>(1, std::min(wanted, abandon_after.count() / 3));
}

} // namespace stagedoor::queue
