// SPDX-License-Identifier: MIT
// An audit of the database beside the running journal. It reads everything, which takes seconds
// where there is much, and the journal has one connection: so a copy is audited, and removed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "copy.hpp"

namespace stagedoor::storage::sqlite {

struct CheckResult {
    std::vector<std::string> faults;
    std::string error; ///< one line, why there is no result; empty where `faults` is one
};

/// Copies in turns with the groups, then audits the copy on a thread of its own. The copy is made
/// beside the database (in memory, where that is), and not begun where it would leave the disk less
/// than 64 MiB. The journal must live until `done` has been called, on the loop.
void check(SqliteJournal& journal, Audit audit, std::function<void(CheckResult)> done);

/// Removes the copies that checks beside `database` have left because their process died. For
/// whoever has the database alone.
void remove_left_copies(SqliteDatabase& database);

} // namespace stagedoor::storage::sqlite
