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
    std::shared_ptr<Event> all_done;
    std::shared_ptr<std::size_t> left;
    const auto start = [&]() noexcept {
        all_done = std::make_shared<Event>(executor);
        left = std::make_shared<std::size_t>(tasks.size());
        for (auto& one : tasks) {
            asio::co_spawn(executor, std::move(one),
                           [all_done, left](const std::exception_ptr& error) {
                               if (error) {
                                   std::terminate();
                               }
                               if (--*left == 0) {
                                   all_done->notify();
                               }
                           });
        }
    };
    start();
    // The spawned tasks may all be done before this one is suspended: then there is nothing to wait
    // for.
    if (*left > 0) {
        co_await all_done->wait();
    }
}

} // namespace stagedoor
