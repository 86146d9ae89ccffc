// SPDX-License-Identifier: MIT
// The journal of the simulation: the real group commit over a real database on a simulated disk,
// with the writer's thread taken apart into steps that the simulation takes when it likes. What the
// writer and the loop agree on (a failed group fails all behind it, a full disk refuses until the
// loop knows better) is as in src/storage/sqlite_journal.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "src/storage/group_commit.hpp"
#include "stagedoor/database.hpp"
#include "stagedoor/journal.hpp"
#include "stagedoor/task.hpp"

namespace stagedoor::simulation {

/// The medium can no longer be trusted: the real process would abort here.
class StorageLost : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class SimulatedJournal final : public Journal {
public:
    SimulatedJournal(Database database, Executor executor,
                     std::function<storage::ClockMark()> clock,
                     storage::GroupCommit::Settings settings);

    ~SimulatedJournal() override = default;
    SimulatedJournal(const SimulatedJournal&) = delete;
    SimulatedJournal& operator=(const SimulatedJournal&) = delete;

    void submit(Change change, std::function<void(Outcome)> done) override;
    void read(std::function<void(Database&)> query, std::function<void()> done) override;
    [[nodiscard]] bool writable() const override { return alive_ && writable_; }
    void on_writable(std::function<void()> resume) override {
        resume_.push_back(std::move(resume));
    }

    /// The writer takes at most `most` of what waits to the disk, as one group; the outcomes are
    /// on their way then. False where nothing waits. Throws StorageLost.
    bool write(std::size_t most);
    /// The loop hears of the oldest outcomes that are on their way. False where none are.
    bool deliver();
    /// The writer tries whether a full disk takes writes again. Throws StorageLost.
    void probe();

    /// The process is dead: nothing reaches the disk any more, and whoever waits is told
    /// `unavailable`, so that its coroutine ends.
    void die();

    [[nodiscard]] bool idle() const { return queue_.empty() && outcomes_.empty(); }
    [[nodiscard]] bool full() const { return full_; }
    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
    /// As the writer sees it: with everything that has committed.
    [[nodiscard]] Database& database() { return database_; }

private:
    struct Write {
        Change change;
        std::function<void(Outcome)> done;
        storage::ClockMark mark;
        std::uint64_t epoch;
    };
    struct Read {
        std::function<void(Database&)> query;
        std::function<void()> done;
    };
    using Item = std::variant<Write, Read>;
    using Delivery = std::function<void()>;

    void commit_writes();
    void run_reads();
    void run_query(const std::function<void(Database&)>& query);
    void note_if_full();

    Database database_;
    storage::GroupCommit group_;
    Executor executor_;
    std::function<storage::ClockMark()> clock_;
    bool alive_ = true;

    // The loop's side.
    std::uint64_t loop_epoch_ = 0;
    bool writable_ = true;
    std::vector<std::function<void()>> resume_;

    // The writer's side.
    std::deque<Item> queue_;
    std::vector<Write> writes_; ///< in the writer's hand
    std::vector<Read> reads_;
    std::uint64_t epoch_ = 0;
    bool full_ = false;

    std::deque<Delivery> outcomes_; ///< on their way from one to the other
};

} // namespace stagedoor::simulation
