// SPDX-License-Identifier: MIT
#include "http/peer.hpp"

#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "support/catch.hpp"

using stagedoor::http::Entrance;
using stagedoor::http::Peer;

namespace {

Peer peer_of(const char* address) {
    sockaddr_storage endpoint{};
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        std::memcpy(&endpoint, &v4, sizeof v4);
    } else {
        REQUIRE(inet_pton(AF_INET6, address, &v6.sin6_addr) == 1);
        v6.sin6_family = AF_INET6;
        std::memcpy(&endpoint, &v6, sizeof v6);
    }
    return Peer::from(endpoint, Entrance::network);
}

} // namespace

TEST_CASE("a peer is named by its address", "[http]") {
    CHECK(peer_of("192.0.2.1").to_string() == "192.0.2.1");
    CHECK(peer_of("::ffff:192.0.2.1").to_string() == "192.0.2.1");
    CHECK(peer_of("2001:db8::1").to_string() == "2001:db8::1");
    sockaddr_storage local{};
    local.ss_family = AF_UNIX;
    CHECK(Peer::from(local, Entrance::socket).to_string() == "unix");
}

TEST_CASE("the listener says who comes by the trusted socket, not the family of an address",
          "[http]") {
    for (const int family : {AF_UNIX, AF_INET, AF_INET6, AF_VSOCK, AF_UNSPEC}) {
        sockaddr_storage endpoint{};
        endpoint.ss_family = static_cast<sa_family_t>(family);
        CHECK_FALSE(Peer::from(endpoint, Entrance::network).by_socket);
        CHECK(Peer::from(endpoint, Entrance::socket).by_socket);
    }
}

TEST_CASE("peers are counted by IPv4 address and by IPv6 network", "[http]") {
    CHECK(peer_of("192.0.2.1").counted() == peer_of("::ffff:192.0.2.1").counted());
    CHECK_FALSE(peer_of("192.0.2.1").counted() == peer_of("192.0.2.2").counted());
    CHECK(peer_of("2001:db8:0:1::1").counted() == peer_of("2001:db8:0:1:ffff::2").counted());
    CHECK_FALSE(peer_of("2001:db8:0:1::1").counted() == peer_of("2001:db8:0:2::1").counted());
}
