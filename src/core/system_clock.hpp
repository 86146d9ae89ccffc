// SPDX-License-Identifier: MIT
// The clocks behind stagedoor::Clock: the real one, and the one that a test moves by hand; and the
// operating system's random source. Loop thread only.
#pragma once

#include <optional>

#include "base/random.hpp"
#include "base/time.hpp"

namespace stagedoor::core {

/// Begins at a given instant and goes on with the steady clock: setting the wall clock moves no
/// instant. What is shown follows the wall clock, where `follow` is told of it.
class SteadyClock final : public Clock {
public:
    /// What is shown may be off the wall clock by as much (contract §7).
    static constexpr Seconds tolerance{1};

    SteadyClock(Instant begin, Milliseconds offset)
        : begin_{begin}, begin_monotonic_{monotonic()}, offset_{offset} {}

    /// Corrects what is shown where it is off the wall clock by more than `tolerance`. Returns by
    /// how much it was moved; 0 where it was not.
    Milliseconds follow(ShownTime wall);

    [[nodiscard]] Instant now() const override;
    [[nodiscard]] Milliseconds offset() const override { return offset_; }
    [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override;

private:
    Instant begin_;
    std::chrono::steady_clock::time_point begin_monotonic_;
    Milliseconds offset_;
};

/// What `--test-clock` asks for.
struct TestClock {
    std::optional<ShownTime> begin; ///< where it stands first; otherwise where the last one stood,
                                    ///< or at the present
};

/// Stands still (`--test-clock`).
class FrozenClock final : public Clock {
public:
    explicit FrozenClock(Instant begin) : now_{begin} {}

    /// Not backwards.
    void set(Instant now);

    [[nodiscard]] Instant now() const override { return now_; }
    [[nodiscard]] Milliseconds offset() const override { return Milliseconds{0}; }
    [[nodiscard]] bool frozen() const override { return true; }
    [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override;

private:
    Instant now_;
};

/// The operating system's wall clock.
[[nodiscard]] ShownTime wall_clock_now();

/// The operating system's random source (libsodium: getrandom).
class SystemRandom final : public Random {
public:
    SystemRandom();
    void fill(std::span<std::byte> bytes) override;
};

} // namespace stagedoor::core
