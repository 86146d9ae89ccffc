// SPDX-License-Identifier: MIT
// The operator's endpoint that makes a consistent copy of the database. Loop thread only.
#pragma once

#include "src/storage/sqlite/sqlite_journal.hpp"
#include "stagedoor/routes.hpp"

namespace stagedoor::operations {

/// POST /api/v1/admin/backup; all references must outlive `routes`.
void add_backup_route(Routes& routes, storage::sqlite::SqliteJournal& journal);

} // namespace stagedoor::operations
