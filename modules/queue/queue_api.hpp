// SPDX-License-Identifier: MIT
// The endpoints of the line: parse, call, serialise. HTTP and JSON stop here. Loop thread only.
#pragma once

#include "base/http.hpp"
#include "queue_service.hpp"
#include "stagedoor/identity.hpp"

namespace stagedoor::queue {

/// Hangs up the endpoints; all references must outlive `routes`.
void add_routes(Routes& routes, QueueService& service, const Clock& clock,
                const OperatorGate& gate);

} // namespace stagedoor::queue
