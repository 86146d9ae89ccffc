// SPDX-License-Identifier: MIT
// Runs of many seeds, each in a process of its own, and what they came to together.
#pragma once

#include <cstdint>

namespace stagedoor::simulation {

struct Campaign {
    std::uint64_t first_seed = 1;
    std::uint64_t seeds = 20;
    std::uint64_t steps = 50'000; ///< of each seed
    unsigned jobs = 2;
};

/// Exit code 0, or 1 with the seed, the step and what is broken on stdout.
[[nodiscard]] int run_one(std::uint64_t seed, std::uint64_t steps, bool verbose);

/// The same for all of them; also 1 where something that should happen never did.
[[nodiscard]] int run_all(const Campaign& campaign);

} // namespace stagedoor::simulation
