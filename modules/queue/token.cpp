// SPDX-License-Identifier: MIT
#include "token.hpp"

#include <string>

namespace stagedoor::queue {

namespace {

constexpr std::string_view prefix = "qt_";
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t digits_per_word = 16;

std::optional<std::uint64_t> parse_word(std::string_view digits) {
    std::uint64_t word = 0;
    for (const char digit : digits) {
        unsigned value = 0;
        if (digit >= '0' && digit <= '9') {
            value = static_cast<unsigned>(digit - '0');
        } else if (digit >= 'a' && digit <= 'f') {
            value = static_cast<unsigned>(digit - 'a') + 10;
        } else {
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
