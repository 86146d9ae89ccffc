// SPDX-License-Identifier: MIT
// The Journal over SQLite: one writer thread owns the one connection, takes whatever waits as one
// group, and posts the outcomes to the loop. What a group means is journal_writer.hpp and
// journal_loop.hpp; here are the thread, the queue between the two, and the jobs beside it. Every
// public function is for the loop thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

#include <spdlog/logger.h>

#include "base/journal.hpp"
#include "base/task.hpp"
#include "group_commit.hpp"
#include "journal_writer.hpp"
#include "sqlite_database.hpp"
#include "src/storage/journal_loop.hpp"
#include "src/storage/storage_settings.hpp"

namespace stagedoor::storage::sqlite {

/// Logs at level critical, flushes and aborts the process.
[[nodiscard]] Fatal abort_process(std::shared_ptr<spdlog::logger> logger);

/// Of work beside the loop and the writer, both of which it gives way to where processors are few.
enum class Urgency {
    awaited = 1, ///< somebody waits for it: it comes on also on a machine that is busy for long
    background,
};

class SqliteJournal final : public Journal {
public:
    /// Takes over `database`, which must have been migrated. `clock` is asked on the loop thread at
    /// each submit; what it says is stored with the group. An empty `fatal` means abort_process.
    SqliteJournal(SqliteDatabase database, Executor executor, std::function<ClockMark()> clock,
                  StorageSettings settings, EngineContext context,
                  std::shared_ptr<spdlog::logger> logger, Fatal fatal = {});
    ~SqliteJournal() override; ///< stops

    /// See Journal. `done` must not throw. While the storage is not writable, and until the loop
    /// has learned that it is again, every Change is answered `unavailable`, still in order.
    void submit(Change change, std::function<void(Outcome)> done) override;

    /// See Journal: runs behind the group that the Changes before it are in. Where `query` throws
    /// an I/O error or a corruption, that is fatal; whatever else it throws is logged and `done` is
    /// called all the same, so a query that can fail keeps the exception for its caller
    /// (`stagedoor::read` does). After `stop`, `done` is called and the query is not.
    void read(std::function<void(Database&)> query, std::function<void()> done) override;

    [[nodiscard]] bool writable() const override;
    void on_writable(std::function<void()> resume) override;

    /// An incremental job: `step` runs on the writer's thread, once between two groups, until it
    /// returns false or throws; then `done` is called on the loop. Jobs run one after another.
    /// `stop` abandons them (destroys `step` on the writer's thread, then calls `done`).
    void background(std::function<bool(SqliteDatabase&)> step, std::function<void()> done);

    /// Runs `work` on a thread of its own, off the loop and off the writer and behind both where
    /// processors are few, then `done` on the loop. `work` must not throw, and should end soon once
    /// `stopping` is true, for `stop` waits for it. After `stop` it runs at once, on the loop.
    /// False where the machine has no thread to give: then neither is called. Does not throw for
    /// that, so that a completion, which must not, may ask for it.
    [[nodiscard]] bool aside(std::function<void(const std::atomic<bool>& stopping)> work,
                             std::function<void()> done, Urgency urgency);

    /// Commits all that is queued, empties the log, closes the database and returns. The outcomes
    /// have then been posted: the loop must still run them. What is submitted later is
    /// `unavailable`.
    void stop();

    [[nodiscard]] JournalStats stats() const;
    [[nodiscard]] const Executor& executor() const;

private:
    struct LoopSide;
    class Thread;

    void post_done(std::function<void()> done);

    std::shared_ptr<LoopSide> loop_;
    std::function<ClockMark()> clock_;
    std::size_t max_pending_changes_;
    std::unique_ptr<Thread> thread_; ///< empty once stopped
};

} // namespace stagedoor::storage::sqlite
