// SPDX-License-Identifier: MIT
#include "simulated_journal.hpp"

#include <limits>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/sinks/null_sink.h>

namespace stagedoor::simulation {

namespace {

storage::sqlite::Fatal lose_storage() {
    return [](const std::string& message) { throw StorageLost{message}; };
}

std::shared_ptr<spdlog::logger> silent_logger() {
    return std::make_shared<spdlog::logger>("simulation",
                                            std::make_shared<spdlog::sinks::null_sink_st>());
}

} // namespace

SimulatedJournal::SimulatedJournal(storage::sqlite::SqliteDatabase database, Executor executor,
                                   std::function<storage::ClockMark()> clock,
                                   storage::sqlite::EngineContext context)
    : database_{std::move(database)},
      executor_{executor},
      clock_{std::move(clock)},
      loop_{std::make_shared<storage::JournalLoop>(executor)} {
    auto post = [this](std::function<void()> outcome) { outcomes_.push_back(std::move(outcome)); };
    writer_.emplace(database_, std::move(context), lose_storage(), silent_logger(), loop_, post);
}

template<class... Args>
std::function<void(Args...)> SimulatedJournal::remember(std::function<void(Args...)> done) {
    const auto number = ++submitted_;
    unanswered_[number] = [done] {
        if constexpr (sizeof...(Args) == 0) {
            done();
        } else {
            done(Outcome::unavailable);
        }
    };
    return [this, number, done = std::move(done)](Args... args) {
        unanswered_.erase(number);
        done(args...);
    };
}

void SimulatedJournal::submit(Change change, std::function<void(Outcome)> done) {
    if (!loop_) {
        asio::post(executor_, [done = std::move(done)] { done(Outcome::unavailable); });
        return;
    }
    constexpr auto no_limit = std::numeric_limits<std::size_t>::max();
    queue_.emplace_back(
        loop_->accept(std::move(change), remember(std::move(done)), clock_(), no_limit));
}

void SimulatedJournal::read(std::function<void(Database&)> query, std::function<void()> done) {
    if (!loop_) {
        asio::post(executor_, std::move(done));
        return;
    }
    loop_->expect_completion();
    queue_.emplace_back(storage::sqlite::Read{std::move(query), remember(std::move(done))});
}

bool SimulatedJournal::write(std::size_t most) {
    if (queue_.empty()) {
        return false;
    }
    writer_->work(storage::sqlite::take_slice(queue_, most));
    return true;
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
    queue_.clear();
    outcomes_.clear();
    writer_.reset();
    loop_.reset();
    for (auto& [number, done] : std::exchange(unanswered_, {})) {
        asio::post(executor_, std::move(done));
    }
}

} // namespace stagedoor::simulation
