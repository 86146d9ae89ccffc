// SPDX-License-Identifier: MIT
// How seats are held, as the configuration's `reservation.*` has it. A value; any thread.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace stagedoor::reservation {

struct ReservationSettings {
    Seconds hold{300};
    std::int64_t max_seats_per_user = 4;
};

} // namespace stagedoor::reservation
