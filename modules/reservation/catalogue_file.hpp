// SPDX-License-Identifier: MIT
// A catalogue file's JSON, read strictly. The fault names the path of what is wrong.
#pragma once

#include <string_view>

#include "base/json.hpp"
#include "hall/catalogue.hpp"

namespace stagedoor::reservation {

/// Limits of one catalogue; beyond them the file is refused.
inline constexpr std::size_t dates_max = 400;
inline constexpr std::size_t seats_max = 100'000; ///< a date
inline constexpr std::int64_t price_max = 1'000'000'000'000;

/// `currency` is the configured one; a catalogue in another is refused.
[[nodiscard]] result<Catalogue, JsonFault> parse_catalogue(std::string_view text,
                                                           std::string_view currency);

} // namespace stagedoor::reservation
