// SPDX-License-Identifier: MIT
#include "base/task.hpp"

#include <exception>
#include <memory>

#include <boost/asio/co_spawn.hpp>

#include "base/event.hpp"

namespace stagedoor {

task<void> run_all(Executor executor, std::vector<task<void>> tasks) {
    if (tasks.empty()) {
        co_return;
    }
    auto all_done = std::make_shared<Event>(executor);
    auto left = std::make_shared<std::size_t>(tasks.size());
    for (auto& one : tasks) {
        asio::co_spawn(executor, std::move(one), [all_done, left](const std::exception_ptr& error) {
            if (error) {
                std::terminate();
            }
            if (--*left == 0) {
                all_done->notify();
            }
        });
    }
    // The spawned tasks may all be done before this one is suspended: then there is nothing to wait
    // for.
    if (*left > 0) {
        co_await all_done->wait();
    }
}

} // namespace stagedoor
