// SPDX-License-Identifier: MIT
// Where something lies that there may be millions of: half of what a pointer takes. Who keeps the
// slots says what lies in them. A value.
#pragma once

#include <cstdint>

namespace stagedoor::queue {

using Slot = std::uint32_t;

inline constexpr Slot no_slot = ~Slot{0};

} // namespace stagedoor::queue
