// SPDX-License-Identifier: MIT
// `stagedoor demo`: a sample concert, users who have money, and what to try. Main thread.
#pragma once

#include "options.hpp"

namespace stagedoor::cli {

[[nodiscard]] int demo(const Options& options);

} // namespace stagedoor::cli
