// SPDX-License-Identifier: MIT
#include "tokens_in_use.hpp"

namespace stagedoor::queue {

std::shared_ptr<const void> TokensInUse::use(const TokenKey& key) {
    ++(*users_)[key];
    return {nullptr, [users = users_, key](const void*) {
                const auto user = users->find(key);
                if (--user->second == 0) {
                    users->erase(user);
                }
            }};
}

} // namespace stagedoor::queue
