// SPDX-License-Identifier: MIT
// Where the live tokens lie, side by side, and which of them requests are looking at. A request may
// wait long, for its user's turn or for the disk, and whatever it has looked up must still be there
// then: a token that is over keeps its place while it is in use. Loop thread only.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "../token.hpp"

namespace stagedoor::queue {

class TokenPool {
public:
    TokenPool() = default;
    TokenPool(const TokenPool&) = delete;
    TokenPool& operator=(const TokenPool&) = delete;

    /// A fresh token, which stays where it is until it is released.
    [[nodiscard]] Token& take();

    /// The token in a slot that was taken.
    [[nodiscard]] Token& operator[](Slot slot) {
        return (*chunks_[slot / chunk_size])[slot % chunk_size];
    }

    /// The token is over. Its place is free as soon as nobody uses it; what it says, but the user's
    /// name, can be read until the place is taken again, which no look at a token outlives: joins
    /// take it, each in a turn of the loop of its own.
    void release(Token& token);

    /// The token is in use while the result, or a copy of it, lives; that may be longer than the
    /// owner of the pool.
    [[nodiscard]] static std::shared_ptr<const void> use(const std::shared_ptr<TokenPool>& pool,
                                                         Token& token);

private:
    static constexpr std::size_t chunk_size = 256;
    using Chunk = std::array<Token, chunk_size>;

    void free(Token& token);

    std::vector<std::unique_ptr<Chunk>> chunks_;
    Slot next_ = 0;       ///< the first that was never taken
    Slot free_ = no_slot; ///< the first of those that were released, linked by key
};

} // namespace stagedoor::queue
