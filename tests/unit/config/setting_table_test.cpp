// SPDX-License-Identifier: MIT
// The table is the one source of the configuration: the shipped file must say what it says.
#include "setting_table.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "read_config.hpp"
#include "same_config.hpp"
#include "support/catch.hpp"

using namespace stagedoor::config;

namespace {

const std::string shipped_path = STAGEDOOR_CONFIG_DIR "/stagedoor.toml";

std::string shipped_text() {
    std::ifstream in{shipped_path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::string assigned(const Setting& setting, std::int64_t value) {
    Config config;
    try {
        assign_setting(config, fmt::format("{}={}", setting.key, value));
    } catch (const ConfigError& error) {
        return error.what();
    }
    return setting.get(config) == Value{value} ? "set" : "lost";
}

/// A value that is not the setting's default.
Value another(const Setting& setting) {
    const Value usual = setting.get(Config{});
    if (const auto* number = std::get_if<std::int64_t>(&usual)) {
        return *number + 1;
    }
    if (const auto* words = std::get_if<std::string>(&usual)) {
        return *words + "x";
    }
    return !std::get<bool>(usual);
}

} // namespace

TEST_CASE("the shipped file is what the table makes of it") {
    if (shipped_text() != default_config_text()) {
        const std::string made = STAGEDOOR_SCRATCH_DIR "/stagedoor.toml";
        std::ofstream{made, std::ios::binary} << default_config_text();
        FAIL("config/stagedoor.toml differs from the table; to renew it: cp " << made << " "
                                                                              << shipped_path);
    }
    SUCCEED();
}

TEST_CASE("the shipped file, read, is the defaults") {
    CHECK(load_config(shipped_path, {}) == Config{});
}

TEST_CASE("the shipped file has each key once, with its default, and nothing else") {
    const toml::table document = toml::parse(shipped_text());
    std::map<std::string, std::string> found;
    for (const auto& [section, keys] : document) {
        REQUIRE(keys.is_table());
        for (const auto& [name, node] : *keys.as_table()) {
            const std::string key = fmt::format("{}.{}", section.str(), name.str());
            if (const auto* number = node.as_integer()) {
                found[key] = std::to_string(number->get());
            } else if (const auto* text = node.as_string()) {
                found[key] = quote(text->get());
            } else {
                found[key] = node.as_boolean()->get() ? "true" : "false";
            }
        }
    }
    std::map<std::string, std::string> expected;
    for (const Setting& setting : settings()) {
        expected[std::string{setting.key}] = written(setting.get(Config{}));
    }
    CHECK(found == expected); // TOML itself refuses a key that is there twice
}

TEST_CASE("each key is in the table once and has a place of its own") {
    std::set<std::string_view> keys;
    for (const Setting& setting : settings()) {
        CAPTURE(setting.key);
        CHECK(keys.insert(setting.key).second);
        Config config;
        setting.set(config, another(setting));
        for (const Setting& each : settings()) {
            CAPTURE(each.key);
            CHECK((each.get(config) == each.get(Config{})) == (each.key != setting.key));
        }
        CHECK(setting.get(config) == another(setting));
        CHECK(setting.description.ends_with('.'));
        CHECK(setting.description.find('\n') == std::string_view::npos);
    }
}

TEST_CASE("each default may be set") {
    Config config;
    for (const Setting& setting : settings()) {
        const std::string assignment =
            fmt::format("{}={}", setting.key, written(setting.get(Config{})));
        CAPTURE(assignment);
        CHECK_NOTHROW(assign_setting(config, assignment));
    }
    CHECK(config == Config{});
}

TEST_CASE("each number may be set to its bounds and not beyond") {
    for (const Setting& setting : settings()) {
        if (const auto* integer = std::get_if<Range>(&setting.bounds)) {
            CAPTURE(setting.key);
            CHECK(assigned(setting, integer->least) == "set");
            CHECK(assigned(setting, integer->most) == "set");
            CHECK_THAT(assigned(setting, integer->least - 1),
                       Catch::Contains(std::string{setting.key}));
            CHECK_THAT(assigned(setting, integer->most + 1),
                       Catch::Contains(std::string{setting.key}));
        }
    }
}

TEST_CASE("a text is quoted so that TOML reads it back") {
    const std::string text = "a \"quoted\" \\ path\n\x7f \xea\xb0\x80";
    const toml::table document = toml::parse("key = " + quote(text));
    CHECK(document["key"].value<std::string>() == text);
}
