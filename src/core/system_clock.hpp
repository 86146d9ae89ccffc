// SPDX-License-Identifier: MIT
// The clocks behind stagedoor::Clock: the real one, and the one that a test moves by hand; and the
// operating system's random source. Loop thread only.
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"

namespace stagedoor::core {

/// Begins at a given instant and goes on with the steady clock: setting the wall clock moves
/// nothing.
class SteadyClock final : public Clock {
public:
    explicit SteadyClock(Instant begin) : begin_{begin}, begin_monotonic_{monotonic()} {}

    [[nodiscard]] Instant now() const override;
    [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override;

private:
    Instant begin_;
    std::chrono::steady_clock::time_point begin_monotonic_;
};

/// Stands still (`--test-clock`).
class FrozenClock final : public Clock {
public:
    explicit FrozenClock(Instant begin) : now_{begin} {}

    /// Not backwards.
    void set(Instant now);

    [[nodiscard]] Instant now() const override { return now_; }
    [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override;

private:
    Instant now_;
};

/// The operating system's wall clock, for the moment at which the program starts.
[[nodiscard]] Instant wall_clock_now();

/// The operating system's random source (libsodium: getrandom).
class SystemRandom final : public Random {
public:
    SystemRandom();
    void fill(std::span<std::byte> bytes) override;
};

} // namespace stagedoor::core
