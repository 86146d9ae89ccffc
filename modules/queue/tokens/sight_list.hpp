// SPDX-License-Identifier: MIT
// Who has been seen when, the longest unseen first: a list that is linked through the tokens, so
// that a sign of life moves one and allocates nothing. Loop thread only.
#pragma once

#include "token_pool.hpp"

namespace stagedoor::queue {

class SightList {
public:
    explicit SightList(TokenPool& pool) : pool_{pool} {}

    [[nodiscard]] bool empty() const { return first_ == no_slot; }
    /// nullptr where it is empty.
    [[nodiscard]] Token* front() const { return at(first_); }
    /// The one behind, nullptr behind the last.
    [[nodiscard]] Token* after(const Token& token) const { return at(token.seen_after); }

    /// A token that is in no such list.
    void push_back(Token& token) {
        token.seen_before = last_;
        token.seen_after = no_slot;
        (last_ == no_slot ? first_ : pool_[last_].seen_after) = token.slot;
        last_ = token.slot;
        token.sighted = true;
    }

    void erase(Token& token) {
        (token.seen_before == no_slot ? first_ : pool_[token.seen_before].seen_after) =
            token.seen_after;
        (token.seen_after == no_slot ? last_ : pool_[token.seen_after].seen_before) =
            token.seen_before;
        token.sighted = false;
    }

private:
    [[nodiscard]] Token* at(Slot slot) const { return slot == no_slot ? nullptr : &pool_[slot]; }

    TokenPool& pool_;
    Slot first_ = no_slot;
    Slot last_ = no_slot;
};

} // namespace stagedoor::queue
