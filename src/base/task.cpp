// SPDX-License-Identifier: MIT
#include "base/task.hpp"

#include <exception>
#include <memory>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>

namespace stagedoor {

task<void> run_all(Executor executor, std::vector<task<void>> tasks) {
    using Timer =
        asio::basic_waitable_timer<std::chrono::steady_clock,
                                   asio::wait_traits<std::chrono::steady_clock>, Executor>;
    if (tasks.empty()) {
        co_return;
    }
    auto all_done = std::make_shared<Timer>(executor, Timer::time_point::max());
    auto left = std::make_shared<std::size_t>(tasks.size());
    for (auto& one : tasks) {
        asio::co_spawn(executor, std::move(one), [all_done, left](const std::exception_ptr& error) {
            if (error) {
                std::terminate();
            }
            if (--*left == 0) {
                all_done->cancel();
            }
        });
    }
    // The spawned tasks may all be done before this one is suspended: then there is nothing to wait
    // for.
    if (*left > 0) {
        boost::system::error_code woken;
        auto wake_up = asio::redirect_error(use_task, woken);
        co_await all_done->async_wait(wake_up);
    }
}

} // namespace stagedoor
