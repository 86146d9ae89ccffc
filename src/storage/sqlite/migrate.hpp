// SPDX-License-Identifier: MIT
// Brings a database to the schema of this program, one transaction a step. At the start, before the
// journal runs.
#pragma once

#include <span>

#include "sqlite_database.hpp"
#include "src/storage/schema.hpp"

namespace stagedoor::storage::sqlite {

/// PRAGMA user_version: the last step that the file has taken; 0 for a new one.
[[nodiscard]] int schema_version(SqliteDatabase& database);

/// Runs the steps that `database` lacks and returns them. `steps` are those of the whole program,
/// numbered 1, 2, 3 …; a gap is a std::logic_error. Throws OpenError: `newer` where the file has
/// steps that are not among `steps` (nothing is changed), `migration` where a step failed (the
/// steps before it stay).
std::span<const SchemaStep> migrate(SqliteDatabase& database, std::span<const SchemaStep> steps);

} // namespace stagedoor::storage::sqlite
