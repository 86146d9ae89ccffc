// SPDX-License-Identifier: MIT
#include "tombstones.hpp"

namespace stagedoor::queue {

std::optional<Instant> Tombstones::next_due() const {
    if (over_.empty()) {
        return std::nullopt;
    }
    return std::chrono::ceil<std::chrono::minutes>(over_.top().expired_at + kept);
}

std::vector<TokenKey> Tombstones::take(Instant until) {
    std::vector<TokenKey> taken;
    while (!over_.empty() && over_.top().expired_at <= until) {
        taken.push_back(over_.top().key);
        over_.pop();
    }
    return taken;
}

} // namespace stagedoor::queue
