// SPDX-License-Identifier: MIT
// SQLite's own judgement of a database; the invariants of the modules are theirs to check.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <SQLiteCpp/Database.h>

namespace stagedoor::storage::sqlite {

/// SQLite's checks report a page that the disk failed to give as one more finding. That is no
/// damage: throws SQLite::Exception where `finding`, a row of theirs, says so.
void throw_if_unreadable(std::string_view finding);

/// Everything that SQLite finds wrong (at most 100 faults of structure and 100 of references), one
/// line each; empty for a sound database. Reads the whole file. Throws SQLite::Exception where it
/// cannot be read.
[[nodiscard]] std::vector<std::string> audit(SQLite::Database& connection);

/// The names of all tables that have pages.
[[nodiscard]] std::vector<std::string> tables_of(SQLite::Database& connection);

/// The same of one table with its indexes, which is all that audit() finds but for the list of the
/// free pages.
[[nodiscard]] std::vector<std::string> audit_table(SQLite::Database& connection,
                                                   const std::string& table);

} // namespace stagedoor::storage::sqlite
