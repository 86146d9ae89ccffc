// SPDX-License-Identifier: MIT
#include "response_writer.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace stagedoor::http::wire {

namespace {

/// Status and reason phrase; whole lines, because they are the beginning of every answer.
std::string_view status_line(int status) {
    switch (status) {
    case 200:
        return "HTTP/1.1 200 OK\r\n";
    case 201:
        return "HTTP/1.1 201 Created\r\n";
    case 202:
        return "HTTP/1.1 202 Accepted\r\n";
    case 204:
        return "HTTP/1.1 204 No Content\r\n";
    case 303:
        return "HTTP/1.1 303 See Other\r\n";
    case 304:
        return "HTTP/1.1 304 Not Modified\r\n";
    case 400:
        return "HTTP/1.1 400 Bad Request\r\n";
    case 401:
        return "HTTP/1.1 401 Unauthorized\r\n";
    case 402:
        return "HTTP/1.1 402 Payment Required\r\n";
    case 403:
        return "HTTP/1.1 403 Forbidden\r\n";
    case 404:
        return "HTTP/1.1 404 Not Found\r\n";
    case 405:
        return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 408:
        return "HTTP/1.1 408 Request Timeout\r\n";
    case 409:
        return "HTTP/1.1 409 Conflict\r\n";
    case 410:
        return "HTTP/1.1 410 Gone\r\n";
    case 413:
        return "HTTP/1.1 413 Content Too Large\r\n";
    case 414:
        return "HTTP/1.1 414 URI Too Long\r\n";
    case 415:
        return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case 417:
        return "HTTP/1.1 417 Expectation Failed\r\n";
    case 422:
        return "HTTP/1.1 422 Unprocessable Content\r\n";
    case 429:
        return "HTTP/1.1 429 Too Many Requests\r\n";
    case 431:
        return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 500:
        return "HTTP/1.1 500 Internal Server Error\r\n";
    case 501:
        return "HTTP/1.1 501 Not Implemented\r\n";
    case 503:
        return "HTTP/1.1 503 Service Unavailable\r\n";
    case 505:
        return "HTTP/1.1 505 HTTP Version Not Supported\r\n";
    default:
        return {};
    }
}

void append_status_line(std::string& out, int status) {
    if (const std::string_view line = status_line(status); !line.empty()) {
        out += line;
        return;
    }
    out += fmt::format("HTTP/1.1 {} \r\n", status);
}

void append_number(std::string& out, std::size_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    const std::size_t at = out.size();
    out += value;
    using namespace std::string_view_literals;
    if (value.find_first_of("\r\n\0"sv) != value.npos) {
        for (std::size_t index = at; index < out.size(); ++index) {
            if (out[index] == '\r' || out[index] == '\n' || out[index] == '\0') {
                out[index] = ' ';
            }
        }
    }
    out += "\r\n";
}

} // namespace

void ResponseWriter::append(std::string& out, const Response& response, const Framing& framing) {
    append_status_line(out, response.status);
    out += date_line(now());
    if (may_have_body(response.status)) {
        const std::size_t bytes =
            response.shared_body.empty() ? response.body.size() : body_bytes(response);
        if (bytes > 0) {
            out += "Content-Type: ";
            out += response.content_type;
            out += "\r\n";
        }
        out += "Content-Length: ";
        append_number(out, bytes);
        out += "\r\n";
    }
    out += "Cache-Control: ";
    out += response.cache_control;
    out += "\r\n";
    for (const auto& [name, value] : response.headers) {
        append_header(out, name, value);
    }
    if (!framing.keep_alive) {
        out += "Connection: close\r\n";
    } else if (framing.http_1_0) {
        out += "Connection: keep-alive\r\n";
    }
    out += "\r\n";
    if (may_have_body(response.status) && !framing.without_body) {
        out += response.body;
    }
}

std::time_t ResponseWriter::now() const {
    return clock_ == nullptr
               ? std::time(nullptr)
               : std::chrono::floor<Seconds>(clock_->shown_now().time_since_epoch()).count();
}

std::string_view ResponseWriter::date_line(std::time_t now) {
    if (now != date_of_) {
        static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        std::tm utc{};
        gmtime_r(&now, &utc);
        date_ = fmt::format("Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n", days[utc.tm_wday],
                            utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour,
                            utc.tm_min, utc.tm_sec);
        date_of_ = now;
    }
    return date_;
}

} // namespace stagedoor::http::wire
