// SPDX-License-Identifier: MIT
#include "peer.hpp"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/ids.hpp"

namespace stagedoor::http {

namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const Peer& peer) {
    return std::equal(mapped_prefix.begin(), mapped_prefix.end(), peer.address.begin());
}

} // namespace

Peer Peer::from(const sockaddr_storage& endpoint, Entrance entrance) {
    Peer peer;
    peer.by_socket = entrance == Entrance::socket;
    if (endpoint.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &endpoint, sizeof v4);
        std::copy(mapped_prefix.begin(), mapped_prefix.end(), peer.address.begin());
        std::memcpy(peer.address.data() + mapped_prefix.size(), &v4.sin_addr, 4);
    } else if (endpoint.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &endpoint, sizeof v6);
        std::memcpy(peer.address.data(), &v6.sin6_addr, peer.address.size());
    }
    return peer;
}

Peer Peer::counted() const {
    Peer whole = *this;
    if (!is_mapped(whole)) {
        std::fill(whole.address.begin() + 8, whole.address.end(), std::uint8_t{0});
    }
    return whole;
}

std::string Peer::to_string() const {
    if (by_socket) {
        return "unix";
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (is_mapped(*this)) {
        inet_ntop(AF_INET, address.data() + mapped_prefix.size(), text.data(), text.size());
    } else {
        inet_ntop(AF_INET6, address.data(), text.data(), text.size());
    }
    return text.data();
}

std::size_t PeerHash::operator()(const Peer& peer) const noexcept {
    return SeededHash{}({reinterpret_cast<const char*>(peer.address.data()), peer.address.size()});
}

} // namespace stagedoor::http
