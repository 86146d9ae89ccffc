// SPDX-License-Identifier: MIT
// A journal without a thread: Changes run on a database in memory, at once or when a test says so,
// so that a test decides what happens between the decision and its commit. Loop thread only.
#pragma once

#include <deque>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "base/journal.hpp"
#include "storage/sqlite/group_commit.hpp"
#include "support/catch.hpp"
#include "support/fatal.hpp"

namespace stagedoor::test {

class FakeJournal final : public Journal {
public:
    FakeJournal(Executor executor, storage::sqlite::SqliteDatabase database,
                storage::AccountStatements accounts = {})
        : executor_{std::move(executor)}, database_{std::move(database)}, accounts_{accounts} {}

    void submit(Change change, std::function<void(Outcome)> done) override {
        queue_.push_back([this, change = std::move(change), done = std::move(done)] {
            const auto outcome = writable_ ? apply(change) : Outcome::unavailable;
            asio::post(executor_, [done, outcome] { done(outcome); });
        });
        work_off();
    }

    void read(std::function<void(Database&)> query, std::function<void()> done) override {
        queue_.push_back([this, query = std::move(query), done = std::move(done)] {
            query(database_);
            asio::post(executor_, done);
        });
        work_off();
    }

    [[nodiscard]] bool writable() const override { return writable_; }
    void on_writable(std::function<void()> resume) override {
        resume_.push_back(std::move(resume));
    }

    /// From here on nothing that is submitted happens until it is let go.
    void hold() { holding_ = true; }
    /// How many Changes and reads are held.
    [[nodiscard]] std::size_t held() const { return queue_.size(); }
    /// Lets the oldest go.
    void release_one() {
        REQUIRE(!queue_.empty());
        auto next = std::move(queue_.front());
        queue_.pop_front();
        next();
    }
    /// Lets all go that are held, and whatever comes from here on.
    void release() {
        holding_ = false;
        work_off();
    }

    /// Gives up what is held, as a process that ends does: nobody is told any more.
    void drop() {
        const auto dropped = std::exchange(queue_, {});
        holding_ = true;
    }

    /// The disk is full: what is held and what comes is `unavailable`.
    void fail() {
        writable_ = false;
        release();
    }
    void repair() {
        writable_ = true;
        for (const auto& resume : resume_) {
            resume();
        }
    }

    [[nodiscard]] storage::sqlite::SqliteDatabase& database() { return database_; }
    /// For a next process on the same database; this one must not be used any more.
    [[nodiscard]] storage::sqlite::SqliteDatabase take_database() { return std::move(database_); }
    /// Changes that were committed.
    [[nodiscard]] int commits() const { return commits_; }

    /// The one number that `sql` finds.
    [[nodiscard]] std::int64_t number(const std::string& sql) {
        return database_.connection().execAndGet(sql).getInt64();
    }
    [[nodiscard]] std::string text(const std::string& sql) {
        return database_.connection().execAndGet(sql).getString();
    }

private:
    void work_off() {
        while (!holding_ && !queue_.empty()) {
            release_one();
        }
    }

    Outcome apply(const Change& change) {
        const auto fatal = [this](const std::string& message) {
            static_cast<void>(database_.connection().tryExec("ROLLBACK")); // it may not have begun
            throwing_fatal()(message);
        };
        storage::sqlite::GroupCommit group{
            database_, {.boot_id = {}, .accounts = accounts_}, fatal};
        const auto outcome = group.commit(std::span{&change, 1}, {}).front();
        commits_ += outcome == Outcome::committed ? 1 : 0;
        return outcome;
    }

    Executor executor_;
    storage::sqlite::SqliteDatabase database_;
    storage::AccountStatements accounts_;
    std::deque<std::function<void()>> queue_;
    std::vector<std::function<void()>> resume_;
    bool holding_ = false;
    bool writable_ = true;
    int commits_ = 0;
};

} // namespace stagedoor::test
