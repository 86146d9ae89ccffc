// SPDX-License-Identifier: MIT
#include "idempotency_store.hpp"

#include <algorithm>
#include <stdexcept>

#include "stagedoor/database.hpp"

namespace stagedoor::idempotency {

namespace {

// The index holds all that is loaded at the start, so that the answers are not read then.
constexpr std::array own_migrations{Migration{2, "idempotency keys", R"sql(
CREATE TABLE idempotency_key (
    scope        BLOB NOT NULL PRIMARY KEY CHECK (length(scope) = 16),
    fingerprint  BLOB NOT NULL CHECK (length(fingerprint) = 16),
    status       INTEGER NOT NULL CHECK (status BETWEEN 200 AND 399),
    content_type TEXT NOT NULL,
    headers      TEXT NOT NULL CHECK (headers GLOB '[[]*]'),
    body         BLOB NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at, scope, fingerprint);
)sql"}};

Digest digest_of(const SQLite::Column& column) {
    Digest digest{};
    if (column.getBytes() != static_cast<int>(digest.size())) {
        throw std::runtime_error{"idempotency_key: a digest of the wrong length"};
    }
    const auto* const bytes = static_cast<const unsigned char*>(column.getBlob());
    std::copy_n(bytes, digest.size(), digest.begin());
    return digest;
}

void bind_digest(SQLite::Statement& statement, int index, const Digest& digest) {
    statement.bind(index, digest.data(), static_cast<int>(digest.size()));
}

} // namespace

std::span<const Migration> migrations() {
    return own_migrations;
}

std::vector<KeyRow> load_keys(Database& database) {
    std::vector<KeyRow> keys;
    auto rows = database.query(
        "SELECT scope, fingerprint, created_at FROM idempotency_key ORDER BY created_at, scope");
    while (rows->executeStep()) {
        keys.push_back({digest_of(rows->getColumn(0)), digest_of(rows->getColumn(1)),
                        from_millis(rows->getColumn(2).getInt64())});
    }
    return keys;
}

std::optional<StoredAnswer> find_answer(Database& database, const Digest& scope) {
    auto row = database.query(
        "SELECT status, content_type, headers, body FROM idempotency_key WHERE scope = ?");
    bind_digest(*row, 1, scope);
    if (!row->executeStep()) {
        return std::nullopt;
    }
    return StoredAnswer{row->getColumn(0).getInt(), row->getColumn(1).getString(),
                        row->getColumn(2).getString(), row->getColumn(3).getString()};
}

void store_answer(Database& database, const KeyRow& key, const StoredAnswer& answer) {
    auto statement =
        database.query("INSERT OR REPLACE INTO idempotency_key "
                       "(scope, fingerprint, status, content_type, headers, body, created_at) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?)");
    bind_digest(*statement, 1, key.scope);
    bind_digest(*statement, 2, key.fingerprint);
    statement->bind(3, answer.status);
    statement->bind(4, answer.content_type);
    statement->bind(5, answer.headers);
    // An empty string still has a pointer, so that an empty body is an empty blob and not NULL.
    statement->bind(6, static_cast<const void*>(answer.body.data()),
                    static_cast<int>(answer.body.size()));
    statement->bind(7, std::int64_t{to_millis(key.created_at)});
    statement->exec();
}

void remove_key(Database& database, const Digest& scope) {
    auto statement = database.query("DELETE FROM idempotency_key WHERE scope = ?");
    bind_digest(*statement, 1, scope);
    statement->exec();
}

} // namespace stagedoor::idempotency
