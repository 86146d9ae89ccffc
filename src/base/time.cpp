// SPDX-License-Identifier: MIT
#include "base/time.hpp"

#include <array>

namespace stagedoor {

namespace {

/// Writes `value` as exactly `digits` decimal digits ending before `end`.
void put_digits(char* end, int digits, unsigned value) {
    for (int i = 0; i < digits; ++i) {
        *--end = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

/// The number that `length` decimal digits at `at` stand for.
std::optional<unsigned> digits_at(std::string_view text, std::size_t at, std::size_t length) {
    unsigned value = 0;
    const auto* const end = text.data() + at + length;
    for (const auto* digit = text.data() + at; digit != end; ++digit) {
        if (*digit < '0' || *digit > '9') {
            return std::nullopt;
        }
        value = value * 10 + static_cast<unsigned>(*digit - '0');
    }
    return value;
}

} // namespace

std::optional<ShownTime> parse_time(std::string_view text) {
    constexpr std::string_view whole = "0000-00-00T00:00:00.000Z";
    constexpr std::string_view seconds_only = "0000-00-00T00:00:00Z";
    const auto shape = text.size() == whole.size() ? whole : seconds_only;
    if (text.size() != shape.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] != '0' && text[i] != shape[i]) {
            return std::nullopt;
        }
    }
    const auto year = digits_at(text, 0, 4);
    const auto month = digits_at(text, 5, 2);
    const auto day = digits_at(text, 8, 2);
    const auto hour = digits_at(text, 11, 2);
    const auto minute = digits_at(text, 14, 2);
    const auto second = digits_at(text, 17, 2);
    const auto milli = shape == whole ? digits_at(text, 20, 3) : std::optional{0U};
    if (!year || !month || !day || !hour || !minute || !second || !milli) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                           std::chrono::month{*month}, std::chrono::day{*day}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) {
        return std::nullopt;
    }
    return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           Seconds{*second} + Milliseconds{*milli};
}

void append_time(std::string& out, ShownTime shown) {
    const auto day = std::chrono::floor<std::chrono::days>(shown);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{shown - day};

    std::array<char, 24> text{};
    auto* at = text.data();
    put_digits(at + 4, 4, static_cast<unsigned>(static_cast<int>(date.year())));
    at[4] = '-';
    put_digits(at + 7, 2, static_cast<unsigned>(date.month()));
    at[7] = '-';
    put_digits(at + 10, 2, static_cast<unsigned>(date.day()));
    at[10] = 'T';
    put_digits(at + 13, 2, static_cast<unsigned>(time.hours().count()));
    at[13] = ':';
    put_digits(at + 16, 2, static_cast<unsigned>(time.minutes().count()));
    at[16] = ':';
    put_digits(at + 19, 2, static_cast<unsigned>(time.seconds().count()));
    at[19] = '.';
    put_digits(at + 23, 3, static_cast<unsigned>(time.subseconds().count()));
    at[23] = 'Z';
    out.append(text.data(), text.size());
}

std::string format_time(ShownTime time) {
    std::string out;
    append_time(out, time);
    return out;
}

} // namespace stagedoor
