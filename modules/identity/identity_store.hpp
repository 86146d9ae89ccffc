// SPDX-License-Identifier: MIT
// Where the hash of the operator's key lies. Before the journal runs.
#pragma once

#include <optional>
#include <string>

namespace stagedoor {
class Database;
}

namespace stagedoor::identity {

/// Hex digits of the key's hash; nothing before the first start.
[[nodiscard]] std::optional<std::string> load_operator_key_hash(Database& database);
void store_operator_key_hash(Database& database, const std::string& hash);

} // namespace stagedoor::identity
