// SPDX-License-Identifier: MIT
#include "idempotency_store.hpp"

#include <algorithm>
#include <stdexcept>

#include "stagedoor/database.hpp"

namespace stagedoor::idempotency {

namespace {

const Statement select_keys{
    "SELECT scope, fingerprint, created_at FROM idempotency_key ORDER BY created_at, scope"};

const Statement select_answer{
    "SELECT status, content_type, headers, body FROM idempotency_key WHERE scope = $1"};

const Statement put_answer{
    "INSERT INTO idempotency_key "
    "(scope, fingerprint, status, content_type, headers, body, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (scope) DO UPDATE SET "
    "fingerprint = excluded.fingerprint, status = excluded.status, "
    "content_type = excluded.content_type, headers = excluded.headers, body = excluded.body, "
    "created_at = excluded.created_at"};

const Statement delete_key{"DELETE FROM idempotency_key WHERE scope = $1"};

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
        keys.push_back(
            {digest_of(row.blob(0)), digest_of(row.blob(1)), from_millis(row.integer(2))});
    });
    return keys;
}

std::optional<StoredAnswer> find_answer(Database& database, const Digest& scope) {
    std::optional<StoredAnswer> found;
    database.select(select_answer, {blob_of(scope)}, [&found](const Row& row) {
        found =
            StoredAnswer{static_cast<int>(row.integer(0)), row.text(1), row.text(2), row.blob(3)};
    });
    return found;
}

void store_answer(Transaction& transaction, const KeyRow& key, const StoredAnswer& answer) {
    transaction.run(put_answer, {blob_of(key.scope), blob_of(key.fingerprint), answer.status,
                                 answer.content_type, answer.headers, Blob{answer.body},
                                 to_millis(key.created_at)});
}

void remove_key(Transaction& transaction, const Digest& scope) {
    transaction.run(delete_key, {blob_of(scope)});
}

} // namespace stagedoor::idempotency
