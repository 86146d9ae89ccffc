// SPDX-License-Identifier: MIT
// The endpoints that belong to no module: health, the OpenAPI document, the pages of the problems,
// and the test's clock. Loop thread only.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/http.hpp"
#include "scheduler.hpp"

namespace stagedoor::app {

/// `unready` is the problem that /readyz answers with; nothing while the server takes work.
void add_system_routes(Routes& routes, std::function<std::optional<Response>()> unready);

/// POST /api/v1/test/clock
void add_test_clock_route(Routes& routes, Scheduler& scheduler, const FrozenClock& clock);

/// The `detail` of a problem's answer, with its `field` where it names one: for a line on stderr.
[[nodiscard]] std::string detail_of(const Response& problem);

} // namespace stagedoor::app
