// SPDX-License-Identifier: MIT
#include "base/random.hpp"

#include <fmt/format.h>

namespace stagedoor {

std::string random_id(Random& random) {
    constexpr std::string_view hex_digits = "0123456789abcdef";
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    std::string id;
    id.reserve(2 * bytes.size());
    for (const std::byte byte : bytes) {
        const auto value = std::to_integer<unsigned>(byte);
        id += hex_digits[value >> 4];
        id += hex_digits[value & 15];
    }
    return id;
}

std::string growing_id(Random& random, Instant now) {
    return fmt::format("{:012x}{}", to_millis(now) & 0xffff'ffff'ffff, random_id(random));
}

} // namespace stagedoor
