// SPDX-License-Identifier: MIT
// The endpoint by which a test moves the frozen clock. Loop thread only.
#pragma once

#include "src/core/scheduler.hpp"
#include "src/core/system_clock.hpp"
#include "stagedoor/routes.hpp"

namespace stagedoor::operations {

/// POST /api/v1/test/clock; both references must outlive `routes`.
void add_test_clock_route(Routes& routes, core::Scheduler& scheduler,
                          const core::FrozenClock& clock);

} // namespace stagedoor::operations
