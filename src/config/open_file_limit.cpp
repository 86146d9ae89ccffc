// SPDX-License-Identifier: MIT
#include "open_file_limit.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/resource.h>

#include <fmt/format.h>

#include "read_config.hpp"

namespace stagedoor::config {

namespace {

/// Descriptors that are not connections: the database and its log, a backup, the listeners, the
/// loop's own.
constexpr std::uint64_t reserved_files = 64;

} // namespace

std::optional<std::string> lower_connections(Config& config, std::uint64_t open_files) {
    if (open_files <= reserved_files) {
        throw ConfigError{
            fmt::format("the process may open {} files, of which Stagedoor needs {} for itself: "
                        "raise the limit (ulimit -n, or LimitNOFILE in systemd)",
                        open_files, reserved_files)};
    }
    auto& server = config.server;
    const std::size_t room = open_files - reserved_files;
    if (server.max_connections <= room) {
        return std::nullopt;
    }
    const std::size_t wanted = std::exchange(server.max_connections, room);
    server.max_connections_per_address = std::min(server.max_connections_per_address, room);
    return fmt::format(
        "the process may open {} files: server.max_connections is {} instead of {} (to have more, "
        "raise the limit: ulimit -n, or LimitNOFILE in systemd)",
        open_files, room, wanted);
}

std::optional<std::string> lower_to_open_file_limit(Config& config) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw std::system_error{errno, std::generic_category(), "getrlimit"};
    }
    if (limit.rlim_cur < limit.rlim_max) {
        const rlimit raised{limit.rlim_max, limit.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) {
            limit = raised;
        }
    }
    return lower_connections(config, limit.rlim_cur);
}

} // namespace stagedoor::config
