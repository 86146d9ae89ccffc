// SPDX-License-Identifier: MIT
// A catalogue file's JSON, read strictly. The fault names the path of what is wrong.
#pragma once

#include <string_view>

#include "base/json.hpp"
#include "hall/catalogue.hpp"
#include "reservation_settings.hpp"

namespace stagedoor::reservation {

inline constexpr std::int64_t price_max = 1'000'000'000'000;

/// `currency` is the configured one; a catalogue in another is refused. How much it asks for is
/// held against `limits` before any of it is made: the work grows with the text and with what is
/// allowed, never with what the text asks for.
[[nodiscard]] result<Catalogue, JsonFault> parse_catalogue(std::string_view text,
                                                           std::string_view currency,
                                                           const ReservationSettings& limits);

} // namespace stagedoor::reservation
