// SPDX-License-Identifier: MIT
#include "aside_thread.hpp"

#include <atomic>
#include <exception>
#include <memory>
#include <utility>

namespace stagedoor::core {

task<void> AsideThread::run(std::function<void()> work) {
    using Guarded = std::function<void(const std::atomic<bool>&)>;
    auto failure = std::make_shared<std::exception_ptr>();
    Guarded guarded = [failure, work = std::move(work)](const std::atomic<bool>&) {
        try {
            work();
        } catch (...) {
            *failure = std::current_exception();
        }
    };
    auto start = [this](auto handler, Guarded moved) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        journal_.aside(std::move(moved), [shared] { std::move (*shared)(); });
    };
    co_await asio::async_initiate<const use_task_t, void()>(start, use_task, std::move(guarded));
    if (*failure) {
        std::rethrow_exception(*failure);
    }
}

} // namespace stagedoor::core
