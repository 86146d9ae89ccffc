// SPDX-License-Identifier: MIT
// Work beside the loop, without a thread: done at once, or when a test or a simulation says so, so
// that it decides what happens on the loop meanwhile. Loop thread only.
#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <utility>

#include <boost/asio/post.hpp>

#include "stagedoor/aside.hpp"

namespace stagedoor::test {

class FakeAside final : public Aside {
public:
    explicit FakeAside(Executor executor) : executor_{std::move(executor)} {}

    [[nodiscard]] task<void> run(std::function<void()> work) override {
        auto failure = std::make_shared<std::exception_ptr>();
        std::function<void()> guarded = [this, failure, work = std::move(work)] {
            try {
                if (done_ == failing_) {
                    throw std::bad_alloc{};
                }
                work();
            } catch (...) {
                *failure = std::current_exception();
            }
        };
        auto start = [this](auto handler, std::function<void()> moved) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            queue_.push_back([this, shared, moved = std::move(moved)] {
                moved();
                asio::post(executor_, [shared] { std::move (*shared)(); });
            });
            work_off();
        };
        co_await asio::async_initiate<const use_task_t, void()>(start, use_task,
                                                                std::move(guarded));
        if (*failure) {
            std::rethrow_exception(*failure);
        }
    }

    /// From here on nothing is done until it is let go.
    void hold() { holding_ = true; }
    [[nodiscard]] std::size_t held() const { return queue_.size(); }
    /// Does the oldest that is held; false where none is.
    bool release_one() {
        if (queue_.empty()) {
            return false;
        }
        const auto next = std::move(queue_.front());
        queue_.pop_front();
        ++done_;
        next();
        return true;
    }
    /// Does all that is held, and whatever comes from here on.
    void release() {
        holding_ = false;
        work_off();
    }
    [[nodiscard]] int done() const { return done_; }
    /// The next has no memory.
    void fail_next() { failing_ = done_ + 1; }

private:
    void work_off() {
        while (!holding_ && release_one()) {
        }
    }

    Executor executor_;
    std::deque<std::function<void()>> queue_;
    bool holding_ = false;
    int done_ = 0;
    int failing_ = 0;
};

} // namespace stagedoor::test
