// SPDX-License-Identifier: MIT
// How long answers are kept, as the configuration's `idempotency.*` has it. A value; any thread.
#pragma once

#include <chrono>
#include <cstddef>

namespace stagedoor::idempotency {

struct IdempotencySettings {
    std::chrono::hours keep{24};           ///< how long a success binds its key, at least
    std::size_t max_purged_at_once = 5000; ///< keys forgotten in one commit
};

} // namespace stagedoor::idempotency
