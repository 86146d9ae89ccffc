// SPDX-License-Identifier: MIT
#include "system_clock.hpp"

#include <sodium.h>

#include "base/assert.hpp"

namespace stagedoor::core {

Instant SteadyClock::now() const {
    return begin_ + std::chrono::duration_cast<Milliseconds>(monotonic() - begin_monotonic_);
}

Milliseconds SteadyClock::follow(ShownTime wall) {
    const auto off = wall - shown_now();
    if (std::chrono::abs(off) <= tolerance) {
        return Milliseconds{0};
    }
    offset_ += off;
    return off;
}

std::chrono::steady_clock::time_point SteadyClock::monotonic() const {
    return std::chrono::steady_clock::now();
}

void FrozenClock::set(Instant now) {
    STAGEDOOR_ASSERT(now >= now_, "time does not run backwards");
    now_ = now;
}

std::chrono::steady_clock::time_point FrozenClock::monotonic() const {
    return std::chrono::steady_clock::now();
}

ShownTime wall_clock_now() {
    return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
}

SystemRandom::SystemRandom() {
    STAGEDOOR_ASSERT(sodium_init() >= 0, "libsodium must start");
}

void SystemRandom::fill(std::span<std::byte> bytes) {
    randombytes_buf(bytes.data(), bytes.size());
}

} // namespace stagedoor::core
