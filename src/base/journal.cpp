// SPDX-License-Identifier: MIT
#include "base/journal.hpp"

#include <exception>
#include <iterator>
#include <ranges>
#include <stdexcept>

namespace stagedoor {

namespace {

/// What became of a query on the writer's thread. Handed over by the journal's post.
struct ReadResult {
    bool ran = false;
    std::exception_ptr failure;
};

template<class T>
void append(std::vector<T>& to, std::vector<T> from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

} // namespace

Change& Change::operator+=(Change other) {
    append(parts_, std::move(other.parts_));
    append(accounts_, std::move(other.accounts_));
    alone_ = alone_ || other.alone_;
    return *this;
}

task<Outcome> commit(Journal& journal, Change change) {
    // `done` must be copyable and the handler is not, hence the shared_ptr.
    auto start = [&journal](auto handler, Change moved) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        journal.submit(std::move(moved),
                       [shared](Outcome outcome) { std::move (*shared)(outcome); });
    };
    const Outcome outcome = co_await asio::async_initiate<const use_task_t, void(Outcome)>(
        start, use_task, std::move(change));
    co_return outcome;
}

task<void> read(Journal& journal, std::function<void(Database&)> query) {
    auto result = std::make_shared<ReadResult>();
    std::function<void(Database&)> guarded = [result,
                                              query = std::move(query)](Database& database) {
        result->ran = true;
        try {
            query(database);
        } catch (...) {
            result->failure = std::current_exception();
            throw; // the journal judges whether the storage can still be trusted
        }
    };
    auto start = [&journal](auto handler, std::function<void(Database&)> moved) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        journal.read(std::move(moved), [shared] { std::move (*shared)(); });
    };
    co_await asio::async_initiate<const use_task_t, void()>(start, use_task, std::move(guarded));
    if (result->failure) {
        std::rethrow_exception(result->failure);
    }
    if (!result->ran) {
        throw StorageStopped{};
    }
}

Step& Step::operator+=(Step other) {
    change += std::move(other.change);
    append(apply, std::move(other.apply));
    append(undo, std::move(other.undo));
    return *this;
}

task<Outcome> carry_out(Journal& journal, Step step) {
    const Outcome outcome = co_await commit(journal, std::move(step.change));
    if (outcome == Outcome::committed) {
        for (auto& apply : step.apply) {
            apply();
        }
    } else {
        for (auto& undo : std::views::reverse(step.undo)) {
            undo();
        }
    }
    co_return outcome;
}

} // namespace stagedoor
