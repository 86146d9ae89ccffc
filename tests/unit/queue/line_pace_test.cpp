// SPDX-License-Identifier: MIT
// How fast a line may move: at least 60/N seconds from one admission to the next.
#include <algorithm>

#include "line_fixture.hpp"
#include "support/catch.hpp"
#include "support/fake_random.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

LineSettings pace(std::int64_t per_minute) {
    LineSettings settings;
    settings.max_active = 1'000'000;
    settings.admissions_per_minute = per_minute;
    settings.entry_window = 1h;
    settings.abandon_after = 5h;
    return settings;
}

/// The most admissions in any half-open window of 60 s.
std::int64_t busiest_minute(const std::vector<Instant>& admissions) {
    std::int64_t most = 0;
    auto end = admissions.begin();
    for (auto begin = admissions.begin(); begin != admissions.end(); ++begin) {
        while (end != admissions.end() && *end < *begin + 1min) {
            ++end;
        }
        most = std::max<std::int64_t>(most, end - begin);
    }
    return most;
}

} // namespace

TEST_CASE("the interval is a minute over the rate, rounded up to the millisecond") {
    const auto interval = [](std::int64_t per_minute) {
        return LineFixture{pace(per_minute)}.line.admission_interval();
    };
    CHECK(interval(0) == 0ms);
    CHECK(interval(1) == 60'000ms);
    CHECK(interval(7) == 8'572ms); // 8571.43
    CHECK(interval(60) == 1'000ms);
    CHECK(interval(600) == 100ms);
    CHECK(interval(7'000) == 9ms); // 8.57
    CHECK(interval(60'000) == 1ms);
    CHECK(interval(59'999) == 2ms);
    CHECK(interval(1'000'000) == 1ms);
}

TEST_CASE("the first of a line is admitted at once, the next after the interval") {
    LineFixture fixture{pace(60)};
    fixture.join(3);
    CHECK(fixture.admit_all() == Tickets{1});
    CHECK(fixture.line.next_admission() == fixture.now + 1s);
    fixture.now += 999ms;
    CHECK_FALSE(fixture.line.may_admit(fixture.now));
    CHECK(fixture.admit_all().empty());
    fixture.now += 1ms;
    CHECK(fixture.admit_all() == Tickets{2});
    CHECK(fixture.admit_all().empty());
}

TEST_CASE("what was not used is not made up for") {
    LineFixture fixture{pace(60)};
    fixture.join(1);
    fixture.admit_all();
    fixture.now += 10s;
    fixture.join(5);
    CHECK(fixture.admit_all() == Tickets{2});
    fixture.now += 500ms;
    CHECK(fixture.admit_all().empty());
}

TEST_CASE("without a rate all are admitted at once") {
    LineFixture fixture{pace(0)};
    fixture.join(500);
    CHECK(fixture.admit_all().size() == 500);
    CHECK_FALSE(fixture.line.next_admission());
}

TEST_CASE("the pace goes on from the last admission of an earlier run") {
    LineRecord record;
    record.last_ticket = 8;
    record.serving_number = 8;
    record.last_admission = start_of_test - 400ms;
    LineFixture fixture{pace(60), record};
    fixture.join(1);
    CHECK(fixture.admit_all().empty());
    CHECK(fixture.line.next_admission() == start_of_test + 600ms);
    fixture.now += 600ms;
    CHECK(fixture.admit_all() == Tickets{9});
}

TEST_CASE("the next admission is due only where nothing but the pace keeps the front out") {
    LineFixture fixture{pace(60)};
    CHECK_FALSE(fixture.line.next_admission());
    fixture.join(3);
    fixture.admit_all();
    CHECK(fixture.line.next_admission());
    fixture.line.set_state(LineState::paused);
    CHECK_FALSE(fixture.line.next_admission());
    fixture.line.set_state(LineState::open);
    fixture.line.pin(fixture.ticket(2));
    CHECK_FALSE(fixture.line.next_admission());
    fixture.line.unpin(fixture.ticket(2));
    CHECK(fixture.line.next_admission());
    auto full = pace(60);
    full.max_active = 1;
    fixture.line.configure(full);
    CHECK_FALSE(fixture.line.next_admission());
}

TEST_CASE("no half-open minute has more admissions than the rate, and a full one has nearly all") {
    for (const std::int64_t rate : {1, 2, 3, 7, 11, 59, 60, 61, 90, 600, 601, 7'000, 60'000}) {
        CAPTURE(rate);
        LineFixture fixture{pace(rate)};
        const auto people = static_cast<int>(std::min<std::int64_t>(3 * rate, 4'000));
        fixture.join(people);
        std::vector<Instant> admissions;
        while (fixture.line.waiting() > 0) {
            for (std::size_t i = 0, admitted = fixture.admit_all().size(); i < admitted; ++i) {
                admissions.push_back(fixture.now);
            }
            fixture.now = fixture.line.next_admission().value_or(fixture.now);
        }
        CHECK(admissions.size() == static_cast<std::size_t>(people));
        CHECK(busiest_minute(admissions) <= rate);
        for (std::size_t i = 1; i < admissions.size(); ++i) {
            const auto gap = admissions[i] - admissions[i - 1];
            REQUIRE(gap.count() * rate >= 60'000);
            REQUIRE((gap.count() - 1) * rate < 60'000); // and not a millisecond more
        }
    }
}

TEST_CASE("polls at odd times and changes of the rate never make a minute too full") {
    for (const std::uint64_t seed : {1, 2, 3}) {
        FakeRandom random{seed};
        constexpr std::int64_t highest = 90;
        LineFixture fixture{pace(highest)};
        fixture.join(2'000);
        std::vector<Instant> admissions;
        for (int step = 0; step < 6'000; ++step) {
            fixture.now += Milliseconds{static_cast<std::int64_t>(random.below(400))};
            if (random.below(200) == 0) {
                fixture.line.configure(pace(1 + static_cast<std::int64_t>(random.below(highest))));
            }
            for (std::size_t i = 0, admitted = fixture.admit_all().size(); i < admitted; ++i) {
                admissions.push_back(fixture.now);
            }
        }
        CHECK(admissions.size() > 100);
        CHECK(busiest_minute(admissions) <= highest);
    }
}
