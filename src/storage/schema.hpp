// SPDX-License-Identifier: MIT
// The schema of the whole program, step by step: the files of src/storage/schema, embedded. A step
// that has been released is never edited. Constant data.
#pragma once

#include <span>
#include <string_view>

namespace stagedoor::storage {

/// One step: one or more statements, which are run in one transaction with the new number.
struct SchemaStep {
    int version;           ///< 1, 2, 3 … without a gap
    std::string_view name; ///< what it is for, as shown in the log
    std::string_view sqlite;
    std::string_view postgresql;
};

/// All of them, in the order of their numbers.
[[nodiscard]] std::span<const SchemaStep> schema_steps();

} // namespace stagedoor::storage
