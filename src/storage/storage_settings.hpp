// SPDX-License-Identifier: MIT
// Where the database is and how it is written, as the configuration's `storage.*` has it. A value;
// any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace stagedoor {
class Statement;
}

namespace stagedoor::storage {

/// How the balances of accounts are read (by the account) and written whole (account and balance).
struct AccountStatements {
    const Statement* load = nullptr;
    const Statement* store = nullptr;
};

struct StorageSettings {
    std::string path = "stagedoor.db";         ///< `:memory:` keeps nothing
    std::size_t max_pending_changes = 100'000; ///< beyond it a Change is answered `unavailable`
    std::size_t max_group = 1024;              ///< Changes in one transaction

    // Not configured.
    std::string boot_id;                            ///< see clock_row.hpp
    int checkpoint_pages = 1000;                    ///< see GroupCommit
    AccountStatements accounts;                     ///< likewise
    std::chrono::milliseconds probe_interval{1000}; ///< real time between two tries of a full disk
};

} // namespace stagedoor::storage
