// SPDX-License-Identifier: MIT
// At most one uncommitted Change per user and concert: whoever wants to change what belongs to a
// user takes the user's turn first, in the order of asking, and judges afresh once it is theirs.
// Loop thread only.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/event.hpp"
#include "base/ids.hpp"
#include "base/task.hpp"

namespace stagedoor {

class Turns;

/// Held while a user's change is decided, committed and applied. Passes to the next when destroyed.
class Turn {
public:
    Turn(std::weak_ptr<Turns*> turns, std::string key)
        : turns_{std::move(turns)}, key_{std::move(key)} {}
    ~Turn();
    Turn(Turn&& other) noexcept
        : turns_{std::exchange(other.turns_, {})}, key_{std::move(other.key_)} {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    Turn& operator=(Turn&&) = delete;

private:
    std::weak_ptr<Turns*>
        turns_; ///< empty once passed on; gone where a request outlives the program
    std::string key_;
};

class Turns {
public:
    explicit Turns(Executor executor) : executor_{std::move(executor)} {}
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

    /// Waits until nobody has the turn of this user in this concert, first come, first served.
    [[nodiscard]] task<Turn> take(ConcertId concert, UserId user);

    [[nodiscard]] bool idle() const { return waiting_.empty(); }

private:
    friend class Turn;

    void pass_on(const std::string& key);

    Executor executor_;
    std::shared_ptr<Turns*> self_ = std::make_shared<Turns*>(this);
    std::unordered_map<std::string, std::deque<Event>, SeededHash, std::equal_to<>>
        waiting_; ///< present while the turn is taken
};

} // namespace stagedoor
