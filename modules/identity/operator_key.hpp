// SPDX-License-Identifier: MIT
// The operator's key: made at the first start, written to PATH.operator-key for the operator alone,
// kept as a hash in the database. Guards /api/v1/admin over TCP. Loop thread only.
#pragma once

#include <optional>
#include <string>

#include "base/random.hpp"
#include "stagedoor/identity.hpp"

namespace stagedoor {
class Database;
}

namespace stagedoor::identity {

class OperatorKey final : public OperatorGate {
public:
    /// `hash` is what `load_or_make` returned.
    explicit OperatorKey(std::string hash) : hash_{std::move(hash)} {}

    /// The hash of the database's key. Where there is none yet, a key is made and written to `file`
    /// (mode 0600) first; with an empty `file` (a database in memory) it is written nowhere, and
    /// the Unix socket does not exist either. Throws std::runtime_error where the file cannot be
    /// written.
    [[nodiscard]] static std::string load_or_make(Database& database, Random& random,
                                                  const std::string& file);

    [[nodiscard]] std::optional<Response> refuse(const Request& request) const override;

private:
    std::string hash_;
};

} // namespace stagedoor::identity
