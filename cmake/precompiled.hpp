// SPDX-License-Identifier: MIT
// What nearly every source of the program reads, parsed once a build: headers of others alone, since a change here compiles
// everything anew. Each source still includes what it uses (scripts/lint compiles without this).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
