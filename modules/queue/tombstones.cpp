// SPDX-License-Identifier: MIT
#include "tombstones.hpp"

namespace stagedoor::queue {

std::optional<Instant> Tombstones::next_due() const {
    if (over_.empty()) {
        return std::nullopt;
    }
    return std::chrono::ceil<std::chrono::minutes>(over_.top().expired_at + kept);
}

std::vector<Tombstones::Tombstone> Tombstones::take(Instant until, std::size_t limit) {
    std::vector<Tombstone> taken;
    while (!over_.empty() && over_.top().expired_at <= until && taken.size() < limit) {
        taken.push_back(over_.top());
        over_.pop();
    }
    return taken;
}

void Tombstones::put_back(const std::vector<Tombstone>& taken) {
    for (const auto& tombstone : taken) {
        over_.push(tombstone);
    }
}

} // namespace stagedoor::queue
