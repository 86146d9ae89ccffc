// SPDX-License-Identifier: MIT
// Two configurations are equal where every setting of the table is.
#pragma once

#include <algorithm>

#include "setting_table.hpp"

namespace stagedoor::config {

inline bool operator==(const Config& a, const Config& b) {
    return std::ranges::all_of(
        settings(), [&](const Setting& setting) { return setting.get(a) == setting.get(b); });
}

} // namespace stagedoor::config
