// SPDX-License-Identifier: MIT
#include "test_clock.hpp"

#include <fmt/format.h>

#include "base/problem.hpp"
#include "stagedoor/body.hpp"

namespace stagedoor::operations {

namespace {

/// A test may move time by up to a hundred days at once.
constexpr std::int64_t advance_seconds_max = 100LL * 24 * 3600;

std::int64_t read_seconds(FieldReader& fields) {
    return fields.integer("advanceSeconds", 0, advance_seconds_max);
}

task<Response> advance(core::Scheduler& scheduler, const core::FrozenClock& clock, Call& call) {
    const auto seconds = read_body(call, read_seconds);
    if (!seconds) {
        co_return seconds.error();
    }
    const bool done = co_await scheduler.advance(Seconds{*seconds});
    if (!done) {
        co_return storage_unavailable();
    }
    co_return json_response(200, fmt::format(R"({{"now":"{}"}})", format_time(clock.shown_now())));
}

} // namespace

void add_test_clock_route(Routes& routes, core::Scheduler& scheduler,
                          const core::FrozenClock& clock) {
    routes.add_task(Method::post, "/api/v1/test/clock", Access::anyone,
                    [&scheduler, &clock](Call& call) { return advance(scheduler, clock, call); });
}

} // namespace stagedoor::operations
