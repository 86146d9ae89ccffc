// SPDX-License-Identifier: MIT
#include "token_pool.hpp"

#include <utility>

namespace stagedoor::queue {

Token& TokenPool::take() {
    if (free_ != no_slot) {
        auto& token = (*this)[free_];
        const auto slot = std::exchange(free_, token.next_by_key);
        token = Token{};
        token.slot = slot;
        return token;
    }
    if (next_ == chunks_.size() * chunk_size) {
        chunks_.push_back(std::make_unique<Chunk>());
    }
    auto& token = (*this)[next_];
    token.slot = next_++;
    return token;
}

void TokenPool::release(Token& token) {
    token.released = true;
    if (token.users == 0) {
        free(token);
    }
}

std::shared_ptr<const void> TokenPool::use(const std::shared_ptr<TokenPool>& pool, Token& token) {
    ++token.users;
    return {nullptr, [pool, &token](const void*) {
                --token.users;
                if (token.users == 0 && token.released) {
                    pool->free(token);
                }
            }};
}

void TokenPool::free(Token& token) {
    token.user = {};
    token.next_by_key = free_;
    free_ = token.slot;
}

} // namespace stagedoor::queue
