// SPDX-License-Identifier: MIT
// Which tokens requests are looking at. A request may wait long, for its user's turn or for the
// disk, and whatever it has looked up must still be there then: a token in use is not forgotten.
// Loop thread only.
#pragma once

#include <memory>
#include <unordered_map>

#include "token.hpp"

namespace stagedoor::queue {

class TokensInUse {
public:
    /// The token is in use while the result, or a copy of it, lives; that may be longer than this.
    [[nodiscard]] std::shared_ptr<const void> use(const TokenKey& key);

    [[nodiscard]] bool contains(const TokenKey& key) const { return users_->contains(key); }

private:
    using Users = std::unordered_map<TokenKey, int>;

    std::shared_ptr<Users> users_ = std::make_shared<Users>();
};

} // namespace stagedoor::queue
