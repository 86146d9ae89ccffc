// SPDX-License-Identifier: MIT
#include "wait_estimate.hpp"

#include "support/catch.hpp"
#include "support/fake_clock.hpp"

using namespace stagedoor;
using namespace stagedoor::queue;
using namespace std::chrono_literals;
using test::start_of_test;

namespace {

ExpectedPace expected(std::int64_t max_active, std::int64_t free_places, std::int64_t per_minute) {
    return {.max_active = max_active,
            .free_places = free_places,
            .session = 600s,
            .admissions_per_minute = per_minute};
}

} // namespace

TEST_CASE("a line that has not moved has no rate") {
    LineMovement movement;
    movement.begin_waiting(start_of_test);
    CHECK_FALSE(movement.per_second(start_of_test));
    CHECK_FALSE(movement.per_second(start_of_test + 100s));
    CHECK(movement.in_last_minute(start_of_test) == 0);
}

TEST_CASE("the rate is what was called over the time of waiting") {
    LineMovement movement;
    movement.begin_waiting(start_of_test);
    for (int i = 1; i <= 20; ++i) {
        movement.admitted(start_of_test + i * 5s);
    }
    REQUIRE(movement.per_second(start_of_test + 100s));
    CHECK(*movement.per_second(start_of_test + 100s) == Approx(0.2));
    CHECK(*movement.per_second(start_of_test + 200s) == Approx(0.1));
}

TEST_CASE("the rate looks back five minutes at the most") {
    LineMovement movement;
    movement.begin_waiting(start_of_test);
    for (int i = 0; i < 600; ++i) {
        movement.admitted(start_of_test + i * 1s);
    }
    CHECK(*movement.per_second(start_of_test + 599s) == Approx(1.0).epsilon(0.01));
    CHECK(*movement.per_second(start_of_test + 749s) == Approx(0.5).epsilon(0.01));
    CHECK_FALSE(movement.per_second(start_of_test + 901s));
}

TEST_CASE("what was called before the line began to wait does not count") {
    LineMovement movement;
    movement.begin_waiting(start_of_test);
    for (int i = 0; i < 100; ++i) {
        movement.admitted(start_of_test);
    }
    movement.begin_waiting(start_of_test + 60s);
    CHECK_FALSE(movement.per_second(start_of_test + 70s));
    movement.admitted(start_of_test + 70s);
    CHECK(*movement.per_second(start_of_test + 70s) == Approx(0.1));
}

TEST_CASE("a line that has waited for less than five seconds has no rate yet") {
    LineMovement movement;
    movement.begin_waiting(start_of_test);
    movement.admitted(start_of_test + 1ms);
    CHECK_FALSE(movement.per_second(start_of_test + 1ms));
    CHECK_FALSE(movement.per_second(start_of_test + 5s - 1ms));
    CHECK(*movement.per_second(start_of_test + 5s) == Approx(0.2));
}

TEST_CASE("the last minute ends a minute ago") {
    LineMovement movement;
    movement.admitted(start_of_test);
    movement.admitted(start_of_test + 999ms);
    movement.admitted(start_of_test + 30s);
    CHECK(movement.in_last_minute(start_of_test + 30s) == 3);
    CHECK(movement.in_last_minute(start_of_test + 59s) == 3);
    CHECK(movement.in_last_minute(start_of_test + 61s) == 1);
    CHECK(movement.in_last_minute(start_of_test + 91s) == 0);
}

TEST_CASE("the wait comes from the rate at which the line moved") {
    CHECK(estimate_wait_seconds(12, 0.2, expected(1, 0, 0)) == 60);
    CHECK(estimate_wait_seconds(1, 0.2, expected(1, 0, 0)) == 5);
    CHECK(estimate_wait_seconds(1, 0.3, expected(1, 0, 0)) == 4); // rounded up
}

TEST_CASE("until the line has moved the wait comes from the settings") {
    // By capacity: a place comes free every 600 / 100 seconds.
    CHECK(estimate_wait_seconds(1, std::nullopt, expected(100, 0, 0)) == 6);
    CHECK(estimate_wait_seconds(11, std::nullopt, expected(100, 0, 0)) == 66);
    // By the rate, where that is slower.
    CHECK(estimate_wait_seconds(10, std::nullopt, expected(100, 0, 6)) == 100);
    CHECK(estimate_wait_seconds(10, std::nullopt, expected(100, 0, 600)) == 60);
    // Free places are a matter of the rate alone.
    CHECK(estimate_wait_seconds(3, std::nullopt, expected(100, 5, 60)) == 3);
    CHECK(estimate_wait_seconds(7, std::nullopt, expected(100, 5, 60)) == 5 + 2 * 6);
    CHECK(estimate_wait_seconds(7, std::nullopt, expected(100, 5, 0)) == 12);
}

TEST_CASE("a wait is at least a second and at most a week") {
    CHECK(estimate_wait_seconds(1, std::nullopt, expected(100, 1, 0)) == 1);
    CHECK(estimate_wait_seconds(1, 1000.0, expected(1, 0, 0)) == 1);
    CHECK(estimate_wait_seconds(1'000'000, 0.0033, expected(1, 0, 0)) == 604'800);
    CHECK(estimate_wait_seconds(1'000'000, std::nullopt, expected(0, 0, 0)) == 604'800);
    CHECK(estimate_wait_seconds(1, std::nullopt, expected(0, 0, 0)) == 600);
}

TEST_CASE("those near the front ask often, the others ever more rarely up to 30 s") {
    CHECK(poll_after_seconds(0, 5s, 300s) == 5);
    CHECK(poll_after_seconds(60, 5s, 300s) == 5);
    CHECK(poll_after_seconds(71, 5s, 300s) == 5);
    CHECK(poll_after_seconds(72, 5s, 300s) == 6);
    CHECK(poll_after_seconds(120, 5s, 300s) == 10);
    CHECK(poll_after_seconds(360, 5s, 300s) == 30);
    CHECK(poll_after_seconds(604'800, 5s, 300s) == 30);
    std::int64_t before = 0;
    for (std::int64_t wait = 0; wait < 1'000; ++wait) {
        const auto after = poll_after_seconds(wait, 5s, 300s);
        CHECK(after >= before);
        before = after;
    }
}

TEST_CASE("nobody is told to ask so rarely that the place would be given up") {
    CHECK(poll_after_seconds(3'600, 5s, 60s) == 20);
    CHECK(poll_after_seconds(0, 5s, 9s) == 3);
    CHECK(poll_after_seconds(0, 5s, 1s) == 1);
}

TEST_CASE("a configured interval beyond 30 s is 30 s") {
    CHECK(poll_after_seconds(0, 60s, 3'600s) == 30);
    CHECK(poll_after_seconds(100'000, 60s, 3'600s) == 30);
}
