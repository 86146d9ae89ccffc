// SPDX-License-Identifier: MIT
#include "setting_table.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <iterator>
#include <vector>

#include <arpa/inet.h>

#include <fmt/format.h>

namespace stagedoor::config {

namespace {

using http::ServerSettings;
using identity::IdentitySettings;
using payment::PaymentSettings;
using reservation::ReservationSettings;
using storage::StorageSettings;

template<std::integral Number>
std::int64_t count_of(Number number) {
    return static_cast<std::int64_t>(number);
}

template<class Rep, class Period>
std::int64_t count_of(std::chrono::duration<Rep, Period> time) {
    return time.count();
}

/// A count, or a time in the unit that it is kept in.
template<class Section, class Number>
Setting number(std::string_view key, Section Config::*section, Number Section::*member, Range range,
               std::string_view description) {
    return {key, range,
            [=](const Config& config) { return Value{count_of((config.*section).*member)}; },
            [=](Config& config, const Value& value) {
                (config.*section).*member = static_cast<Number>(std::get<std::int64_t>(value));
            },
            description};
}

template<class Section>
Setting text(std::string_view key, Section Config::*section, std::string Section::*member,
             TextRule rule, std::string_view description) {
    return {key, rule, [=](const Config& config) { return Value{(config.*section).*member}; },
            [=](Config& config, const Value& value) {
                (config.*section).*member = std::get<std::string>(value);
            },
            description};
}

template<class Section>
Setting flag(std::string_view key, Section Config::*section, bool Section::*member,
             std::string_view description) {
    return {key, Flag{}, [=](const Config& config) { return Value{(config.*section).*member}; },
            [=](Config& config, const Value& value) {
                (config.*section).*member = std::get<bool>(value);
            },
            description};
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

// Why a range ends where it does, if it is not plain: beside the setting.

std::vector<Setting> server_settings() {
    return {
        text("server.address", &Config::server, &ServerSettings::address,
             {is_address, "an IPv4 or IPv6 address, such as 127.0.0.1 or ::1"},
             "Where to listen; 0.0.0.0 is every IPv4 interface."),
        number("server.port", &Config::server, &ServerSettings::port, {0, 65535},
               "The TCP port; 0 takes a free one."),
        number("server.max_connections", &Config::server, &ServerSettings::max_connections,
               {1, 1000000},
               "Connections in all; lowered, with a warning, to the open files that the process is "
               "allowed."),
        number("server.max_connections_per_address", &Config::server,
               &ServerSettings::max_connections_per_address, {1, 1000000},
               "Connections from one address; raise it behind a proxy, which is one address."),
        number("server.header_timeout_seconds", &Config::server, &ServerSettings::header_timeout,
               {1, 600}, "How long a request's header may take from its first byte on."),
        number("server.body_timeout_seconds", &Config::server, &ServerSettings::body_timeout,
               {1, 600}, "How long a request's body may take."),
        number("server.idle_timeout_seconds", &Config::server, &ServerSettings::idle_timeout,
               {1, 3600}, "How long a connection may stay open between two requests."),
        number("server.write_timeout_seconds", &Config::server, &ServerSettings::write_timeout,
               {1, 600}, "How long a client may take to read an answer."),
        // Less than 1 KiB would refuse what browsers send; 32 KiB is a connection's read buffer.
        number("server.max_header_bytes", &Config::server, &ServerSettings::max_header_bytes,
               {1024, 32768}, "Size of a request's header in bytes."),
        number("server.max_headers", &Config::server, &ServerSettings::max_headers, {10, 1000},
               "Header fields in a request."),
        number("server.max_body_bytes", &Config::server, &ServerSettings::max_body_bytes,
               {1024, 16777216}, "Size of a request's body in bytes, over the network."),
        number(
            "server.max_socket_body_bytes", &Config::server, &ServerSettings::max_socket_body_bytes,
            {65536, 268435456},
            "Size of a request's body in bytes, over the Unix socket, by which catalogues come."),
        // A service manager is promised an end within ten seconds.
        number("server.shutdown_seconds", &Config::server, &ServerSettings::shutdown, {1, 10},
               "How long a stopping server waits for the requests that still run."),
    };
}

std::vector<Setting> storage_settings() {
    return {
        text("storage.path", &Config::storage, &StorageSettings::path,
             {is_database_path, "a file's path, or :memory:"},
             "The database file; \":memory:\" keeps nothing beyond the process."),
        number("storage.max_pending_changes", &Config::storage,
               &StorageSettings::max_pending_changes, {1, 10000000},
               "Changes that may wait for the disk; beyond them writes are answered 503."),
        number("storage.max_group", &Config::storage, &StorageSettings::max_group, {1, 100000},
               "Changes that are committed together at most."),
        // The most still fits into the write-ahead log's `journal_size_limit`, with a group.
        number("storage.checkpoint_pages", &Config::storage, &StorageSettings::checkpoint_pages,
               {100, 12000},
               "Pages (of 4 KiB) in the write-ahead log from which on it is folded into the file."),
    };
}

std::vector<Setting> queue_settings() {
    std::vector<Setting> rows;
    for (const auto& line : queue::line_settings) {
        const auto add = [&](auto member) {
            rows.push_back(number(line.key, &Config::queue, member, {line.least, line.most},
                                  line.description));
        };
        std::visit(add, line.member);
    }
    return rows;
}

std::vector<Setting> reservation_settings() {
    return {
        number("reservation.hold_seconds", &Config::reservation, &ReservationSettings::hold,
               {1, 86400}, "How long seats are held for their payment."),
        number("reservation.max_seats_per_user", &Config::reservation,
               &ReservationSettings::max_seats_per_user, {1, 100},
               "Seats of one concert that a user may hold and own together."),
        number("reservation.max_kept_map_bytes", &Config::reservation,
               &ReservationSettings::max_kept_map_bytes, {0, 16'000'000'000},
               "Memory for seat maps as they were sent, those asked for last."),
        number("reservation.max_places", &Config::reservation, &ReservationSettings::max_places,
               {1, 10'000'000}, "Places (seats times dates) in a catalogue file."),
        number("reservation.max_seats_per_date", &Config::reservation,
               &ReservationSettings::max_seats_per_date, {1, 100'000},
               "Seats that a catalogue file may have on each of its dates."),
        number("reservation.max_dates", &Config::reservation, &ReservationSettings::max_dates,
               {1, 10'000}, "Dates in a catalogue file."),
        number("reservation.places_at_once", &Config::reservation,
               &ReservationSettings::places_at_once, {100, 1'000'000},
               "Places that an import looks at before others have their turn."),
    };
}

std::vector<Setting> payment_settings() {
    return {
        text("payment.currency", &Config::payment, &PaymentSettings::currency,
             {is_currency, "three capital letters (ISO 4217), such as KRW"},
             "The currency of every balance and price; a catalogue in another is refused."),
    };
}

std::vector<Setting> idempotency_settings() {
    return {
        // Clients are promised a day; more than a year of answers is a mistake.
        number("idempotency.keep_hours", &Config::idempotency,
               &idempotency::IdempotencySettings::keep, {24, 8760},
               "How long an answer is kept for its Idempotency-Key."),
    };
}

std::vector<Setting> identity_settings() {
    return {
        text("identity.mode", &Config::identity, &IdentitySettings::mode,
             {is_identity_mode, "\"open\""},
             "Who a user is; \"open\" takes the userId in a request at its word."),
        flag("identity.allow_open_on_network", &Config::identity,
             &IdentitySettings::allow_open_on_network,
             "Whether mode \"open\" may be served on an address that is not loopback."),
    };
}

std::vector<Setting> log_settings() {
    return {
        text("log.level", &Config::log, &LogSettings::level,
             {is_log_level, "\"trace\", \"debug\", \"info\", \"warn\" or \"error\""},
             "The least severe messages that are logged, to stderr."),
        text("log.format", &Config::log, &LogSettings::format,
             {is_log_format, "\"text\" or \"json\""},
             "One line of text or one JSON object for each message."),
    };
}

std::vector<Setting> all_sections() {
    std::vector<Setting> all;
    for (auto* const section :
         {server_settings, storage_settings, queue_settings, reservation_settings, payment_settings,
          idempotency_settings, identity_settings, log_settings}) {
        auto rows = section();
        std::ranges::move(rows, std::back_inserter(all));
    }
    return all;
}

} // namespace

std::span<const Setting> settings() {
    static const auto table = all_sections();
    return table;
}

std::string default_config_text() {
    const Config defaults;
    std::string out = "# SPDX-License-Identifier: MIT\n"
                      "# Every setting of Stagedoor with its default. What a file leaves out keeps "
                      "its default; what it has too much\n"
                      "# is refused. To use one: stagedoor serve --config FILE; a single key: "
                      "stagedoor serve --set server.port=0\n";
    std::string_view section;
    for (const Setting& setting : settings()) {
        if (section_of(setting.key) != section) {
            section = section_of(setting.key);
            fmt::format_to(std::back_inserter(out), "\n[{}]\n", section);
        }
        std::string range;
        if (const auto* integer = std::get_if<Range>(&setting.bounds)) {
            range = fmt::format(" {} to {}.", integer->least, integer->most);
        } else if (const auto* text = std::get_if<TextRule>(&setting.bounds)) {
            range = fmt::format(" Must be {}.", text->words);
        }
        fmt::format_to(std::back_inserter(out), "# {}{}\n{} = {}\n", setting.description, range,
                       name_of(setting.key), written(setting.get(defaults)));
    }
    return out;
}

} // namespace stagedoor::config
