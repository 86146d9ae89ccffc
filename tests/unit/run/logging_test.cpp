// SPDX-License-Identifier: MIT
#include "logging.hpp"

#include <chrono>
#include <sstream>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <spdlog/sinks/ostream_sink.h>

#include "support/catch.hpp"

using namespace stagedoor::run;
using namespace std::string_view_literals;

namespace {

/// The line that `message` becomes, logged at 2026-12-24T10:00:00.007Z.
std::string line_of(std::string_view format, spdlog::level::level_enum level,
                    std::string_view message) {
    std::ostringstream out;
    spdlog::sinks::ostream_sink_st sink{out};
    sink.set_formatter(make_log_formatter(format));
    const spdlog::log_clock::time_point time{std::chrono::milliseconds{1798106400007}};
    sink.log({time, spdlog::source_loc{}, "stagedoor", level,
              spdlog::string_view_t{message.data(), message.size()}});
    return out.str();
}

std::string json_line(std::string_view message) {
    return line_of("json", spdlog::level::info, message);
}

std::string text_escaped(std::string_view message) {
    std::string out;
    append_text_escaped(out, message);
    return out;
}

std::string json_escaped(std::string_view message) {
    std::string out;
    append_json_escaped(out, message);
    return out;
}

} // namespace

TEST_CASE("a line of text has the time in UTC, the level and the message") {
    CHECK(line_of("text", spdlog::level::warn, "the disk is full") ==
          "2026-12-24T10:00:00.007Z warn  the disk is full\n");
    CHECK(line_of("text", spdlog::level::err, "x") == "2026-12-24T10:00:00.007Z error x\n");
}

TEST_CASE("a line of JSON is one object") {
    CHECK(json_line("listening") ==
          R"({"time":"2026-12-24T10:00:00.007Z","level":"info","message":"listening"})"
          "\n");
}

TEST_CASE("any message is valid JSON and comes back as it was") {
    std::string message = "say \"hi\" \\ \b\f\r\n\t/ \xea\xb0\x80 \xf0\x9f\x8e\xad \xc2\x85 end";
    for (char c = 0; c < 0x20; ++c) {
        message += c;
    }
    const std::string line = json_line(message);
    CHECK(line.find('\n') == line.size() - 1);
    const auto value = boost::json::parse(line);
    CHECK(value.at("message").as_string() == message);
    CHECK(value.as_object().size() == 3);
}

TEST_CASE("bytes that are not UTF-8 are replaced one by one in JSON") {
    CHECK(json_escaped("\xff") == "\xef\xbf\xbd");
    CHECK(json_escaped("a\xc3") == "a\xef\xbf\xbd");                               // cut off
    CHECK(json_escaped("\xc0\xaf") == "\xef\xbf\xbd\xef\xbf\xbd");                 // overlong
    CHECK(json_escaped("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); // surrogate
    CHECK(json_escaped("\xf4\x90\x80\x80") ==
          "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); // beyond U+10FFFF
    CHECK(json_escaped("\xe2\x28\xa1") == "\xef\xbf\xbd(\xef\xbf\xbd");
    CHECK_NOTHROW(boost::json::parse(json_line("\x80\xfe\xff\xf5")));
}

TEST_CASE("text cannot forge a line or steer the terminal") {
    CHECK(text_escaped("a\nb\tc\rd") == "a\\nb\\tc\\x0dd");
    CHECK(text_escaped("\x1b[31mred") == "\\x1b[31mred");
    CHECK(text_escaped("\xc2\x9b"
                       "31m") == "\\xc2\\x9b31m"); // the C1 form of the same
    CHECK(text_escaped("\x7f\0x"sv) == "\\x7f\\x00x");
    CHECK(text_escaped("\xff\xea\xb0\x80") == "\\xff\xea\xb0\x80");
    CHECK(text_escaped("").empty());
}

TEST_CASE("the logger logs from its level on") {
    stagedoor::config::LogSettings config;
    CHECK(make_logger(config)->level() == spdlog::level::info);
    config.level = "error";
    const auto logger = make_logger(config);
    CHECK_FALSE(logger->should_log(spdlog::level::warn));
    CHECK(logger->should_log(spdlog::level::err));
    config.level = "trace";
    CHECK(make_logger(config)->should_log(spdlog::level::trace));
    config.level = "warn";
    CHECK(make_logger(config)->level() == spdlog::level::warn);
}
