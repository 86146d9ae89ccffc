// SPDX-License-Identifier: MIT
// Names that repeat from run to run and never within one.
#pragma once

#include <cstdint>

#include "base/random.hpp"

namespace stagedoor::test {

/// SplitMix64 (Steele, Lea and Flood, 2014), which visits every 64-bit value once.
class FakeRandom final : public Random {
public:
    explicit FakeRandom(std::uint64_t seed = 1) : state_{seed} {}

    void fill(std::span<std::byte> bytes) override {
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            word = i % sizeof word == 0 ? next() : word >> 8;
            bytes[i] = static_cast<std::byte>(word & 0xff);
        }
    }

    [[nodiscard]] std::uint64_t next() {
        std::uint64_t word = state_ += 0x9e37'79b9'7f4a'7c15;
        word = (word ^ word >> 30) * 0xbf58'476d'1ce4'e5b9;
        word = (word ^ word >> 27) * 0x94d0'49bb'1331'11eb;
        return word ^ word >> 31;
    }

    /// From 0 to `bound` - 1; even enough for a test.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return next() % bound; }

private:
    std::uint64_t state_;
};

} // namespace stagedoor::test
