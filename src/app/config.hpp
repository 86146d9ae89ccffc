// SPDX-License-Identifier: MIT
// Every setting of the program with its default, and how a file and the command line change them
// (by the table in settings.hpp). Used at the start, on the main thread, before anything else runs;
// constant afterwards.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace stagedoor::app {

// The members carry the names of the keys, so the unit is the last word of each.

struct ServerConfig {
    std::string address = "127.0.0.1";
    std::int64_t port = 8080; ///< 0 takes a free one
    std::int64_t max_connections = 20000;
    std::int64_t max_connections_per_address = 2000;
    std::int64_t header_timeout_seconds = 10;
    std::int64_t body_timeout_seconds = 20;
    std::int64_t idle_timeout_seconds = 75;
    std::int64_t write_timeout_seconds = 20;
    std::int64_t max_header_bytes = 16384;
    std::int64_t max_headers = 100;
    std::int64_t max_body_bytes = 65536;
    std::int64_t max_socket_body_bytes = 16777216;
    std::int64_t shutdown_seconds = 8;

    friend bool operator==(const ServerConfig&, const ServerConfig&) = default;
};

struct StorageConfig {
    std::string path = "stagedoor.db"; ///< `:memory:` keeps nothing
    std::int64_t max_pending_changes = 100000;
    std::int64_t max_group = 1024;

    friend bool operator==(const StorageConfig&, const StorageConfig&) = default;
};

/// What holds for every concert whose catalogue does not say otherwise.
struct QueueConfig {
    std::int64_t max_active = 100;
    std::int64_t admissions_per_minute = 0; ///< 0: no bound
    std::int64_t entry_window_seconds = 120;
    std::int64_t session_seconds = 600;
    std::int64_t abandon_after_seconds = 300;
    std::int64_t poll_after_seconds = 5;
    std::int64_t max_waiting = 1000000;

    friend bool operator==(const QueueConfig&, const QueueConfig&) = default;
};

struct ReservationConfig {
    std::int64_t hold_seconds = 300;
    std::int64_t max_seats_per_user = 4;

    friend bool operator==(const ReservationConfig&, const ReservationConfig&) = default;
};

struct PaymentConfig {
    std::string currency = "KRW";

    friend bool operator==(const PaymentConfig&, const PaymentConfig&) = default;
};

struct IdempotencyConfig {
    std::int64_t keep_hours = 24;

    friend bool operator==(const IdempotencyConfig&, const IdempotencyConfig&) = default;
};

struct IdentityConfig {
    std::string mode = "open";
    bool allow_open_on_network = false;

    friend bool operator==(const IdentityConfig&, const IdentityConfig&) = default;
};

struct LogConfig {
    std::string level = "info";
    std::string format = "text";

    friend bool operator==(const LogConfig&, const LogConfig&) = default;
};

struct Config {
    ServerConfig server;
    StorageConfig storage;
    QueueConfig queue;
    ReservationConfig reservation;
    PaymentConfig payment;
    IdempotencyConfig idempotency;
    IdentityConfig identity;
    LogConfig log;

    friend bool operator==(const Config&, const Config&) = default;
};

/// One line that says where (file and line, or the option), which key, and what is allowed instead.
class ConfigError : public std::runtime_error {
public:
    /// Control characters in `line` become spaces: it stays one line whatever a file contains.
    explicit ConfigError(std::string line);
};

/// Sets in `config` what `text` (TOML) says. `name` is what errors call it: the file's path.
/// Throws ConfigError for a syntax error, an unknown key, a wrong type, or a value out of its
/// range.
void read_config_text(Config& config, std::string_view text, std::string_view name);

/// `read_config_text` for a file of at most 1 MiB. Throws ConfigError also where it cannot be read.
void read_config_file(Config& config, const std::filesystem::path& file);

/// Sets one key from the command line's `key=value`. A text may be quoted, and need not be.
void assign_setting(Config& config, std::string_view assignment);

/// What no single key can tell: throws ConfigError where settings contradict each other.
void check_config(const Config& config);

/// Everything above in its order: the defaults, then the file (if any), then the assignments, then
/// the checks.
[[nodiscard]] Config load_config(const std::optional<std::filesystem::path>& file,
                                 std::span<const std::string> assignments);

/// Whether `address` (an IPv4 or IPv6 address) can be reached from this machine alone.
[[nodiscard]] bool is_loopback(std::string_view address);

/// Lowers both caps on connections to what `open_files` descriptors leave room for, with some kept
/// for the database and the program's own. Returns a warning if it did; throws ConfigError where
/// nothing is left.
[[nodiscard]] std::optional<std::string> lower_connections(Config& config,
                                                           std::uint64_t open_files);

/// Raises the process's soft limit of open files to the hard one, then `lower_connections` to that.
[[nodiscard]] std::optional<std::string> lower_to_open_file_limit(Config& config);

} // namespace stagedoor::app
