// SPDX-License-Identifier: MIT
#include "identity_store.hpp"

#include "stagedoor/database.hpp"

namespace stagedoor::identity {

namespace {

const Statement select_hash{"SELECT hash FROM operator_key"};

const Statement put_hash{"INSERT INTO operator_key (id, hash) VALUES (1, $1) "
                         "ON CONFLICT (id) DO UPDATE SET hash = excluded.hash"};

} // namespace

std::optional<std::string> load_operator_key_hash(Database& database) {
    std::optional<std::string> hash;
    database.select(select_hash, {}, [&hash](const Row& row) { hash = row.text(0); });
    return hash;
}

void store_operator_key_hash(Database& database, const std::string& hash) {
    database.run(put_hash, {hash});
}

} // namespace stagedoor::identity
