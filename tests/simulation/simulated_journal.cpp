// SPDX-License-Identifier: MIT
#include "simulated_journal.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace stagedoor::simulation {

namespace {

storage::Fatal lose_storage() {
    return [](const std::string& message) { throw StorageLost{message}; };
}

/// What a dead process hears of what it asked for.
template<class Item>
void refuse_later(const Executor& executor, Item item) {
    asio::post(executor, [item = std::move(item)]() mutable {
        if constexpr (requires { item.change; }) {
            item.done(Outcome::unavailable);
        } else {
            item.done();
        }
    });
}

} // namespace

SimulatedJournal::SimulatedJournal(Database database, Executor executor,
                                   std::function<storage::ClockMark()> clock,
                                   storage::GroupCommit::Settings settings)
    : database_{std::move(database)},
      group_{database_, std::move(settings), lose_storage()},
      executor_{std::move(executor)},
      clock_{std::move(clock)} {}

void SimulatedJournal::submit(Change change, std::function<void(Outcome)> done) {
    Write write{std::move(change), std::move(done), clock_(), loop_epoch_};
    if (alive_) {
        queue_.emplace_back(std::move(write));
    } else {
        refuse_later(executor_, std::move(write));
    }
}

void SimulatedJournal::read(std::function<void(Database&)> query, std::function<void()> done) {
    Read read{std::move(query), std::move(done)};
    if (alive_) {
        queue_.emplace_back(std::move(read));
    } else {
        refuse_later(executor_, std::move(read));
    }
}

bool SimulatedJournal::write(std::size_t most) {
    if (queue_.empty()) {
        return false;
    }
    const auto kind = queue_.front().index();
    for (; most > 0 && !queue_.empty() && queue_.front().index() == kind; --most) {
        if (auto* const one = std::get_if<Write>(&queue_.front())) {
            writes_.push_back(std::move(*one));
        } else {
            reads_.push_back(std::move(std::get<Read>(queue_.front())));
        }
        queue_.pop_front();
    }
    if (writes_.empty()) {
        run_reads();
    } else {
        commit_writes();
    }
    group_.checkpoint_if_due();
    if (!group_.writable() && !full_) {
        note_if_full();
        outcomes_.emplace_back([this] { writable_ = false; });
    }
    return true;
}

void SimulatedJournal::commit_writes() {
    std::vector<Change> changes;
    std::vector<std::size_t> places; // of `changes` among the outcomes
    storage::ClockMark mark;
    for (std::size_t i = 0; i < writes_.size(); ++i) {
        if (writes_[i].epoch == epoch_) {
            places.push_back(i);
            changes.push_back(std::move(writes_[i].change));
            mark = writes_[i].mark;
        }
    }
    const auto came_to = group_.commit(changes, mark);
    std::vector<Outcome> outcomes(writes_.size(), Outcome::unavailable);
    for (std::size_t i = 0; i < places.size(); ++i) {
        outcomes[places[i]] = came_to[i];
    }
    note_if_full();
    outcomes_.emplace_back([this, writable = group_.writable(), writes = std::exchange(writes_, {}),
                            outcomes = std::move(outcomes)] {
        writable_ = writable_ && writable;
        for (std::size_t i = 0; i < writes.size(); ++i) {
            // A dead process hears of nothing, whatever is on the disk.
            writes[i].done(alive_ ? outcomes[i] : Outcome::unavailable);
        }
    });
}

void SimulatedJournal::run_reads() {
    for (const auto& read : reads_) {
        run_query(read.query);
    }
    outcomes_.emplace_back([reads = std::exchange(reads_, {})] {
        for (const auto& read : reads) {
            read.done();
        }
    });
}

void SimulatedJournal::run_query(const std::function<void(Database&)>& query) {
    try {
        query(database_);
    } catch (const SQLite::Exception& error) {
        if (storage::is_storage_failure(error)) {
            throw StorageLost{std::string{"a read failed: "} + error.what()};
        }
        throw;
    }
}

void SimulatedJournal::note_if_full() {
    if (!group_.writable() && !full_) {
        full_ = true;
        ++epoch_;
    }
}

void SimulatedJournal::probe() {
    if (!full_ || !group_.probe()) {
        return;
    }
    full_ = false;
    outcomes_.emplace_back([this, epoch = epoch_] {
        if (!alive_) {
            return;
        }
        loop_epoch_ = epoch;
        writable_ = true;
        const auto listeners = resume_;
        for (const auto& listener : listeners) {
            listener();
        }
    });
}

bool SimulatedJournal::deliver() {
    if (outcomes_.empty()) {
        return false;
    }
    asio::post(executor_, std::move(outcomes_.front()));
    outcomes_.pop_front();
    return true;
}

void SimulatedJournal::die() {
    alive_ = false;
    while (deliver()) {
    }
    for (auto& write : std::exchange(writes_, {})) {
        refuse_later(executor_, std::move(write));
    }
    for (auto& read : std::exchange(reads_, {})) {
        refuse_later(executor_, std::move(read));
    }
    for (auto& item : std::exchange(queue_, {})) {
        std::visit([this](auto& one) { refuse_later(executor_, std::move(one)); }, item);
    }
}

} // namespace stagedoor::simulation
