// SPDX-License-Identifier: MIT
// One request through a server's Unix socket, for the commands that work on a running server.
// Blocking; the main thread of a command.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/http.hpp"

namespace stagedoor::cli {

/// What came back; nothing where nobody listens at `path`. Throws std::runtime_error where the
/// connection broke before the whole answer was there.
[[nodiscard]] std::optional<Response>
post_through_socket(const std::string& path, std::string_view target, std::string_view body);

} // namespace stagedoor::cli
