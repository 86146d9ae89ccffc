// SPDX-License-Identifier: MIT
// Whether a database is sound: the audit, and the operator's endpoint for it.
#pragma once

#include <string>
#include <vector>

#include "src/storage/sqlite/sqlite_journal.hpp"
#include "stagedoor/routes.hpp"

namespace stagedoor::operations {

/// The engine's own check and every invariant: what is wrong, a sentence each. On the thread of
/// `database`.
[[nodiscard]] std::vector<std::string> audit_all(Database& database);

/// POST /api/v1/admin/check, on a copy, while everything goes on; all references must outlive
/// `routes`. Loop thread only.
void add_check_route(Routes& routes, storage::sqlite::SqliteJournal& journal);

} // namespace stagedoor::operations
