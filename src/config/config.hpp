// SPDX-License-Identifier: MIT
// Every setting of the program with its default. Changed at the start (read_config.hpp), before
// anything else runs; constant afterwards.
#pragma once

#include <cstdint>
#include <string>

namespace stagedoor::config {

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

} // namespace stagedoor::config
