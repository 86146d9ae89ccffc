// SPDX-License-Identifier: MIT
// Things that somebody else keeps in slots, found by a hash of theirs: a chain of things for each
// head, linked through the things themselves, which costs four bytes here and four there. Loop
// thread only.
//
// It grows by one head a thing and splits one chain for it (Litwin, "Linear hashing", 1980):
// nothing is ever hashed anew as a whole, so that the loop is not held however large it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "base/assert.hpp"
#include "slot.hpp"

namespace stagedoor::queue {

/// `Links` knows the things: `Slot& next(Slot)`, which links one to the next of its chain, and
/// `std::uint64_t hash(Slot)`, whose low bits must be spread well.
template<class Links>
class ChainedIndex {
public:
    explicit ChainedIndex(Links links) : links_{std::move(links)} {}

    void add(Slot thing) {
        if (size_ == heads_.size()) {
            grow();
        }
        link(thing);
        ++size_;
    }

    /// `thing` must be in.
    void remove(Slot thing) {
        auto* at = &heads_[chain_of(links_.hash(thing))];
        while (*at != thing) {
            STAGEDOOR_ASSERT(*at != no_slot, "only what is in the index can be removed");
            at = &links_.next(*at);
        }
        *at = links_.next(thing);
        --size_;
    }

    /// One that has this hash and of which `matches` is true; `no_slot` where there is none.
    template<class Matches>
    [[nodiscard]] Slot find(std::uint64_t hash, Matches matches) const {
        auto thing = heads_[chain_of(hash)];
        while (thing != no_slot && !matches(thing)) {
            thing = links_.next(thing);
        }
        return thing;
    }

    [[nodiscard]] std::size_t size() const { return size_; }

private:
    [[nodiscard]] std::size_t chain_of(std::uint64_t hash) const {
        const auto chain = static_cast<std::size_t>(hash) & mask_;
        return chain < heads_.size() ? chain : chain & mask_ >> 1;
    }

    void link(Slot thing) {
        auto& head = heads_[chain_of(links_.hash(thing))];
        links_.next(thing) = head;
        head = thing;
    }

    void grow() {
        const auto added = heads_.size();
        if (added > mask_) {
            mask_ = 2 * mask_ + 1;
        }
        auto thing = std::exchange(heads_[added & mask_ >> 1], no_slot);
        heads_.push_back(no_slot);
        while (thing != no_slot) {
            const auto next = links_.next(thing);
            link(thing);
            thing = next;
        }
    }

    Links links_;
    std::deque<Slot> heads_{no_slot}; ///< growing moves none of them
    std::size_t mask_ = 0;            ///< all bits that a number of a chain may have
    std::size_t size_ = 0;
};

} // namespace stagedoor::queue
