// SPDX-License-Identifier: MIT
#include "setting_table.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <arpa/inet.h>

#include <fmt/format.h>

#include "stagedoor/queue_limits.hpp"

namespace stagedoor::config {

namespace {

constexpr std::int64_t day_seconds = 86400;

template<auto Section, auto Member>
auto& at(Config& config) {
    return (config.*Section).*Member;
}

bool is_address(std::string_view text) {
    const std::string address{text};
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return ::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
}

bool is_database_path(std::string_view text) {
    // SQLite takes an empty name for a private temporary database, which would lose every sale.
    return !text.empty() && text.find('\0') == std::string_view::npos;
}

bool is_currency(std::string_view text) {
    return text.size() == 3 &&
           std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_identity_mode(std::string_view text) {
    return text == "open";
}

bool is_log_level(std::string_view text) {
    constexpr std::array<std::string_view, 5> levels{"trace", "debug", "info", "warn", "error"};
    return std::ranges::find(levels, text) != levels.end();
}

bool is_log_format(std::string_view text) {
    return text == "text" || text == "json";
}

template<auto Member>
constexpr IntegerSetting server(std::int64_t least, std::int64_t most) {
    return {at<&Config::server, Member>, least, most};
}

template<auto Member>
constexpr IntegerSetting storage(std::int64_t least, std::int64_t most) {
    return {at<&Config::storage, Member>, least, most};
}

template<auto Member>
constexpr IntegerSetting queue(std::int64_t least, std::int64_t most) {
    return {at<&Config::queue, Member>, least, most};
}

template<auto Member>
constexpr IntegerSetting reservation(std::int64_t least, std::int64_t most) {
    return {at<&Config::reservation, Member>, least, most};
}

/// Why a range ends where it does, if it is not plain: beside the setting.
constexpr std::array table{
    Setting{"server.address",
            TextSetting{at<&Config::server, &ServerConfig::address>, is_address,
                        "an IPv4 or IPv6 address, such as 127.0.0.1 or ::1"},
            "Where to listen; 0.0.0.0 is every IPv4 interface."},
    Setting{"server.port", server<&ServerConfig::port>(0, 65535),
            "The TCP port; 0 takes a free one."},
    Setting{"server.max_connections", server<&ServerConfig::max_connections>(1, 1000000),
            "Connections in all; lowered, with a warning, to the open files that the process is "
            "allowed."},
    Setting{"server.max_connections_per_address",
            server<&ServerConfig::max_connections_per_address>(1, 1000000),
            "Connections from one address; raise it behind a proxy, which is one address."},
    Setting{"server.header_timeout_seconds", server<&ServerConfig::header_timeout_seconds>(1, 600),
            "How long a request's header may take from its first byte on."},
    Setting{"server.body_timeout_seconds", server<&ServerConfig::body_timeout_seconds>(1, 600),
            "How long a request's body may take."},
    Setting{"server.idle_timeout_seconds", server<&ServerConfig::idle_timeout_seconds>(1, 3600),
            "How long a connection may stay open between two requests."},
    Setting{"server.write_timeout_seconds", server<&ServerConfig::write_timeout_seconds>(1, 600),
            "How long a client may take to read an answer."},
    // Less than 1 KiB would refuse what browsers send; 32 KiB is a connection's read buffer.
    Setting{"server.max_header_bytes", server<&ServerConfig::max_header_bytes>(1024, 32768),
            "Size of a request's header in bytes."},
    Setting{"server.max_headers", server<&ServerConfig::max_headers>(10, 1000),
            "Header fields in a request."},
    Setting{"server.max_body_bytes", server<&ServerConfig::max_body_bytes>(1024, 16777216),
            "Size of a request's body in bytes, over the network."},
    Setting{"server.max_socket_body_bytes",
            server<&ServerConfig::max_socket_body_bytes>(65536, 268435456),
            "Size of a request's body in bytes, over the Unix socket, by which catalogues come."},
    // A service manager is promised an end within ten seconds.
    Setting{"server.shutdown_seconds", server<&ServerConfig::shutdown_seconds>(1, 10),
            "How long a stopping server waits for the requests that still run."},

    Setting{"storage.path",
            TextSetting{at<&Config::storage, &StorageConfig::path>, is_database_path,
                        "a file's path, or :memory:"},
            "The database file; \":memory:\" keeps nothing beyond the process."},
    Setting{"storage.max_pending_changes",
            storage<&StorageConfig::max_pending_changes>(1, 10000000),
            "Changes that may wait for the disk; beyond them writes are answered 503."},
    Setting{"storage.max_group", storage<&StorageConfig::max_group>(1, 100000),
            "Changes that are committed together at most."},

    Setting{"queue.max_active",
            queue<&QueueConfig::max_active>(1, stagedoor::queue::max_active_most),
            "People admitted or inside at one time, for each concert."},
    // Admissions are paced evenly, and the clock's step is a millisecond.
    Setting{
        "queue.admissions_per_minute",
        queue<&QueueConfig::admissions_per_minute>(0, stagedoor::queue::admissions_per_minute_most),
        "Admissions in a minute, for each concert; 0 is no bound."},
    Setting{"queue.entry_window_seconds",
            queue<&QueueConfig::entry_window_seconds>(1, stagedoor::queue::seconds_most),
            "How long somebody who has been admitted may take to enter."},
    Setting{"queue.session_seconds",
            queue<&QueueConfig::session_seconds>(1, stagedoor::queue::seconds_most),
            "How long somebody may stay inside."},
    Setting{"queue.abandon_after_seconds",
            queue<&QueueConfig::abandon_after_seconds>(1, stagedoor::queue::seconds_most),
            "How long a place in the line is kept without a sign of life."},
    // The interval grows with the wait, to half a minute at most.
    Setting{"queue.poll_after_seconds",
            queue<&QueueConfig::poll_after_seconds>(1, stagedoor::queue::poll_after_seconds_most),
            "How often those near the front are asked to poll."},
    Setting{"queue.max_waiting", queue<&QueueConfig::max_waiting>(1, 10000000),
            "People who may wait in one line; beyond them joining is answered 503."},

    Setting{"reservation.hold_seconds",
            reservation<&ReservationConfig::hold_seconds>(1, day_seconds),
            "How long seats are held for their payment."},
    Setting{"reservation.max_seats_per_user",
            reservation<&ReservationConfig::max_seats_per_user>(1, 100),
            "Seats of one concert that a user may hold and own together."},

    Setting{"payment.currency",
            TextSetting{at<&Config::payment, &PaymentConfig::currency>, is_currency,
                        "three capital letters (ISO 4217), such as KRW"},
            "The currency of every balance and price; a catalogue in another is refused."},

    // Clients are promised a day; more than a year of answers is a mistake.
    Setting{"idempotency.keep_hours",
            IntegerSetting{at<&Config::idempotency, &IdempotencyConfig::keep_hours>, 24, 8760},
            "How long an answer is kept for its Idempotency-Key."},

    Setting{"identity.mode",
            TextSetting{at<&Config::identity, &IdentityConfig::mode>, is_identity_mode, "\"open\""},
            "Who a user is; \"open\" takes the userId in a request at its word."},
    Setting{"identity.allow_open_on_network",
            FlagSetting{at<&Config::identity, &IdentityConfig::allow_open_on_network>},
            "Whether mode \"open\" may be served on an address that is not loopback."},

    Setting{"log.level",
            TextSetting{at<&Config::log, &LogConfig::level>, is_log_level,
                        "\"trace\", \"debug\", \"info\", \"warn\" or \"error\""},
            "The least severe messages that are logged, to stderr."},
    Setting{
        "log.format",
        TextSetting{at<&Config::log, &LogConfig::format>, is_log_format, "\"text\" or \"json\""},
        "One line of text or one JSON object for each message."},
};

} // namespace

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

std::string rule_of(const Setting& setting) {
    if (const auto* integer = std::get_if<IntegerSetting>(&setting.kind)) {
        return fmt::format("a whole number from {} to {}", integer->least, integer->most);
    }
    if (const auto* text = std::get_if<TextSetting>(&setting.kind)) {
        return std::string{text->rule};
    }
    return "true or false";
}

std::string_view section_of(std::string_view key) {
    return key.substr(0, key.find('.'));
}

std::string_view name_of(std::string_view key) {
    const auto dot = key.rfind('.');
    return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

std::span<const Setting> settings() {
    return table;
}

std::string value_of(const Setting& setting, const Config& config) {
    Config copy = config; // the accessors are for writing; this is not done often
    if (const auto* integer = std::get_if<IntegerSetting>(&setting.kind)) {
        return std::to_string(integer->at(copy));
    }
    if (const auto* text = std::get_if<TextSetting>(&setting.kind)) {
        return quote(text->at(copy));
    }
    return std::get<FlagSetting>(setting.kind).at(copy) ? "true" : "false";
}

std::string default_config_text() {
    const Config defaults;
    std::string out = "# SPDX-License-Identifier: MIT\n"
                      "# Every setting of Stagedoor with its default. What a file leaves out keeps "
                      "its default; what it has too much\n"
                      "# is refused. To use one: stagedoor serve --config FILE; a single key: "
                      "stagedoor serve --set server.port=0\n";
    std::string_view section;
    for (const Setting& setting : table) {
        if (section_of(setting.key) != section) {
            section = section_of(setting.key);
            fmt::format_to(std::back_inserter(out), "\n[{}]\n", section);
        }
        std::string range;
        if (const auto* integer = std::get_if<IntegerSetting>(&setting.kind)) {
            range = fmt::format(" {} to {}.", integer->least, integer->most);
        } else if (const auto* text = std::get_if<TextSetting>(&setting.kind)) {
            range = fmt::format(" Must be {}.", text->rule);
        }
        fmt::format_to(std::back_inserter(out), "# {}{}\n{} = {}\n", setting.description, range,
                       name_of(setting.key), value_of(setting, defaults));
    }
    return out;
}

} // namespace stagedoor::config
