// SPDX-License-Identifier: MIT
#include "base/event.hpp"

#include <boost/asio/redirect_error.hpp>

namespace stagedoor {

task<void> Event::wait() {
    boost::system::error_code woken;
    auto wake_up = asio::redirect_error(use_task, woken);
    co_await timer_.async_wait(wake_up);
}

task<void> Event::wait_at_most(std::chrono::steady_clock::duration patience) {
    timer_.expires_after(patience);
    co_await wait();
}

} // namespace stagedoor
