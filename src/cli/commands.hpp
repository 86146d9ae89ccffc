// SPDX-License-Identifier: MIT
// The commands of the command line, each from its options to its exit code. Main thread.
#pragma once

#include "options.hpp"

namespace stagedoor::cli {

/// 0 done; 1 not sound, or refused; 2 could not start, with one clear line on stderr.
[[nodiscard]] int run_command(const Options& options);

} // namespace stagedoor::cli
