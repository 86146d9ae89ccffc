// SPDX-License-Identifier: MIT
#include "line_board.hpp"

#include <functional>

#include <fmt/format.h>

namespace stagedoor::queue {

namespace {

std::string to_json(const LineView& line, ShownTime now) {
    return fmt::format(
        R"({{"concertId":"{}","state":"{}","waiting":{},"active":{},"maxActive":{},"servingNumber":{},)"
        R"("admittedTotal":{},"ratePerMinute":{},"updatedAt":"{}"}})",
        line.concert.value, line.state, line.waiting, line.active, line.max_active,
        line.serving_number, line.admitted_total, line.rate_per_minute, format_time(now));
}

} // namespace

const LineBoard::Shown* LineBoard::show(const ConcertId& concert) {
    const auto line = service_.line_view(concert);
    if (!line) {
        return nullptr;
    }
    const auto now = clock_.now();
    auto& shown = shown_[concert];
    if (shown.body.empty() || shown.state != line->state || now - shown.made_at >= Seconds{1} ||
        clock_.frozen()) {
        shown.state = line->state;
        shown.body = to_json(*line, clock_.shown(now));
        shown.etag = fmt::format("\"{:x}\"", std::hash<std::string>{}(shown.body));
        shown.made_at = now;
    }
    return &shown;
}

} // namespace stagedoor::queue
