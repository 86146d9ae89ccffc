// SPDX-License-Identifier: MIT
// The limits of the HTTP server, as the configuration's `server.*` has them. A value; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace stagedoor::http {

struct ServerSettings {
    std::string address = "127.0.0.1"; ///< an IP address, or a name that resolves to one
    std::uint16_t port = 8080;         ///< 0 takes a free one

    std::size_t max_connections = 20000; ///< over TCP; what comes beyond is answered 503
    /// The same for one IPv4 address or one IPv6 /64, which is what one subscriber has.
    std::size_t max_connections_per_address = 2000;

    Seconds header_timeout{10}; ///< from a request's first byte to the end of its header
    Seconds body_timeout{20};   ///< from there to the end of its body
    Seconds idle_timeout{75};   ///< without a byte of a next request
    Seconds write_timeout{20};  ///< for a client to take what could not be sent at once
    Seconds shutdown{8};        ///< for what still runs when the server stops

    std::size_t max_header_bytes = 16384;
    std::size_t max_headers = 100;
    std::size_t max_body_bytes = 65536;
    std::size_t max_socket_body_bytes = 16777216; ///< through the Unix socket: catalogues
};

} // namespace stagedoor::http
