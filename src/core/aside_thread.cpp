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
        const std::function<void()> done = [shared] { std::move (*shared)(); };
        const bool started = journal_.aside(moved, done, storage::sqlite::Urgency::awaited);
        if (!started) { // no thread to be had: others wait for it
            static const std::atomic<bool> stopping{false};
            moved(stopping);
            asio::post(journal_.executor(), done);
        }
    };
    co_await asio::async_initiate<const use_task_t, void()>(start, use_task, std::move(guarded));
    if (*failure) {
        std::rethrow_exception(*failure);
    }
}

} // namespace stagedoor::core
