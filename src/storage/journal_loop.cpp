// SPDX-License-Identifier: MIT
#include "journal_loop.hpp"

#include <utility>

namespace stagedoor::storage {

Write JournalLoop::accept(Change change, std::function<void(Outcome)> done, ClockMark mark,
                          std::size_t max_pending) {
    expect_completion();
    stats_.pending_changes += 1;
    const bool refusable = !change.is_follow_up();
    Write write{std::move(change), std::move(done), mark, epoch_, true};
    if (refusable && stats_.pending_changes > max_pending) {
        write.change = Change{};
        write.admitted = false;
    }
    return write;
}

void JournalLoop::expect_completion() {
    if (expected_++ == 0) {
        work_.emplace(asio::make_work_guard(executor_));
    }
}

void JournalLoop::completed(std::size_t count) {
    expected_ -= count;
    if (expected_ == 0) {
        work_.reset();
    }
}

void JournalLoop::answer(const GroupResult& group) noexcept {
    // Before the answers: whoever hears that it failed must find `writable()` false.
    writable_ = writable_ && group.writable;
    stats_.groups += 1;
    stats_.commit_time += group.commit_time;
    for (const Answer& answer : group.answers) {
        stats_.pending_changes -= 1;
        count(answer.outcome);
        answer.done(answer.outcome);
    }
    completed(group.answers.size());
}

void JournalLoop::count(Outcome outcome) {
    stats_.committed += outcome == Outcome::committed ? 1U : 0U;
    stats_.refused += outcome == Outcome::refused ? 1U : 0U;
    stats_.unavailable += outcome == Outcome::unavailable ? 1U : 0U;
}

void JournalLoop::finish(const std::vector<std::function<void()>>& done) noexcept {
    for (const auto& each : done) {
        each();
    }
    completed(done.size());
}

void JournalLoop::resume_writing(std::uint64_t epoch) noexcept {
    epoch_ = epoch;
    writable_ = true;
    // A listener may add another, which leaves those where they are that are there.
    for (std::size_t i = 0, there = resume_.size(); i < there; ++i) {
        resume_[i]();
    }
}

} // namespace stagedoor::storage
