// SPDX-License-Identifier: MIT
// Two functions of the C and C++ libraries are defined anew here; the linker prefers a program's
// own.
#include "still_time.hpp"

#include <cerrno>

namespace {

std::chrono::nanoseconds elapsed{std::chrono::hours{1}};

} // namespace

std::chrono::steady_clock::time_point std::chrono::steady_clock::now() noexcept {
    return time_point{elapsed};
}

/// Without it, Asio's reactor asks the (still) steady clock which timers are due.
extern "C" int timerfd_create(int, int) noexcept {
    errno = ENOSYS;
    return -1;
}

namespace stagedoor::simulation {

void pass_real_time(std::chrono::nanoseconds by) {
    elapsed += by;
}

} // namespace stagedoor::simulation
