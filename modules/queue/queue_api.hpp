// SPDX-License-Identifier: MIT
// The endpoints of the line: parse, call, serialise. HTTP and JSON stop here. Loop thread only.
#pragma once

#include "queue_service.hpp"
#include "stagedoor/routes.hpp"

namespace stagedoor::queue {

/// Hangs up the endpoints; all references must outlive `routes`.
void add_routes(Routes& routes, QueueService& service, const Clock& clock);

} // namespace stagedoor::queue
