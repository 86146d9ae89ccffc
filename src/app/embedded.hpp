// SPDX-License-Identifier: MIT
// Files that the binary carries (cmake/embed.cmake). Constant data, any thread.
#pragma once

#include <string_view>

namespace stagedoor::embedded {

extern const std::string_view openapi_yaml;     ///< docs/openapi.yaml
extern const std::string_view winter_gala_json; ///< config/winter-gala.json

} // namespace stagedoor::embedded
