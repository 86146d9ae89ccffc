// SPDX-License-Identifier: MIT
#include "base/event.hpp"

#include <boost/asio/redirect_error.hpp>

namespace stagedoor {

task<void> Event::wait() {
    if (timer_.expiry() != Timer::time_point::max()) { // somebody's patience is over or has ended
        timer_.expires_at(Timer::time_point::max());
    }
    co_await wait_for_timer();
}

task<void> Event::wait_for_timer() {
    boost::system::error_code woken;
    auto wake_up = asio::redirect_error(use_task, woken);
    co_await timer_.async_wait(wake_up);
}

task<void> Event::wait_at_most(std::chrono::steady_clock::duration patience) {
    timer_.expires_after(patience);
    co_await wait_for_timer();
}

} // namespace stagedoor
