// SPDX-License-Identifier: MIT
#include "answer.hpp"

#include <charconv>

#include <boost/json/parse.hpp>

#include "message.hpp"

namespace stagedoor::simulation {

namespace {

int read_digits(std::string_view text, std::size_t begin, std::size_t length) {
    int number = 0;
    const auto digits = text.substr(begin, length);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + length, number);
    if (error != std::errc{} || end != digits.data() + length) {
        throw Broken{"not an instant: " + std::string{text}};
    }
    return number;
}

} // namespace

Answer::Answer(const Response& response) : status{response.status}, body{whole_body(response)} {
    if (!body.empty()) {
        fields = boost::json::parse(body).as_object();
    }
    for (const auto& [name, value] : response.headers) {
        if (name == "Idempotent-Replay") {
            replay = true;
        } else if (name == "ETag") {
            etag = value;
        }
    }
    if (status >= 400) {
        code = text("code");
    }
}

std::string Answer::text(std::string_view name) const {
    const auto* const value = fields.if_contains(name);
    if (value == nullptr || !value->is_string()) {
        throw Broken{"an answer without text in " + std::string{name} + ": " + std::string{body}};
    }
    return std::string{value->as_string()};
}

std::int64_t Answer::number(std::string_view name) const {
    const auto* const value = fields.if_contains(name);
    if (value == nullptr || !value->is_int64()) {
        throw Broken{"an answer without number in " + std::string{name} + ": " + std::string{body}};
    }
    return value->as_int64();
}

Instant Answer::instant(std::string_view name) const {
    return parse_instant(text(name));
}

Instant parse_instant(std::string_view text) {
    using namespace std::chrono;
    if (text.size() != 24) {
        throw Broken{"not an instant: " + std::string{text}};
    }
    const year_month_day day{year{read_digits(text, 0, 4)},
                             month{static_cast<unsigned>(read_digits(text, 5, 2))},
                             std::chrono::day{static_cast<unsigned>(read_digits(text, 8, 2))}};
    return Instant{sys_days{day}.time_since_epoch()} + hours{read_digits(text, 11, 2)} +
           minutes{read_digits(text, 14, 2)} + seconds{read_digits(text, 17, 2)} +
           milliseconds{read_digits(text, 20, 3)};
}

std::string instant_text(Instant instant) {
    return format_time(ShownTime{instant.time_since_epoch()});
}

} // namespace stagedoor::simulation
