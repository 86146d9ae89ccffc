// SPDX-License-Identifier: MIT
#include "loopback.hpp"

#include "support/catch.hpp"

using namespace stagedoor::config;

TEST_CASE("loopback is what only this machine reaches") {
    for (const auto* address : {"127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1"}) {
        CAPTURE(address);
        CHECK(is_loopback(address));
    }
    for (const auto* address : {"0.0.0.0", "192.168.0.1", "::", "::ffff:10.0.0.1", "fe80::1",
                                "localhost", "", "127.0.0.1.example.org"}) {
        CAPTURE(address);
        CHECK_FALSE(is_loopback(address));
    }
}
