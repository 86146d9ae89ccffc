// SPDX-License-Identifier: MIT
// The operator's key: made at the first start, written to PATH.operator-key for the operator alone,
// kept as a hash in the database. Loop thread only.
#pragma once

#include <string>
#include <string_view>

#include "base/random.hpp"

namespace stagedoor {
class Database;
}

namespace stagedoor::identity {

class OperatorKey {
public:
    /// `hash` is what `load_or_make` returned.
    explicit OperatorKey(std::string hash) : hash_{std::move(hash)} {}

    /// The hash of the database's key. Where there is none yet, a key is made and written to `file`
    /// (mode 0600) first; with an empty `file` (a database in memory) it is written nowhere, and
    /// the Unix socket does not exist either. Throws std::runtime_error where the file cannot be
    /// written.
    [[nodiscard]] static std::string load_or_make(Database& database, Random& random,
                                                  const std::string& file);

    /// In constant time.
    [[nodiscard]] bool matches(std::string_view credential) const;

private:
    std::string hash_;
};

} // namespace stagedoor::identity
