// SPDX-License-Identifier: MIT
// The index against the plainest thing that does the same.
#include "tokens/chained_index.hpp"

#include <deque>
#include <map>

#include "support/catch.hpp"
#include "support/fake_random.hpp"

using namespace stagedoor::queue;
using stagedoor::test::FakeRandom;

namespace {

struct Thing {
    std::uint64_t value = 0;
    Slot next = no_slot;
};

/// As many hashes as there are values, or few.
template<std::uint64_t hashes>
struct Links {
    std::deque<Thing>& things;
    [[nodiscard]] Slot& next(Slot slot) const { return things[slot].next; }
    [[nodiscard]] std::uint64_t hash(Slot slot) const { return things[slot].value % hashes; }
};

template<std::uint64_t hashes>
struct Both {
    std::deque<Thing> things;
    ChainedIndex<Links<hashes>> index{Links<hashes>{things}};
    std::map<std::uint64_t, Slot> model;

    void add(std::uint64_t value) {
        const auto slot = static_cast<Slot>(things.size());
        if (model.try_emplace(value, slot).second) {
            things.push_back({value});
            index.add(slot);
        }
    }
    void remove(std::uint64_t value) {
        const auto found = model.find(value);
        if (found != model.end()) {
            index.remove(found->second);
            model.erase(found);
        }
    }
    [[nodiscard]] Slot find(std::uint64_t value) const {
        return index.find(value % hashes,
                          [this, value](Slot slot) { return things[slot].value == value; });
    }
    void check(std::uint64_t values) const {
        REQUIRE(index.size() == model.size());
        for (std::uint64_t value = 0; value < values; ++value) {
            const auto known = model.find(value);
            REQUIRE(find(value) == (known == model.end() ? no_slot : known->second));
        }
    }
};

template<std::uint64_t hashes>
void add_and_remove() {
    constexpr std::uint64_t values = 700;
    FakeRandom random{hashes};
    Both<hashes> both;
    both.check(values);
    for (int step = 1; step <= 20'000; ++step) {
        const bool growing = step / 4'000 % 2 == 0;
        const auto value = random.below(values);
        if (random.below(10) < (growing ? 7U : 3U)) {
            both.add(value);
        } else {
            both.remove(value);
        }
        if (step % 500 == 0) {
            both.check(values);
        }
    }
}

} // namespace

TEST_CASE("what was added is found until it is removed, whatever the hashes") {
    add_and_remove<1'000'000>();
    add_and_remove<64>();
    add_and_remove<3>();
    add_and_remove<1>();
}

TEST_CASE("every size on the way up finds all that is in") {
    Both<1'000'000> both;
    for (std::uint64_t value = 0; value < 300; ++value) {
        both.add(value);
        both.check(value + 2);
    }
}
