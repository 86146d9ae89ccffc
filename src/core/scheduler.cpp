// SPDX-License-Identifier: MIT
#include "scheduler.hpp"

#include <algorithm>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace stagedoor::core {

namespace {

/// How long what is due and could not be written waits for the next try.
constexpr std::chrono::seconds retry_after{1};

/// A timer is never armed further ahead, so that no conversion can overflow.
constexpr std::chrono::hours arm_max{24};

} // namespace

Scheduler::Scheduler(Executor executor, const Clock& clock, FrozenClock* frozen, Journal& journal)
    : executor_{executor},
      clock_{clock},
      frozen_{frozen},
      journal_{journal},
      timer_{executor},
      not_running_{executor} {}

void Scheduler::due_changed() {
    if (rearming_ || stopped_) {
        return;
    }
    rearming_ = true;
    asio::post(executor_, [this] {
        rearming_ = false;
        rearm();
    });
}

std::optional<Instant> Scheduler::next_due() const {
    std::optional<Instant> earliest;
    for (const auto* const one : all_) {
        const auto due = one->next_due();
        if (due && (!earliest || *due < *earliest)) {
            earliest = due;
        }
    }
    return earliest;
}

void Scheduler::rearm() {
    if (running_ || stopped_) {
        return; // whoever runs rearms at the end
    }
    const auto due = next_due();
    if (!due) {
        timer_.cancel();
    } else if (*due <= clock_.now()) {
        arm(journal_.writable() ? std::chrono::seconds{0} : retry_after);
    } else if (frozen_ == nullptr) {
        arm(std::min<Milliseconds>(*due - clock_.now(), arm_max));
    }
}

void Scheduler::arm(std::chrono::steady_clock::duration delay) {
    timer_.expires_after(delay);
    timer_.async_wait([this](boost::system::error_code error) {
        if (error || stopped_) {
            return;
        }
        asio::co_spawn(executor_, catch_up(), [](const std::exception_ptr& failure) {
            if (failure) {
                std::rethrow_exception(failure);
            }
        });
    });
}

task<void> Scheduler::begin_run() {
    while (running_) {
        co_await not_running_.wait();
    }
    running_ = true;
}

void Scheduler::end_run() {
    running_ = false;
    not_running_.notify();
}

/// One pass over everything that is due now. False if it stays due, since it could not be written.
task<bool> Scheduler::run_due() {
    const auto now = clock_.now();
    for (auto* const one : all_) {
        co_await one->run_due(now);
    }
    co_return journal_.writable();
}

task<void> Scheduler::catch_up() {
    co_await begin_run();
    bool written = true;
    for (auto due = next_due(); written && !stopped_ && due && *due <= clock_.now();
         due = next_due()) {
        written = co_await run_due();
    }
    end_run();
    if (written) {
        rearm();
    } else if (!stopped_) {
        arm(retry_after);
    }
}

task<bool> Scheduler::step_to(Instant target) {
    for (auto due = next_due(); due && *due <= target; due = next_due()) {
        frozen_->set(std::max(*due, frozen_->now()));
        const bool written = co_await run_due();
        if (!written) {
            co_return false;
        }
    }
    frozen_->set(std::max(target, frozen_->now()));
    // Durable: what followed, and the clock itself, which is written with every group that is not
    // empty.
    Change clock{[](Transaction&) {}};
    const auto outcome = co_await commit(journal_, std::move(clock));
    co_return outcome == Outcome::committed;
}

task<bool> Scheduler::advance(Seconds by) {
    co_await begin_run();
    const auto target = frozen_->now() + by;
    bool written = co_await step_to(target);
    // What was pinned by a request meanwhile may have come free, and due.
    for (auto due = next_due(); written && due && *due <= target; due = next_due()) {
        written = co_await step_to(target);
    }
    end_run();
    rearm();
    co_return written;
}

void Scheduler::stop() {
    stopped_ = true;
    timer_.cancel();
}

} // namespace stagedoor::core
