// SPDX-License-Identifier: MIT
// A clock that stands still until a test moves it.
#pragma once

#include "base/time.hpp"

namespace stagedoor::test {

/// 2026-12-24T10:00:00.000Z, where every fake clock begins.
inline constexpr Instant start_of_test{Milliseconds{1'798'106'400'000}};

class FakeClock final : public Clock {
public:
    [[nodiscard]] Instant now() const override { return now_; }
    [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override {
        return monotonic_;
    }

    [[nodiscard]] Milliseconds offset() const override { return offset_; }

    void advance(Milliseconds by) { now_ += by; }
    void advance_monotonic(Milliseconds by) { monotonic_ += by; }

    void set_offset(Milliseconds offset) { offset_ = offset; }
    [[nodiscard]] bool frozen() const override { return frozen_; }
    void freeze() { frozen_ = true; }

private:
    Milliseconds offset_{0};
    Instant now_ = start_of_test;
    bool frozen_ = false;
    std::chrono::steady_clock::time_point monotonic_{};
};

} // namespace stagedoor::test
