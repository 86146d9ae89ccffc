// SPDX-License-Identifier: MIT
#include "base/ids.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <sodium.h>

#include "base/time.hpp"

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
    const std::string_view rest = text.size() == date_length        ? "T00:00:00Z"
                                  : text.size() == date_time_length ? ":00Z"
                                                                    : "";
    return !rest.empty() && parse_time(std::string{text}.append(rest)).has_value();
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
