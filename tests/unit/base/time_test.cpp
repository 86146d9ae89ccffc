// SPDX-License-Identifier: MIT
#include "base/time.hpp"

#include <cstdio>
#include <string>

#include "support/catch.hpp"
#include "support/fake_clock.hpp"

using namespace stagedoor;

namespace {

using namespace std::chrono;

ShownTime at(year_month_day date, milliseconds time) {
    return sys_days{date} + time;
}

} // namespace

TEST_CASE("a time is written as RFC 3339 in UTC with milliseconds") {
    CHECK(format_time(shown_from_millis(0)) == "1970-01-01T00:00:00.000Z");
    CHECK(format_time(shown_from_millis(1)) == "1970-01-01T00:00:00.001Z");
    CHECK(format_time(test::FakeClock{}.shown_now()) == "2026-12-24T10:00:00.000Z");
    CHECK(format_time(at(2026y / 12 / 31, 23h + 59min + 59s + 999ms)) ==
          "2026-12-31T23:59:59.999Z");
    CHECK(format_time(at(2024y / 2 / 29, 1h + 2min + 3s + 45ms)) == "2024-02-29T01:02:03.045Z");
    CHECK(format_time(at(9999y / 12 / 31, 0ms)) == "9999-12-31T00:00:00.000Z");
    CHECK(format_time(at(1y / 1 / 1, 0ms)) == "0001-01-01T00:00:00.000Z");
}

TEST_CASE("what is written as a time is read as the same") {
    for (const auto millis : {0LL, 1LL, 1'798'100'000'123LL, 253'402'300'799'999LL}) {
        const auto time = shown_from_millis(millis);
        CHECK(parse_time(format_time(time)) == time);
    }
    CHECK(parse_time("2026-12-01T09:08:07Z") == at(2026y / 12 / 1, 9h + 8min + 7s));
    CHECK(parse_time("2024-02-29T23:59:59.999Z") == at(2024y / 2 / 29, 23h + 59min + 59s + 999ms));
}

TEST_CASE("what is not exactly a time is not read") {
    for (const std::string text : {"",
                                   "now",
                                   "2026-12-01",
                                   "2026-12-01T09:08Z",
                                   "2026-12-01T09:08:07",
                                   "2026-12-01 09:08:07Z",
                                   "2026-12-01T09:08:07z",
                                   "2026-12-01T09:08:07.1Z",
                                   "2026-12-01T09:08:07,123Z",
                                   "2026-12-01T09:08:07.123",
                                   "2026-12-01T09:08:07+00:00",
                                   "2026-12-01T09:08:07.123Zz",
                                   "2023-02-29T00:00:00Z",
                                   "2026-00-01T00:00:00Z",
                                   "2026-13-01T00:00:00Z",
                                   "2026-12-32T00:00:00Z",
                                   "2026-12-01T24:00:00Z",
                                   "2026-12-01T00:60:00Z",
                                   "2026-12-01T00:00:60Z",
                                   "+026-12-01T00:00:00Z",
                                   "2026-12-01T0a:00:00Z",
                                   "2026-12-01T00:00:00.-12Z"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_time(text).has_value());
    }
}

TEST_CASE("a time before 1970 is written as the time of its own day") {
    CHECK(format_time(shown_from_millis(-1)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("every month and every part of a day is written as the calendar has it") {
    for (unsigned month = 1; month <= 12; ++month) {
        for (unsigned part = 0; part < 24; ++part) {
            const auto instant =
                at(2026y / static_cast<int>(month) / (part + 1),
                   hours{part} + minutes{2 * part} + seconds{59 - part} + milliseconds{part * 41});
            char wanted[64];
            std::snprintf(wanted, sizeof wanted, "2026-%02u-%02uT%02u:%02u:%02u.%03uZ", month,
                          part + 1, part, 2 * part, 59 - part, part * 41);
            CHECK(format_time(instant) == wanted);
        }
    }
}

TEST_CASE("a time is appended to what is there already") {
    std::string text = "at ";
    append_time(text, test::FakeClock{}.shown_now());
    CHECK(text == "at 2026-12-24T10:00:00.000Z");
}

TEST_CASE("an instant is stored as its milliseconds") {
    CHECK(to_millis(test::start_of_test) == 1'798'106'400'000);
    CHECK(from_millis(to_millis(test::start_of_test)) == test::start_of_test);
}

TEST_CASE("what is shown is the process's own time plus the offset, and follows it back") {
    test::FakeClock clock;
    const auto hold_ends = clock.now() + Seconds{300};
    CHECK(format_time(clock.shown(hold_ends)) == "2026-12-24T10:05:00.000Z");
    clock.set_offset(hours{-24});
    CHECK(clock.now() == test::start_of_test);
    CHECK(format_time(clock.shown_now()) == "2026-12-23T10:00:00.000Z");
    CHECK(format_time(clock.shown(hold_ends)) == "2026-12-23T10:05:00.000Z");
}
