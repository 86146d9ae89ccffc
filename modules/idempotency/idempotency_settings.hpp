// SPDX-License-Identifier: MIT
// How long answers are kept, as the configuration's `idempotency.*` has it. A value; any thread.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/time.hpp"

namespace stagedoor::idempotency {

struct IdempotencySettings {
    std::chrono::hours keep{24};          ///< how long a success binds its key, at least
    std::size_t max_purged_at_once = 500; ///< keys forgotten in one commit: 1 to 2 ms of it
    Milliseconds purge_pause{5};          ///< between two such commits
};

} // namespace stagedoor::idempotency
