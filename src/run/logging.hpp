// SPDX-License-Identifier: MIT
// The program's log: lines on stderr, as text for people or as JSON for collectors. What is logged
// can never forge a line of its own, since control characters are escaped in both forms. The logger
// may be used from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <spdlog/formatter.h>
#include <spdlog/logger.h>

#include "src/config/log_settings.hpp"

namespace stagedoor::run {

/// Writes to stderr, each line as it comes. `config` must have passed its checks.
[[nodiscard]] std::shared_ptr<spdlog::logger> make_logger(const config::LogSettings& config);

/// What gives a line its form (`text` or `json`), for a sink other than stderr.
/// Text: `2026-12-24T10:00:00.000Z warn  the message`. JSON: an object of `time`, `level` and
/// `message`.
[[nodiscard]] std::unique_ptr<spdlog::formatter> make_log_formatter(std::string_view format);

/// Appends `message` as what stands between the quotes of a JSON string. Bytes that are not UTF-8
/// become U+FFFD.
void append_json_escaped(std::string& out, std::string_view message);

/// Appends `message` with control characters and bytes that are not UTF-8 as `\n`, `\t` or `\x1b`.
void append_text_escaped(std::string& out, std::string_view message);

} // namespace stagedoor::run
