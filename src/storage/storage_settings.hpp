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
    /// The write-ahead log is folded into the file once it has more pages than this. Measured with
    /// joins: at 1000 that took 19 % of the writer's time, 6 ms each and 12 at worst; at 8000 it
    /// takes 7 %, 12 ms each and 30 at worst. 12,000 and a group still fit into the log's
    /// `journal_size_limit`, so that it is overwritten instead of cut and grown anew.
    int checkpoint_pages = 8000;
};

} // namespace stagedoor::storage
