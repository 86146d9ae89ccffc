// SPDX-License-Identifier: MIT
// What the journal must know of the modules' tables, and the invariants of them all. Before the
// journal runs, or on its thread.
#pragma once

#include <string>
#include <vector>

#include "src/storage/recording.hpp"

namespace stagedoor {
class Database;
}

namespace stagedoor::core {

/// How the journal reads and writes the balances of accounts.
[[nodiscard]] storage::AccountStatements account_statements();

/// Every invariant of every module that does not hold, a sentence each.
[[nodiscard]] std::vector<std::string> audit_invariants(Database& database);

/// The engine's own check, and every invariant where that finds nothing: a structure that is
/// damaged cannot be asked for more.
[[nodiscard]] std::vector<std::string> audit_everything(Database& database);

} // namespace stagedoor::core
