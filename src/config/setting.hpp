// SPDX-License-Identifier: MIT
// What a setting is: its key, its place in the Config, what it may be, and what it is for. Constant
// data, for any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "config.hpp"

namespace stagedoor::config {

using Value = std::variant<std::int64_t, std::string, bool>;

/// A whole number from `least` to `most`, both included.
struct Range {
    std::int64_t least;
    std::int64_t most;
};

struct TextRule {
    bool (*accepts)(std::string_view);
    std::string_view words; ///< what `accepts` takes, in words that follow "must be"
};

/// True or false.
struct Flag {};

struct Setting {
    std::string_view key; ///< `section.name`
    std::variant<Range, TextRule, Flag> bounds;
    std::function<Value(const Config&)> get;
    std::function<void(Config&, const Value&)> set; ///< the value must be within the bounds
    std::string_view description;                   ///< one line, ending with a full stop
};

/// Whether `value` is of the setting's type and within its bounds.
[[nodiscard]] bool accepts(const Setting& setting, const Value& value);

/// What `setting` may be, in words that follow "must be".
[[nodiscard]] std::string rule_of(const Setting& setting);

/// `value` as TOML writes it (`8080`, `"open"`, `false`).
[[nodiscard]] std::string written(const Value& value);

/// `text` as a TOML string.
[[nodiscard]] std::string quote(std::string_view text);

/// `section.name`, taken apart. A key without a dot is both.
[[nodiscard]] std::string_view section_of(std::string_view key);
[[nodiscard]] std::string_view name_of(std::string_view key);

} // namespace stagedoor::config
