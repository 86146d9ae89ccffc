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

} // namespace

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
