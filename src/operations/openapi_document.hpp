// SPDX-License-Identifier: MIT
// The OpenAPI document (docs/openapi.yaml), which the binary carries. Loop thread only.
#pragma once
#include "stagedoor/routes.hpp"

namespace stagedoor::operations {

/// GET /api/v1/openapi.yaml
void add_openapi_route(Routes& routes);

} // namespace stagedoor::operations
