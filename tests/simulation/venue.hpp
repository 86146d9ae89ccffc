// SPDX-License-Identifier: MIT
// The small venues that a simulation sells: few seats and short lines, so that everything collides.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "src/config/config.hpp"
#include "support/fake_random.hpp"

namespace stagedoor::simulation {

using Dice = test::FakeRandom;

/// True in `percent` of a hundred throws.
[[nodiscard]] bool chance(Dice& dice, unsigned percent);

template<class T>
const T& pick(Dice& dice, const std::vector<T>& from) {
    return from[dice.below(from.size())];
}

/// A concert as its catalogue file describes it; `title` is another in every import.
struct Plan {
    std::string concert;
    std::string title;
    std::vector<std::string> dates;
    std::map<std::string, std::string> seats; ///< number to category
    std::map<std::string, std::int64_t> prices;
    std::int64_t max_active = 1;
    std::int64_t admissions_per_minute = 0;
    Seconds entry_window{120};
    Seconds session{600};
    Seconds abandon_after{300};

    [[nodiscard]] std::int64_t price_of(const std::string& seat) const {
        return prices.at(seats.at(seat));
    }
    /// From one admission to the next, at least; 0 without a bound.
    [[nodiscard]] Milliseconds interval() const;
    [[nodiscard]] std::string to_json() const;
};

struct Venue {
    config::Config config;
    std::vector<Plan> plans;
    std::size_t users = 1; ///< at a time
    int checkpoint_pages = 1000;
};

[[nodiscard]] Venue draw_venue(Dice& dice);

/// What the operator imports next over `plan`: mostly allowed, sometimes not.
[[nodiscard]] Plan draw_change(Dice& dice, const Plan& plan, std::uint64_t number);

} // namespace stagedoor::simulation
