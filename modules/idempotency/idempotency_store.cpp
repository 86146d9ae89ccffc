// SPDX-License-Identifier: MIT
#include "idempotency_store.hpp"

#include <algorithm>
#include <stdexcept>

#include "stagedoor/database.hpp"

namespace stagedoor::idempotency {

namespace {

const Statement select_keys{
    "SELECT key_id, scope, fingerprint, created_at FROM idempotency_key ORDER BY key_id"};

const Statement select_answer{
    "SELECT status, content_type, headers, body FROM idempotency_answer WHERE key_id = $1"};

const Statement insert_key{"INSERT INTO idempotency_key (key_id, scope, fingerprint, created_at) "
                           "VALUES ($1, $2, $3, $4)"};

const Statement insert_answer{
    "INSERT INTO idempotency_answer (key_id, status, content_type, headers, body) "
    "VALUES ($1, $2, $3, $4, $5)"};

const Statement delete_answer{"DELETE FROM idempotency_answer WHERE key_id = $1"};

const Statement delete_key{"DELETE FROM idempotency_key WHERE key_id = $1"};

Digest digest_of(const std::string& bytes) {
    Digest digest{};
    if (bytes.size() != digest.size()) {
        throw std::runtime_error{"idempotency_key: a digest of the wrong length"};
    }
    std::copy(bytes.begin(), bytes.end(), digest.begin());
    return digest;
}

Blob blob_of(const Digest& digest) {
    return {{reinterpret_cast<const char*>(digest.data()), digest.size()}};
}

} // namespace

std::vector<KeyRow> load_keys(Database& database) {
    std::vector<KeyRow> keys;
    database.select(select_keys, {}, [&keys](const Row& row) {
        keys.push_back({row.integer(0), digest_of(row.blob(1)), digest_of(row.blob(2)),
                        from_millis(row.integer(3))});
    });
    return keys;
}

std::optional<StoredAnswer> find_answer(Database& database, std::int64_t id) {
    std::optional<StoredAnswer> found;
    database.select(select_answer, {id}, [&found](const Row& row) {
        found =
            StoredAnswer{static_cast<int>(row.integer(0)), row.text(1), row.text(2), row.blob(3)};
    });
    return found;
}

void store_answer(Transaction& transaction, const KeyRow& key, const StoredAnswer& answer) {
    transaction.run(insert_key, {key.id, blob_of(key.scope), blob_of(key.fingerprint),
                                 to_millis(key.created_at)});
    transaction.run(insert_answer, {key.id, answer.status, answer.content_type, answer.headers,
                                    Blob{answer.body}});
}

void remove_key(Transaction& transaction, std::int64_t id) {
    transaction.run(delete_answer, {id});
    transaction.run(delete_key, {id});
}

} // namespace stagedoor::idempotency
