// SPDX-License-Identifier: MIT
// What a person costs in memory, counted where it is asked for: each allocation as it is laid out
// by malloc, which rounds up.
#include <malloc.h>

#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/fake_clock.hpp"
#include "tokens/token_pool.hpp"
#include "tokens/tombstones.hpp"
#include "waiting_line.hpp"

using namespace stagedoor;
using namespace stagedoor::queue;
using test::start_of_test;

namespace {

std::int64_t allocated = 0;

/// The header of a block is part of what it costs.
std::int64_t cost_of(void* block) {
    return static_cast<std::int64_t>(malloc_usable_size(block) + sizeof(std::size_t));
}

constexpr std::uint64_t people = 100'000;

TokenKey key(std::uint64_t number) {
    constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
    return {{number * odd, number}};
}

} // namespace

void* operator new(std::size_t size) {
    void* const block = std::malloc(size);
    if (block == nullptr) {
        throw std::bad_alloc{};
    }
    allocated += cost_of(block);
    return block;
}

void operator delete(void* block) noexcept {
    if (block != nullptr) {
        allocated -= cost_of(block);
        std::free(block);
    }
}

void operator delete(void* block, std::size_t) noexcept {
    operator delete(block);
}

TEST_CASE("somebody who waits takes at most 160 bytes, a name of twelve characters among them") {
    struct ByKey { // as the register has it
        TokenPool& pool;
        Slot& next(Slot slot) const { return pool[slot].next_by_key; }
        std::uint64_t hash(Slot slot) const { return pool[slot].key.bits[0]; }
    };
    const auto before = allocated;
    TokenPool pool;
    ChainedIndex<ByKey> by_key{ByKey{pool}};
    WaitingLine line{ConcertId{"gala"}, LineSettings{}, {}, pool};
    for (std::uint64_t i = 0; i < people; ++i) {
        auto& token = pool.take();
        token.key = key(i);
        token.user = UserName{"user-" + std::to_string(1'000'000 + i)};
        REQUIRE(token.user.text().size() == 12);
        token.ticket_number = line.take_ticket();
        by_key.add(token.slot);
        line.add(token, start_of_test);
    }
    REQUIRE(line.waiting() == static_cast<std::int64_t>(people));
    const auto each = static_cast<double>(allocated - before) / people;
    CAPTURE(each);
    CHECK(each <= 160);
}

TEST_CASE("somebody who is over takes at most 48 bytes, one in ten of them paid") {
    const auto before = allocated;
    Tombstones tombstones{people};
    for (std::uint64_t i = 0; i < people; ++i) {
        tombstones.add(make_tombstone(key(i), 1, 0,
                                      i % 10 == 0 ? ExpiryReason::paid : ExpiryReason::abandoned,
                                      start_of_test));
    }
    REQUIRE(tombstones.size() == people);
    const auto each = static_cast<double>(allocated - before) / people;
    CAPTURE(each);
    CHECK(each <= 48);
}
