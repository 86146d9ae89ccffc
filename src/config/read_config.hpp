// SPDX-License-Identifier: MIT
// How a file and the command line change the settings, by the table in setting_table.hpp. Used at
// the start, on the main thread, before anything else runs.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "config.hpp"

namespace stagedoor::config {

/// One line that says where (file and line, or the option), which key, and what is allowed instead.
class ConfigError : public std::runtime_error {
public:
    /// Control characters in `line` become spaces: it stays one line whatever a file contains.
    explicit ConfigError(std::string line);
};

/// Sets in `config` what `text` (TOML) says. `name` is what errors call it: the file's path.
/// Throws ConfigError for a syntax error, an unknown key, a wrong type, or a value out of its
/// range.
void read_config_text(Config& config, std::string_view text, std::string_view name);

/// `read_config_text` for a file of at most 1 MiB. Throws ConfigError also where it cannot be read.
void read_config_file(Config& config, const std::filesystem::path& file);

/// Sets one key from the command line's `key=value`. A text may be quoted, and need not be.
void assign_setting(Config& config, std::string_view assignment);

/// What no single key can tell: throws ConfigError where settings contradict each other.
void check_config(const Config& config);

/// Everything above in its order: the defaults, then the file (if any), then the assignments, then
/// the checks.
[[nodiscard]] Config load_config(const std::optional<std::filesystem::path>& file,
                                 std::span<const std::string> assignments);

} // namespace stagedoor::config
