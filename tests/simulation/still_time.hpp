// SPDX-License-Identifier: MIT
// Real time stands still in a program that links this: std::chrono::steady_clock counts what a
// simulation tells it to, and Asio looks at its timers at every turn of the loop instead of asking
// the kernel to wake it. So a run depends on its seed alone.
#pragma once

#include <chrono>

namespace stagedoor::simulation {

/// Moves the steady clock of the whole process.
void pass_real_time(std::chrono::nanoseconds by);

} // namespace stagedoor::simulation
