// SPDX-License-Identifier: MIT
// Where the database is and how it is written, as the configuration's `storage.*` has it. A value;
// any thread.
#pragma once

#include <cstddef>
#include <string>

namespace stagedoor::storage {

struct StorageSettings {
    std::string path = "stagedoor.db";         ///< `:memory:` keeps nothing
    std::size_t max_pending_changes = 100'000; ///< beyond it a Change is answered `unavailable`
    std::size_t max_group = 1024;              ///< Changes in one transaction
};

} // namespace stagedoor::storage
