// SPDX-License-Identifier: MIT
#include "base/turns.hpp"

namespace stagedoor {

Turn::~Turn() {
    if (const auto turns = turns_.lock()) {
        (*turns)->pass_on(key_);
    }
}

task<Turn> Turns::take(ConcertId concert, UserId user) {
    // Neither id may contain a slash, so that the key is unambiguous.
    std::string key = concert.value + '/' + user.value;
    auto [place, free] = waiting_.try_emplace(key);
    if (!free) {
        auto& mine = place->second.emplace_back(executor_);
        co_await mine.wait();
    }
    co_return Turn{self_, std::move(key)};
}

void Turns::pass_on(const std::string& key) {
    const auto place = waiting_.find(key);
    if (place->second.empty()) {
        waiting_.erase(place);
        return;
    }
    place->second.pop_front(); // wakes the next; the turn stays taken meanwhile
}

} // namespace stagedoor
