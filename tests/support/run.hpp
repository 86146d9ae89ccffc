// SPDX-License-Identifier: MIT
// A loop that a test turns by hand: what was started runs until nothing is ready, and a test can
// see what is still waiting. Nothing sleeps.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <boost/asio/co_spawn.hpp>

#include "base/task.hpp"
#include "support/catch.hpp"

namespace stagedoor::test {

template<class T>
using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// A task that was started, and what it has come to.
template<class T>
class Started {
public:
    struct State {
        bool done = false;
        std::exception_ptr failure;
        std::optional<Value<T>> value;
    };

    explicit Started(std::shared_ptr<State> state) : state_{std::move(state)} {}

    [[nodiscard]] bool done() const { return state_->done; }

    /// What the task returned, or throws what it threw; fails the test where it is still waiting.
    Value<T> get() const {
        REQUIRE(state_->done);
        if (state_->failure) {
            std::rethrow_exception(state_->failure);
        }
        if constexpr (std::is_copy_constructible_v<Value<T>>) {
            return *state_->value;
        } else {
            return std::move(*state_->value); // once
        }
    }

private:
    std::shared_ptr<State> state_;
};

class Loop {
public:
    [[nodiscard]] Executor executor() { return io_.get_executor(); }

    /// Starts `work` and runs whatever is ready.
    template<class T>
    Started<T> start(task<T> work) {
        auto state = std::make_shared<typename Started<T>::State>();
        asio::co_spawn(io_, keep(std::move(work), state),
                       [state](const std::exception_ptr& failure) {
                           state->done = true;
                           state->failure = failure;
                       });
        poll();
        return Started<T>{state};
    }

    /// Starts `work`, which must come to its end without any help.
    template<class T>
    Value<T> run(task<T> work) {
        return start(std::move(work)).get();
    }

    void poll() {
        io_.restart();
        io_.poll();
    }

    /// True where nothing runs and nothing waits any more.
    [[nodiscard]] bool idle() {
        poll();
        return io_.stopped();
    }

private:
    template<class T>
    static task<void> keep(task<T> work, std::shared_ptr<typename Started<T>::State> state) {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(work);
            state->value.emplace();
        } else {
            auto value = co_await std::move(work);
            state->value.emplace(std::move(value));
        }
    }

    asio::io_context io_;
};

} // namespace stagedoor::test
