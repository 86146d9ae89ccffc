// SPDX-License-Identifier: MIT
// What a refusal says, for a line on stderr. Main thread of a command.
#pragma once

#include <string>

#include "base/http.hpp"

namespace stagedoor::cli {

/// The `detail` of a problem's answer.
[[nodiscard]] std::string detail_of(const Response& problem);

} // namespace stagedoor::cli
