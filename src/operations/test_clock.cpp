// SPDX-License-Identifier: MIT
#include "test_clock.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/problem.hpp"

namespace stagedoor::operations {

namespace {

/// A test may move time by up to a hundred days at once.
constexpr std::int64_t advance_seconds_max = 100LL * 24 * 3600;

task<Response> advance(core::Scheduler& scheduler, const core::FrozenClock& clock,
                       const Request& request) {
    auto body = parse_json(request.body);
    if (!body) {
        co_return invalid_request(body.error().field, body.error().detail);
    }
    FieldReader fields{*body, ""};
    const auto seconds = fields.integer("advanceSeconds", 0, advance_seconds_max);
    if (const auto fault = fields.finish()) {
        co_return invalid_request(fault->field, fault->detail);
    }
    const bool done = co_await scheduler.advance(Seconds{seconds});
    if (!done) {
        co_return storage_unavailable();
    }
    co_return json_response(200, fmt::format(R"({{"now":"{}"}})", format_instant(clock.now())));
}

} // namespace

void add_test_clock_route(Routes& routes, core::Scheduler& scheduler,
                          const core::FrozenClock& clock) {
    routes.add_task(Method::post, "/api/v1/test/clock",
                    [&scheduler, &clock](const Request& request) {
                        return advance(scheduler, clock, request);
                    });
}

} // namespace stagedoor::operations
