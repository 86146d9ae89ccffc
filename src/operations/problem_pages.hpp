// SPDX-License-Identifier: MIT
// The pages that a problem's `type` leads to: what went wrong, and what to do. Loop thread only.
#pragma once
#include "stagedoor/routes.hpp"

namespace stagedoor::operations {

/// GET /problems and /problems/{code}
void add_problem_pages(Routes& routes);

} // namespace stagedoor::operations
