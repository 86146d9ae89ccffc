// SPDX-License-Identifier: MIT
// The loop's side of the journal: what has been asked of the writer and not been answered yet, and
// whether the loop may ask for more. Loop thread only. Without the writer and without a queue, so
// that a simulation can put its own between this and JournalWriter.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>

#include "base/journal.hpp"
#include "base/task.hpp"
#include "clock_row.hpp"

namespace stagedoor::storage {

/// A Change on its way to the writer.
struct Write {
    Change change;
    std::function<void(Outcome)> done;
    ClockMark mark;
    std::uint64_t epoch = 0; ///< of the loop when it submitted; an older one is refused
    bool admitted = true;    ///< false: answered `unavailable` in its turn, whatever happens
};

struct Answer {
    std::function<void(Outcome)> done;
    Outcome outcome = Outcome::unavailable;
};

/// What one transaction came to, on its way to the loop.
struct GroupResult {
    std::vector<Answer> answers; ///< in the order of submission
    std::chrono::nanoseconds commit_time{};
    bool writable = true;
};

/// Counts since the start, for the metrics.
struct JournalStats {
    std::uint64_t groups = 0;
    std::uint64_t committed = 0;
    std::uint64_t refused = 0;
    std::uint64_t unavailable = 0;
    std::chrono::nanoseconds commit_time{}; ///< spent in transactions, fsync included
    std::size_t pending_changes = 0;        ///< submitted and not answered yet
};

class JournalLoop {
public:
    explicit JournalLoop(Executor executor) : executor_{std::move(executor)} {}

    /// Makes of a Change what the writer takes. Beyond `max_pending` it still queues, but without
    /// its content, so that the answers keep their order; what follows from something durable is
    /// never left out.
    [[nodiscard]] Write accept(Change change, std::function<void(Outcome)> done, ClockMark mark,
                               std::size_t max_pending);

    /// One more completion will be posted to the loop, which does not end before.
    void expect_completion();

    // What the writer posts. All noexcept: an exception in a completion would leave those behind it
    // unanswered.
    void answer(const GroupResult& group) noexcept;
    void finish(const std::vector<std::function<void()>>& done) noexcept;
    void stop_writing() noexcept { writable_ = false; }
    void resume_writing(std::uint64_t epoch) noexcept;

    [[nodiscard]] bool writable() const { return writable_; }
    void on_writable(std::function<void()> resume) { resume_.push_back(std::move(resume)); }
    [[nodiscard]] const JournalStats& stats() const { return stats_; }
    [[nodiscard]] const Executor& executor() const { return executor_; }

private:
    using WorkGuard = asio::executor_work_guard<Executor>;

    void completed(std::size_t count);
    void count(Outcome outcome);

    Executor executor_;
    bool writable_ = true;
    std::uint64_t epoch_ = 0;
    std::deque<std::function<void()>> resume_; ///< one that runs is not moved by a new one
    JournalStats stats_;
    std::size_t expected_ = 0; ///< completions that will still be posted
    std::optional<WorkGuard> work_;
};

} // namespace stagedoor::storage
