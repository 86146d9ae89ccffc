// SPDX-License-Identifier: MIT
#include "base/ids.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <optional>

#include <sodium.h>

namespace stagedoor {

namespace {

constexpr std::size_t id_length_max = 64;
constexpr std::size_t seat_number_length_max = 16;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

template<class Allowed>
bool is_made_of(std::string_view text, std::size_t length_max, Allowed allowed) {
    return !text.empty() && text.size() <= length_max &&
           std::all_of(text.begin(), text.end(), allowed);
}

/// The number that `length` digits at `at` stand for.
std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t length) {
    int value = 0;
    for (const char c : text.substr(at, length)) {
        if (!is_digit(c)) {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    return value;
}

bool is_calendar_date(std::string_view text) {
    const auto year = digits_at(text, 0, 4);
    const auto month = digits_at(text, 5, 2);
    const auto day = digits_at(text, 8, 2);
    if (!year || !month || !day || text[4] != '-' || text[7] != '-') {
        return false;
    }
    return std::chrono::year_month_day{std::chrono::year{*year},
                                       std::chrono::month{static_cast<unsigned>(*month)},
                                       std::chrono::day{static_cast<unsigned>(*day)}}
        .ok();
}

bool is_time_of_day(std::string_view text) {
    const auto hour = digits_at(text, 0, 2);
    const auto minute = digits_at(text, 3, 2);
    return hour && minute && text[2] == ':' && *hour < 24 && *minute < 60;
}

} // namespace

bool is_concert_id(std::string_view text) {
    return is_made_of(text, id_length_max,
                      [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_user_id(std::string_view text) {
    return is_made_of(text, id_length_max, [](char c) {
        constexpr std::string_view others = "._@-+|:=";
        return is_lower(c) || is_upper(c) || is_digit(c) || others.find(c) != others.npos;
    });
}

bool is_seat_number(std::string_view text) {
    return is_made_of(text, seat_number_length_max, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_date(std::string_view text) {
    constexpr std::size_t date_length = 10;
    constexpr std::size_t date_time_length = 16;
    if (text.size() == date_length) {
        return is_calendar_date(text);
    }
    return text.size() == date_time_length && text[date_length] == 'T' &&
           is_calendar_date(text.substr(0, date_length)) &&
           is_time_of_day(text.substr(date_length + 1));
}

std::size_t SeededHash::operator()(std::string_view text) const noexcept {
    using Key = std::array<unsigned char, crypto_shorthash_KEYBYTES>;
    static const Key key = [] {
        Key drawn{};
        crypto_shorthash_keygen(drawn.data());
        return drawn;
    }();
    std::array<unsigned char, crypto_shorthash_BYTES> hash{};
    crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     key.data());
    std::size_t value = 0;
    static_assert(sizeof value == hash.size());
    std::memcpy(&value, hash.data(), sizeof value);
    return value;
}

} // namespace stagedoor
