// SPDX-License-Identifier: MIT
// Who is at the other end of a connection: for the caps per address and for the log. A value; any
// thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include <sys/socket.h>

namespace stagedoor::http {

/// By which of the server's listeners a connection has come. That says what is the trusted socket,
/// and not the family of an address.
enum class Entrance { network = 1, socket };

struct Peer {
    std::array<std::uint8_t, 16> address{}; ///< IPv6, or IPv4 mapped into it
    bool by_socket = false;                 ///< through the Unix socket; then there is no address

    /// Of what accept(2) has filled in. A family that is not IP has the address `::`.
    [[nodiscard]] static Peer from(const sockaddr_storage& endpoint, Entrance entrance);

    /// The address that a cap counts by: an IPv4 address, or the /64 of an IPv6 address.
    [[nodiscard]] Peer counted() const;

    [[nodiscard]] std::string to_string() const; ///< without the port; `unix` for the socket

    friend bool operator==(const Peer&, const Peer&) = default;
};

struct PeerHash {
    std::size_t operator()(const Peer& peer) const noexcept;
};

} // namespace stagedoor::http
