// SPDX-License-Identifier: MIT
// How much is logged and in which form. A value; any thread.
#pragma once

#include <string>

namespace stagedoor::config {

struct LogSettings {
    std::string level = "info";
    std::string format = "text"; ///< or `json`
};

} // namespace stagedoor::config
