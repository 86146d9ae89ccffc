// SPDX-License-Identifier: MIT
// The operator's endpoints that concern the database as a whole: check and backup. Loop thread
// only.
#pragma once

#include "base/http.hpp"
#include "src/storage/sqlite_journal.hpp"
#include "stagedoor/identity.hpp"

namespace stagedoor::app {

/// POST /api/v1/admin/check and /api/v1/admin/backup; all references must outlive `routes`.
void add_operation_routes(Routes& routes, storage::SqliteJournal& journal,
                          const OperatorGate& gate);

/// SQLite's own check and every invariant: what is wrong, a sentence each.
[[nodiscard]] std::vector<std::string> audit_all(Database& database);

} // namespace stagedoor::app
