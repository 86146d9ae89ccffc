// SPDX-License-Identifier: MIT
// The table of kept answers and all SQL on it. Writer's thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace stagedoor {
class Database;
class Transaction;
} // namespace stagedoor

namespace stagedoor::idempotency {

/// BLAKE2b-128: of who asks what under which key, or of what stands for the body.
using Digest = std::array<unsigned char, 16>;

/// A kept key without its answer: what lives in memory.
struct KeyRow {
    std::int64_t id = 0; ///< counts the keys from 1; a later one is greater
    Digest scope{};
    Digest fingerprint{};
    Instant created_at{};
};

/// The first answer, as it went out.
struct StoredAnswer {
    int status = 0;
    std::string content_type;
    std::string headers; ///< JSON: [["Location","/…"], …]
    std::string body;
};

/// All kept keys, oldest first.
[[nodiscard]] std::vector<KeyRow> load_keys(Database& database);

[[nodiscard]] std::optional<StoredAnswer> find_answer(Database& database, std::int64_t id);

/// Keeps a key and its answer.
void store_answer(Transaction& transaction, const KeyRow& key, const StoredAnswer& answer);

void remove_key(Transaction& transaction, std::int64_t id);

} // namespace stagedoor::idempotency
