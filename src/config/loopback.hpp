// SPDX-License-Identifier: MIT
// Which addresses only this machine reaches. Any thread.
#pragma once

#include <string_view>

namespace stagedoor::config {

/// Whether `address` (an IPv4 or IPv6 address) can be reached from this machine alone.
[[nodiscard]] bool is_loopback(std::string_view address);

} // namespace stagedoor::config
