// SPDX-License-Identifier: MIT
#include "base/turns.hpp"

#include <boost/asio/redirect_error.hpp>

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
        auto timer = std::make_shared<Timer>(executor_, Timer::time_point::max());
        place->second.push_back(timer);
        boost::system::error_code woken;
        auto wake_up = asio::redirect_error(use_task, woken);
        co_await timer->async_wait(wake_up);
    }
    co_return Turn{self_, std::move(key)};
}

void Turns::pass_on(const std::string& key) {
    const auto place = waiting_.find(key);
    if (place->second.empty()) {
        waiting_.erase(place);
        return;
    }
    const auto next = place->second.front();
    place->second.pop_front();
    next->cancel(); // wakes the next; the turn stays taken meanwhile
}

} // namespace stagedoor
