// SPDX-License-Identifier: MIT
// Whether the process lives, and whether it takes work. Loop thread only.
#pragma once

#include <functional>
#include <optional>

#include "stagedoor/routes.hpp"

namespace stagedoor::operations {

/// GET /healthz and /readyz. `unready` is the problem that /readyz answers with; nothing while the
/// server takes work.
void add_health_routes(Routes& routes, std::function<std::optional<Response>()> unready);

} // namespace stagedoor::operations
