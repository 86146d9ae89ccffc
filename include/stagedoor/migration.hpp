// SPDX-License-Identifier: MIT
// The schema, step by step: each module contributes its own, src/storage runs them. Constant data.
#pragma once

#include <string_view>

namespace stagedoor {

/// One step of the schema. Steps are numbered across all modules (PRAGMA user_version) and never
/// edited.
struct Migration {
    int version;      ///< 1, 2, 3 … without a gap over the whole program
    const char* name; ///< what it is for, as shown in the log
    std::string_view
        sql; ///< one or more statements, run in one transaction with the new version number
};

} // namespace stagedoor
