// SPDX-License-Identifier: MIT
#include "identity_store.hpp"

#include <array>

#include "stagedoor/database.hpp"
#include "stagedoor/migration.hpp"

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

const Statement select_hash{"SELECT hash FROM operator_key"};

const Statement put_hash{"INSERT INTO operator_key (only, hash) VALUES (1, $1) "
                         "ON CONFLICT (only) DO UPDATE SET hash = excluded.hash"};

} // namespace

std::span<const Migration> migrations() {
    return steps;
}

std::optional<std::string> load_operator_key_hash(Database& database) {
    std::optional<std::string> hash;
    database.select(select_hash, {}, [&hash](const Row& row) { hash = row.text(0); });
    return hash;
}

void store_operator_key_hash(Database& database, const std::string& hash) {
    database.run(put_hash, {hash});
}

} // namespace stagedoor::identity
