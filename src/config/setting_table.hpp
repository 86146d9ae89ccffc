// SPDX-License-Identifier: MIT
// The one table of what may be set: the configuration file, `--set key=value`, the errors about
// them and the text of config/stagedoor.toml all come from it. Constant data, for any thread.
#pragma once

#include <span>
#include <string>

#include "setting.hpp"

namespace stagedoor::config {

/// The table, section by section. The default of each is that of the struct.
[[nodiscard]] std::span<const Setting> settings();

/// The whole text of config/stagedoor.toml.
[[nodiscard]] std::string default_config_text();

} // namespace stagedoor::config
