// SPDX-License-Identifier: MIT
#include "read_config.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <numeric>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include "loopback.hpp"
#include "setting_table.hpp"

namespace stagedoor::config {

namespace {

constexpr std::size_t config_bytes_max = 1 << 20;

/// `where` ends with ": "; `got` is the refused value as it was written.
[[noreturn]] void refuse(const std::string& where, const Setting& setting, std::string_view got) {
    if (setting.key == "identity.mode" && got == "\"accounts\"") {
        throw ConfigError{
            where +
            "identity.mode: \"accounts\" is not there yet; this version has \"open\" alone"};
    }
    throw ConfigError{
        fmt::format("{}{} must be {}, not {}", where, setting.key, rule_of(setting), got)};
}

void set(Config& config, const Setting& setting, const Value& value, const std::string& where) {
    if (!accepts(setting, value)) {
        refuse(where, setting, written(value));
    }
    setting.set(config, value);
}

/// How many letters must be added, dropped or changed to come from `a` to `b`.
std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

/// The key that was probably meant, or nothing. Longer keys are cut off: nobody means them.
std::string_view likely_key(std::string_view unknown) {
    unknown = unknown.substr(0, 100);
    std::string_view best;
    std::size_t best_edits = std::max<std::size_t>(2, unknown.size() / 4) + 1;
    for (const Setting& setting : settings()) {
        if (name_of(setting.key) == name_of(unknown)) {
            return setting.key; // the right name in the wrong section
        }
        const std::size_t count = edits(unknown, setting.key);
        if (count < best_edits) {
            best_edits = count;
            best = setting.key;
        }
    }
    return best;
}

[[noreturn]] void refuse_unknown(const std::string& where, std::string_view key) {
    const std::string_view likely = likely_key(key);
    throw ConfigError{fmt::format("{}unknown key {}{}", where, key,
                                  likely.empty()
                                      ? "; config/stagedoor.toml lists those that there are"
                                      : fmt::format("; did you mean {}?", likely))};
}

[[noreturn]] void refuse_unknown_section(const std::string& where, std::string_view section) {
    std::vector<std::string_view> sections;
    for (const Setting& setting : settings()) {
        if (sections.empty() || sections.back() != section_of(setting.key)) {
            sections.push_back(section_of(setting.key));
        }
    }
    throw ConfigError{fmt::format("{}unknown section [{}]; there are {}", where, section,
                                  fmt::join(sections, ", "))};
}

const Setting* find_setting(std::string_view key) {
    const auto found = std::ranges::find(settings(), key, &Setting::key);
    return found == settings().end() ? nullptr : &*found;
}

bool is_section(std::string_view name) {
    return std::ranges::any_of(settings(),
                               [&](const Setting& s) { return section_of(s.key) == name; });
}

std::string place(std::string_view name, const toml::source_region& source) {
    return fmt::format("{}:{}: ", name, source.begin.line);
}

void set_from_toml(Config& config, const Setting& setting, const toml::node& node,
                   const std::string& where) {
    if (const auto* number = node.as_integer()) {
        set(config, setting, Value{number->get()}, where);
    } else if (const auto* text = node.as_string()) {
        set(config, setting, Value{text->get()}, where);
    } else if (const auto* flag = node.as_boolean()) {
        set(config, setting, Value{flag->get()}, where);
    } else {
        const bool plain = node.is_value();
        refuse(where, setting,
               plain ? "a number with a fraction, a date or a time" : "a list or a section");
    }
}

void read_section(Config& config, std::string_view section, const toml::table& keys,
                  std::string_view name) {
    for (const auto& [key, node] : keys) {
        const std::string where = place(name, key.source());
        const std::string full = fmt::format("{}.{}", section, key.str());
        const Setting* setting = find_setting(full);
        if (setting == nullptr) {
            refuse_unknown(where, full);
        }
        set_from_toml(config, *setting, node, where);
    }
}

/// The value of the command line, by the type that the setting has.
Value parse_value(const Setting& setting, std::string_view text) {
    if (std::holds_alternative<Range>(setting.bounds)) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc{} && end == text.data() + text.size()) {
            return number;
        }
    } else if (std::holds_alternative<Flag>(setting.bounds)) {
        if (text == "true" || text == "false") {
            return text == "true";
        }
    } else if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
    }
    return std::string{text};
}

std::string without_control_characters(std::string line) {
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return line;
}

} // namespace

ConfigError::ConfigError(std::string line)
    : std::runtime_error{without_control_characters(std::move(line))} {}

void read_config_text(Config& config, std::string_view text, std::string_view name) {
    toml::table document;
    try {
        document = toml::parse(text, name);
    } catch (const toml::parse_error& error) {
        throw ConfigError{place(name, error.source()) + std::string{error.description()}};
    }
    Config changed = config; // all of the file or nothing of it
    for (const auto& [key, node] : document) {
        const std::string where = place(name, key.source());
        if (!is_section(key.str())) {
            if (node.is_table()) {
                refuse_unknown_section(where, key.str());
            }
            refuse_unknown(where, key.str());
        }
        const toml::table* keys = node.as_table();
        if (keys == nullptr) {
            throw ConfigError{fmt::format("{}{} is a section: write [{}] and its keys below", where,
                                          key.str(), key.str())};
        }
        read_section(changed, key.str(), *keys, name);
    }
    config = std::move(changed);
}

void read_config_file(Config& config, const std::filesystem::path& file) {
    errno = 0;
    std::ifstream in{file, std::ios::binary};
    std::string text(config_bytes_max + 1, '\0');
    if (in) {
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
    }
    if (!in.is_open() || in.bad()) {
        const int error = errno;
        throw ConfigError{
            fmt::format("{}: cannot be read: {}", file.string(),
                        error == 0 ? "not a file" : std::generic_category().message(error))};
    }
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > config_bytes_max) {
        throw ConfigError{
            fmt::format("{}: larger than 1 MiB: not a configuration file", file.string())};
    }
    read_config_text(config, text, file.string());
}

void assign_setting(Config& config, std::string_view assignment) {
    const auto equals = assignment.find('=');
    if (equals == std::string_view::npos || equals == 0) {
        throw ConfigError{
            fmt::format("--set {}: must be key=value, such as server.port=0", assignment)};
    }
    const std::string_view key = assignment.substr(0, equals);
    const std::string where = "--set: ";
    const Setting* setting = find_setting(key);
    if (setting == nullptr) {
        refuse_unknown(where, key);
    }
    set(config, *setting, parse_value(*setting, assignment.substr(equals + 1)), where);
}

void check_config(const Config& config) {
    if (config.identity.mode == "open" && !config.identity.allow_open_on_network &&
        !is_loopback(config.server.address)) {
        throw ConfigError{fmt::format("server.address: {} is not loopback, and identity.mode "
                                      "\"open\" believes whoever can reach it; use "
                                      "127.0.0.1, or set identity.allow_open_on_network=true where "
                                      "only your own site can reach it",
                                      config.server.address)};
    }
}

Config load_config(const std::optional<std::filesystem::path>& file,
                   std::span<const std::string> assignments) {
    Config config;
    if (file) {
        read_config_file(config, *file);
    }
    for (const std::string& assignment : assignments) {
        assign_setting(config, assignment);
    }
    check_config(config);
    return config;
}

} // namespace stagedoor::config
