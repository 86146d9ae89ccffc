// SPDX-License-Identifier: MIT
#include "open_file_limit.hpp"

#include <algorithm>

#include <sys/resource.h>

#include "read_config.hpp"
#include "same_config.hpp"
#include "support/catch.hpp"

using namespace stagedoor::config;

TEST_CASE("the caps on connections follow what the process may open") {
    Config config;
    CHECK_FALSE(lower_connections(config, 20064).has_value());
    CHECK(config == Config{});

    const auto warning = lower_connections(config, 20000);
    REQUIRE(warning.has_value());
    CHECK_THAT(*warning, Catch::Contains("20000") && Catch::Contains("19936"));
    CHECK(config.server.max_connections == 19936);
    CHECK(config.server.max_connections_per_address == 2000);

    CHECK(lower_connections(config, 1024).has_value());
    CHECK(config.server.max_connections == 960);
    CHECK(config.server.max_connections_per_address == 960);

    CHECK_FALSE(lower_connections(config, RLIM_INFINITY).has_value());
    CHECK_THROWS_AS(lower_connections(config, 64), ConfigError);
    CHECK(lower_connections(config, 65).has_value());
    CHECK(config.server.max_connections == 1);
}

TEST_CASE("the soft limit of open files is raised to the hard one") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit low{std::min<rlim_t>(before.rlim_max, 200), before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);

    Config config;
    (void)lower_to_open_file_limit(config);

    rlimit after{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &after) == 0);
    CHECK(after.rlim_cur == before.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &before);
}
