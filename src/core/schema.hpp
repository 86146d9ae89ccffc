// SPDX-License-Identifier: MIT
// The whole program's schema and invariants, put together from the modules'. Before the journal
// runs, or on its thread.
#pragma once

#include <string>
#include <vector>

#include "src/storage/recording.hpp"
#include "stagedoor/migration.hpp"

namespace stagedoor {
class Database;
}

namespace stagedoor::core {

/// Every step of every module, in the order of their numbers.
[[nodiscard]] std::vector<Migration> all_migrations();

/// How the journal reads and writes the balances of accounts.
[[nodiscard]] storage::AccountStatements account_statements();

/// Every invariant of every module that does not hold, a sentence each.
[[nodiscard]] std::vector<std::string> audit_invariants(Database& database);

} // namespace stagedoor::core
