// SPDX-License-Identifier: MIT
// The journal of the simulation: the server's own (storage::sqlite::JournalWriter,
// storage::JournalLoop) over a real database on a simulated disk, with the writer's thread taken
// apart into steps that the simulation takes when it likes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>

#include "base/journal.hpp"
#include "base/task.hpp"
#include "src/storage/journal_loop.hpp"
#include "src/storage/sqlite/journal_writer.hpp"
#include "src/storage/sqlite/sqlite_database.hpp"

namespace stagedoor::simulation {

/// The medium can no longer be trusted: the real process would abort here.
class StorageLost : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class SimulatedJournal final : public Journal {
public:
    SimulatedJournal(storage::sqlite::SqliteDatabase database, Executor executor,
                     std::function<storage::ClockMark()> clock,
                     storage::sqlite::EngineContext context);

    ~SimulatedJournal() override = default;
    SimulatedJournal(const SimulatedJournal&) = delete;
    SimulatedJournal& operator=(const SimulatedJournal&) = delete;

    void submit(Change change, std::function<void(Outcome)> done) override;
    void read(std::function<void(Database&)> query, std::function<void()> done) override;
    [[nodiscard]] bool writable() const override { return loop_ && loop_->writable(); }
    void on_writable(std::function<void()> resume) override {
        loop_->on_writable(std::move(resume));
    }

    /// The writer takes at most `most` of what waits to the disk, as one group; the outcomes are
    /// on their way then. False where nothing waits. Throws StorageLost.
    bool write(std::size_t most);
    /// The loop hears of the oldest outcomes that are on their way. False where none are.
    bool deliver();
    /// The writer tries whether a full disk takes writes again. Throws StorageLost.
    void probe() { writer_->probe(); }

    /// The process is dead: nothing reaches the disk any more, and whoever waits is told
    /// `unavailable`, so that its coroutine ends.
    void die();

    [[nodiscard]] bool idle() const { return queue_.empty() && outcomes_.empty(); }
    [[nodiscard]] bool full() const { return writer_ && !writer_->writable(); }
    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
    /// As the writer sees it: with everything that has committed.
    [[nodiscard]] storage::sqlite::SqliteDatabase& database() { return database_; }

private:
    /// Keeps `done` until it is called, so that a dead process can call it.
    template<class... Args>
    std::function<void(Args...)> remember(std::function<void(Args...)> done);

    storage::sqlite::SqliteDatabase database_;
    Executor executor_;
    std::function<storage::ClockMark()> clock_;
    std::shared_ptr<storage::JournalLoop> loop_;           ///< empty once dead
    std::optional<storage::sqlite::JournalWriter> writer_; ///< likewise
    std::deque<storage::sqlite::Item> queue_;              ///< from the loop to the writer
    std::deque<std::function<void()>> outcomes_;           ///< from the writer to the loop
    std::map<std::uint64_t, std::function<void()>> unanswered_;
    std::uint64_t submitted_ = 0;
};

} // namespace stagedoor::simulation
