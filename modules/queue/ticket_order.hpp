// SPDX-License-Identifier: MIT
// Who waits, by ticket number, with exact places however many have left in the middle. Pure.
//
// A bit a ticket, counted in blocks of 512 (one cache line), with a Fenwick tree over the blocks: a
// place costs O(log(n / 512)) in a tree that stays in the first-level cache and one line of bits
// (Fenwick, "A new data structure for cumulative frequency tables", 1994).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

namespace stagedoor::queue {

struct Token;

class TicketOrder {
public:
    /// `ticket` must be higher than every ticket added before; gaps are fine.
    void add(std::int64_t ticket, Token& token);

    /// `ticket` must be in line.
    void remove(std::int64_t ticket);

    /// The one with the lowest ticket, nullptr if nobody waits. O(1).
    [[nodiscard]] Token* front() const;

    /// The one with the lowest ticket above `ticket`, which may be of nobody; nullptr if there is
    /// none. Costs a step for 64 tickets in between that are of nobody.
    [[nodiscard]] Token* first_after(std::int64_t ticket) const;

    /// How many wait with this ticket or a lower one: 1 for the front. `ticket` must be in line.
    [[nodiscard]] std::int64_t place_of(std::int64_t ticket) const;

    [[nodiscard]] std::int64_t size() const { return size_; }

private:
    static constexpr std::size_t word_bits = 64;
    static constexpr std::size_t block_words = 8;
    static constexpr std::size_t block_tickets = word_bits * block_words;

    struct Block {
        std::array<std::uint64_t, block_words> words{};
    };

    [[nodiscard]] std::size_t index_of(std::int64_t ticket) const;
    [[nodiscard]] std::int64_t blocks_before(std::size_t block) const;
    void append_block();
    void add_to_tree(std::size_t block, std::int32_t difference);
    [[nodiscard]] std::size_t next_index(std::size_t index) const;
    void advance_front();
    void drop_consumed_blocks();

    std::int64_t base_ = 0; ///< the ticket of index 0; a multiple of block_tickets
    std::size_t front_ = 0; ///< the index of the lowest ticket in line, where size_ > 0
    std::int64_t size_ = 0;
    std::vector<Block> blocks_;
    std::vector<std::int32_t>
        tree_;                   ///< tree_[i] covers the blocks (i - lowbit(i), i], counted from 1
    std::vector<Token*> tokens_; ///< by index
};

} // namespace stagedoor::queue
