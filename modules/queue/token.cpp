// SPDX-License-Identifier: MIT
#include "token.hpp"

#include <array>
#include <string>

namespace stagedoor::queue {

namespace {

constexpr std::string_view prefix = "qt_";
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t digits_per_word = 16;
constexpr unsigned char no_digit = 0xff;

/// What each character stands for: every poll has 32 of them read.
constexpr auto digit_values = [] {
    std::array<unsigned char, 256> values{};
    values.fill(no_digit);
    for (unsigned char value = 0; value < hex_digits.size(); ++value) {
        values[static_cast<unsigned char>(hex_digits[value])] = value;
    }
    return values;
}();

std::optional<std::uint64_t> parse_word(std::string_view digits) {
    std::uint64_t word = 0;
    for (const char digit : digits) {
        const auto value = digit_values[static_cast<unsigned char>(digit)];
        if (value == no_digit) {
            return std::nullopt;
        }
        word = word << 4 | value;
    }
    return word;
}

} // namespace

TokenKey TokenKey::make(Random& random) {
    TokenKey key;
    random.fill(std::as_writable_bytes(std::span{key.bits}));
    return key;
}

std::optional<TokenKey> TokenKey::parse(std::string_view text) {
    if (text.size() != prefix.size() + 2 * digits_per_word || !text.starts_with(prefix)) {
        return std::nullopt;
    }
    const auto high = parse_word(text.substr(prefix.size(), digits_per_word));
    const auto low = parse_word(text.substr(prefix.size() + digits_per_word));
    if (!high || !low) {
        return std::nullopt;
    }
    return TokenKey{{*high, *low}};
}

TokenId TokenKey::text() const {
    std::string text{prefix};
    for (const auto word : bits) {
        for (int shift = 60; shift >= 0; shift -= 4) {
            text += hex_digits[word >> shift & 15];
        }
    }
    return TokenId{text};
}

} // namespace stagedoor::queue
