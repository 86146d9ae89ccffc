// SPDX-License-Identifier: MIT
// What must happen at an instant: holds and sessions that run out, admissions that the pace allows
// next. The modules say when something of theirs is due; src/core keeps the one timer (or the
// test's frozen clock). Loop thread only.
#pragma once

#include <optional>

#include "base/task.hpp"
#include "base/time.hpp"

namespace stagedoor {

/// Has work that falls due.
class Scheduled {
public:
    virtual ~Scheduled() = default;

    /// When something falls due next; may lie in the past. Nothing that is pinned by a pending
    /// Change counts.
    [[nodiscard]] virtual std::optional<Instant> next_due() const = 0;

    /// Does everything that is due at `now` and returns when it is durable and applied. What could
    /// not be written stays due.
    [[nodiscard]] virtual task<void> run_due(Instant now) = 0;
};

class Agenda {
public:
    virtual ~Agenda() = default;

    /// To be called whenever `next_due` of a Scheduled may have become earlier.
    virtual void due_changed() = 0;
};

} // namespace stagedoor
