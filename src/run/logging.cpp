// SPDX-License-Identifier: MIT
#include "logging.hpp"

#include <chrono>
#include <iterator>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/json.hpp"
#include "base/time.hpp"

namespace stagedoor::run {

namespace {

/// U+0000 to U+001F and U+007F to U+009F: a terminal obeys them.
bool is_control(std::string_view sequence) {
    const auto first = static_cast<unsigned char>(sequence[0]);
    return first < 0x20 || first == 0x7f ||
           (first == 0xc2 && static_cast<unsigned char>(sequence[1]) < 0xa0);
}

/// Calls `plain(sequence)` for each well-formed sequence and `broken(byte)` for each byte of none.
template<class Plain, class Broken>
void walk_utf8(std::string_view text, Plain plain, Broken broken) {
    while (!text.empty()) {
        const std::size_t length = utf8_sequence_length(text);
        if (length == 0) {
            broken(text[0]);
        } else {
            plain(text.substr(0, length));
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
}

std::string_view level_name(spdlog::level::level_enum level) {
    switch (level) {
    case spdlog::level::trace:
        return "trace";
    case spdlog::level::debug:
        return "debug";
    case spdlog::level::info:
        return "info";
    case spdlog::level::warn:
        return "warn";
    default:
        return "error";
    }
}

class LineFormatter : public spdlog::formatter {
public:
    explicit LineFormatter(bool json) : json_{json} {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const ShownTime time = std::chrono::floor<Milliseconds>(message.time);
        const std::string_view text{message.payload.data(), message.payload.size()};
        line_.clear();
        if (json_) {
            line_ += R"({"time":")";
            append_time(line_, time);
            fmt::format_to(std::back_inserter(line_), R"(","level":"{}","message":")",
                           level_name(message.level));
            append_json_escaped(line_, text);
            line_ += "\"}\n";
        } else {
            append_time(line_, time);
            fmt::format_to(std::back_inserter(line_), " {:<5} ", level_name(message.level));
            append_text_escaped(line_, text);
            line_ += '\n';
        }
        out.append(line_.data(), line_.data() + line_.size());
    }

    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<LineFormatter>(json_);
    }

private:
    bool json_;
    std::string line_; ///< kept for its memory; the sink's lock guards it
};

spdlog::level::level_enum level_of(std::string_view name) {
    for (const auto level : {spdlog::level::trace, spdlog::level::debug, spdlog::level::info,
                             spdlog::level::warn, spdlog::level::err}) {
        if (level_name(level) == name) {
            return level;
        }
    }
    return spdlog::level::info;
}

} // namespace

void append_json_escaped(std::string& out, std::string_view message) {
    walk_utf8(
        message,
        [&](std::string_view sequence) {
            const char c = sequence[0];
            if (c == '"' || c == '\\') {
                out += '\\';
                out += c;
            } else if (c == '\n') {
                out += "\\n";
            } else if (c == '\t') {
                out += "\\t";
            } else if (is_control(sequence)) {
                // Beyond ASCII the second byte of U+0080 to U+009F is the code point.
                const auto code = static_cast<unsigned char>(sequence.back());
                fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(code));
            } else {
                out += sequence;
            }
        },
        [&](char) { out += "\xef\xbf\xbd"; });
}

void append_text_escaped(std::string& out, std::string_view message) {
    const auto hex = [&](char c) {
        fmt::format_to(std::back_inserter(out), "\\x{:02x}",
                       static_cast<unsigned>(static_cast<unsigned char>(c)));
    };
    walk_utf8(
        message,
        [&](std::string_view sequence) {
            if (sequence == "\n") {
                out += "\\n";
            } else if (sequence == "\t") {
                out += "\\t";
            } else if (is_control(sequence)) {
                for (const char c : sequence) {
                    hex(c);
                }
            } else {
                out += sequence;
            }
        },
        hex);
}

std::unique_ptr<spdlog::formatter> make_log_formatter(std::string_view format) {
    return std::make_unique<LineFormatter>(format == "json");
}

std::shared_ptr<spdlog::logger> make_logger(const config::LogSettings& config) {
    auto logger = std::make_shared<spdlog::logger>(
        "stagedoor", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_formatter(make_log_formatter(config.format));
    logger->set_level(level_of(config.level));
    return logger;
}

} // namespace stagedoor::run
