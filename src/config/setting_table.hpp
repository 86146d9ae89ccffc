// SPDX-License-Identifier: MIT
// The one table of what may be set: the configuration file, `--set key=value`, the errors about
// them and the text of config/stagedoor.toml all come from it. Constant data, for any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "config.hpp"

namespace stagedoor::config {

/// A whole number from `least` to `most`, both included.
struct IntegerSetting {
    std::int64_t& (*at)(Config&);
    std::int64_t least;
    std::int64_t most;
};

struct TextSetting {
    std::string& (*at)(Config&);
    bool (*accepts)(std::string_view);
    std::string_view rule; ///< what `accepts` takes, in words that follow "must be"
};

struct FlagSetting {
    bool& (*at)(Config&);
};

struct Setting {
    std::string_view key; ///< `section.name`
    std::variant<IntegerSetting, TextSetting, FlagSetting> kind;
    std::string_view description; ///< one line, ending with a full stop
};

/// The table, section by section. The default of each is that of the struct.
[[nodiscard]] std::span<const Setting> settings();

/// The value that `config` has for `setting`, as TOML writes it (`8080`, `"open"`, `false`).
[[nodiscard]] std::string value_of(const Setting& setting, const Config& config);

/// The whole text of config/stagedoor.toml.
[[nodiscard]] std::string default_config_text();

/// `text` as a TOML string.
[[nodiscard]] std::string quote(std::string_view text);

/// What `setting` may be, in words that follow "must be".
[[nodiscard]] std::string rule_of(const Setting& setting);

/// `section.name`, taken apart. A key without a dot is both.
[[nodiscard]] std::string_view section_of(std::string_view key);
[[nodiscard]] std::string_view name_of(std::string_view key);

} // namespace stagedoor::config
