// SPDX-License-Identifier: MIT
#include "ticket_order.hpp"

#include <algorithm>
#include <bit>

#include "base/assert.hpp"

namespace stagedoor::queue {

namespace {

std::size_t low_bit(std::size_t i) {
    return i & (~i + 1);
}

} // namespace

std::size_t TicketOrder::index_of(std::int64_t ticket) const {
    return static_cast<std::size_t>(ticket - base_);
}

void TicketOrder::add(std::int64_t ticket, Token& token) {
    if (tokens_.empty()) {
        base_ = ticket - ticket % static_cast<std::int64_t>(block_tickets);
    }
    const auto index = index_of(ticket);
    STAGEDOOR_ASSERT(ticket >= base_ && index >= tokens_.size(), "tickets join in ascending order");
    tokens_.resize(index + 1, nullptr);
    tokens_[index] = &token;
    const auto block = index / block_tickets;
    while (blocks_.size() <= block) {
        append_block();
    }
    blocks_[block].words[index / word_bits % block_words] |= std::uint64_t{1} << index % word_bits;
    add_to_tree(block, 1);
    if (size_++ == 0) {
        front_ = index;
    }
}

void TicketOrder::remove(std::int64_t ticket) {
    const auto index = index_of(ticket);
    STAGEDOOR_ASSERT(ticket >= base_ && index < tokens_.size() && tokens_[index] != nullptr,
                     "only who is in line can leave it");
    const auto block = index / block_tickets;
    blocks_[block].words[index / word_bits % block_words] &=
        ~(std::uint64_t{1} << index % word_bits);
    add_to_tree(block, -1);
    tokens_[index] = nullptr;
    --size_;
    if (index == front_) {
        advance_front();
        drop_consumed_blocks();
    }
}

Token* TicketOrder::front() const {
    return size_ == 0 ? nullptr : tokens_[front_];
}

Token* TicketOrder::first_after(std::int64_t ticket) const {
    if (size_ == 0) {
        return nullptr;
    }
    const auto index = next_index(ticket < base_ ? front_ : std::max(front_, index_of(ticket + 1)));
    return index < tokens_.size() ? tokens_[index] : nullptr;
}

std::int64_t TicketOrder::place_of(std::int64_t ticket) const {
    const auto index = index_of(ticket);
    const auto& words = blocks_[index / block_tickets].words;
    const auto last_word = index / word_bits % block_words;
    std::int64_t place = blocks_before(index / block_tickets);
    for (std::size_t word = 0; word < last_word; ++word) {
        place += std::popcount(words[word]);
    }
    const auto up_to_ticket = ~std::uint64_t{0} >> (word_bits - 1 - index % word_bits);
    return place + std::popcount(words[last_word] & up_to_ticket);
}

std::int64_t TicketOrder::blocks_before(std::size_t block) const {
    std::int64_t sum = 0;
    for (auto i = block; i > 0; i -= low_bit(i)) {
        sum += tree_[i];
    }
    return sum;
}

void TicketOrder::append_block() {
    blocks_.emplace_back();
    if (tree_.empty()) {
        tree_.push_back(0); // index 0 stands for nothing
    }
    const auto i = tree_.size();
    const auto below = blocks_before(i - 1) - blocks_before(i - low_bit(i));
    tree_.push_back(static_cast<std::int32_t>(below));
}

void TicketOrder::add_to_tree(std::size_t block, std::int32_t difference) {
    for (auto i = block + 1; i < tree_.size(); i += low_bit(i)) {
        tree_[i] += difference;
    }
}

/// The lowest index from `index` on at which somebody is; none: the number of indexes, or more.
std::size_t TicketOrder::next_index(std::size_t index) const {
    while (index < tokens_.size()) {
        const auto word = blocks_[index / block_tickets].words[index / word_bits % block_words];
        const auto rest = word >> index % word_bits;
        if (rest != 0) {
            return index + static_cast<std::size_t>(std::countr_zero(rest));
        }
        index += word_bits - index % word_bits;
    }
    return index;
}

void TicketOrder::advance_front() {
    if (size_ != 0) {
        front_ = next_index(front_);
    }
}

void TicketOrder::drop_consumed_blocks() {
    // Half of the blocks go at a time, so that each ticket is moved a constant number of times in
    // all.
    constexpr std::size_t least_blocks = 64;
    const auto consumed = (size_ == 0 ? tokens_.size() : front_) / block_tickets;
    if (consumed < least_blocks || consumed * 2 < blocks_.size()) {
        return;
    }
    const auto tickets = consumed * block_tickets;
    tokens_.erase(tokens_.begin(), tokens_.begin() + static_cast<std::ptrdiff_t>(tickets));
    blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(consumed));
    base_ += static_cast<std::int64_t>(tickets);
    front_ = size_ == 0 ? 0 : front_ - tickets;
    const auto blocks = blocks_.size();
    tree_.assign(blocks + 1, 0);
    for (std::size_t block = 0; block < blocks; ++block) {
        std::int32_t count = 0;
        for (const auto word : blocks_[block].words) {
            count += std::popcount(word);
        }
        add_to_tree(block, count);
    }
}

} // namespace stagedoor::queue
