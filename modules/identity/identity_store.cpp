// SPDX-License-Identifier: MIT
#include "identity_store.hpp"

#include <array>

#include "stagedoor/database.hpp"

namespace stagedoor::identity {

namespace {

constexpr auto steps = std::to_array<Migration>({
    {7, "the operator's key", R"sql(
CREATE TABLE operator_key (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    hash TEXT NOT NULL
) STRICT;
)sql"},
});

} // namespace

std::span<const Migration> migrations() {
    return steps;
}

std::optional<std::string> load_operator_key_hash(Database& database) {
    const auto row = database.query("SELECT hash FROM operator_key");
    return row->executeStep() ? std::optional{row->getColumn(0).getString()} : std::nullopt;
}

void store_operator_key_hash(Database& database, const std::string& hash) {
    database.run("INSERT INTO operator_key (only, hash) VALUES (1, ?) "
                 "ON CONFLICT (only) DO UPDATE SET hash = excluded.hash",
                 hash);
}

} // namespace stagedoor::identity
