// SPDX-License-Identifier: MIT
#include "system_clock.hpp"

#include "support/catch.hpp"

using namespace stagedoor;
using core::SteadyClock;

namespace {

const Instant begin = from_millis(1'700'000'000'000);
const ShownTime wall = shown_from_millis(1'800'000'000'000);
const Milliseconds offset{100'000'000'000};

/// How far `clock` is behind what was asked of it: it goes on by real time meanwhile.
constexpr Milliseconds slow_machine{900};

} // namespace

TEST_CASE("a clock shows the wall's time from the start, wherever its own begins") {
    const SteadyClock clock{begin, offset};
    CHECK(clock.now() - begin < slow_machine);
    CHECK(clock.shown_now() - wall < slow_machine);
    CHECK(clock.shown(begin) == wall);
}

TEST_CASE("what is shown follows the wall clock, ahead and back, and no instant moves") {
    const Seconds step = GENERATE(Seconds{-86'400}, Seconds{-3}, Seconds{3}, Seconds{86'400});
    SteadyClock clock{begin, offset};
    const auto before = clock.now();
    const auto moved = clock.follow(clock.shown_now() + step);
    CHECK(std::chrono::abs(moved - step) < slow_machine);
    CHECK(clock.shown(begin) == wall + moved);
    CHECK(clock.now() >= before);
    CHECK(clock.now() - begin < slow_machine);
    CHECK(clock.follow(clock.shown_now()) == Milliseconds{0});
}

TEST_CASE("what is off by a second at most is left alone") {
    SteadyClock clock{begin, offset};
    CHECK(clock.follow(clock.shown_now() - Seconds{1} + slow_machine) == Milliseconds{0});
    CHECK(clock.follow(clock.shown_now() + Seconds{1}) == Milliseconds{0});
    CHECK(clock.shown(begin) == wall);
}
