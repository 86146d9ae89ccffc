// SPDX-License-Identifier: MIT
// The caps on connections against the files that the process may open. Main thread, at the start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config.hpp"

namespace stagedoor::config {

/// Lowers both caps on connections to what `open_files` descriptors leave room for, with some kept
/// for the database and the program's own. Returns a warning if it did; throws ConfigError where
/// nothing is left.
[[nodiscard]] std::optional<std::string> lower_connections(Config& config,
                                                           std::uint64_t open_files);

/// Raises the process's soft limit of open files to the hard one, then `lower_connections` to that.
[[nodiscard]] std::optional<std::string> lower_to_open_file_limit(Config& config);

} // namespace stagedoor::config
