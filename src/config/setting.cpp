// SPDX-License-Identifier: MIT
#include "setting.hpp"

#include <iterator>

#include <fmt/format.h>

namespace stagedoor::config {

bool accepts(const Setting& setting, const Value& value) {
    if (const auto* range = std::get_if<Range>(&setting.bounds)) {
        const auto* number = std::get_if<std::int64_t>(&value);
        return number != nullptr && *number >= range->least && *number <= range->most;
    }
    if (const auto* rule = std::get_if<TextRule>(&setting.bounds)) {
        const auto* words = std::get_if<std::string>(&value);
        return words != nullptr && rule->accepts(*words);
    }
    return std::holds_alternative<bool>(value);
}

std::string rule_of(const Setting& setting) {
    if (const auto* range = std::get_if<Range>(&setting.bounds)) {
        return fmt::format("a whole number from {} to {}", range->least, range->most);
    }
    if (const auto* rule = std::get_if<TextRule>(&setting.bounds)) {
        return std::string{rule->words};
    }
    return "true or false";
}

std::string written(const Value& value) {
    if (const auto* words = std::get_if<std::string>(&value)) {
        return quote(*words);
    }
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        return std::to_string(*number);
    }
    return std::get<bool>(value) ? "true" : "false";
}

std::string quote(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<int>(c));
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string_view section_of(std::string_view key) {
    return key.substr(0, key.find('.'));
}

std::string_view name_of(std::string_view key) {
    const auto dot = key.rfind('.');
    return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

} // namespace stagedoor::config
