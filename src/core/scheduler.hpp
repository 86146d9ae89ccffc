// SPDX-License-Identifier: MIT
// The one timer for whatever falls due next, over all modules; or, with a frozen clock, the steps
// by which a test moves time. Loop thread only.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/event.hpp"
#include "base/journal.hpp"
#include "base/task.hpp"
#include "stagedoor/agenda.hpp"
#include "system_clock.hpp"

namespace stagedoor::core {

class Scheduler final : public Agenda {
public:
    /// `frozen` is `clock` where a test moves it, otherwise nullptr.
    Scheduler(Executor executor, const Clock& clock, FrozenClock* frozen, Journal& journal);

    /// In the order in which they act at one instant. All are added before the first use.
    void add(Scheduled& scheduled) { all_.push_back(&scheduled); }

    void due_changed() override;

    /// Does what is due now, with what follows from it, until nothing is.
    [[nodiscard]] task<void> catch_up();

    /// Moves the frozen clock, one due instant after the other, each with its follow-ups and
    /// commits. False where the storage could not write what was due: time then stands where it
    /// could not.
    [[nodiscard]] task<bool> advance(Seconds by);

    /// Nothing is begun any more.
    void stop();

private:
    [[nodiscard]] std::optional<Instant> next_due() const;
    [[nodiscard]] task<void> begin_run();
    void end_run();
    [[nodiscard]] task<bool> run_due();
    [[nodiscard]] task<bool> step_to(Instant target);
    void rearm();
    void arm(std::chrono::steady_clock::duration delay);

    Executor executor_;
    const Clock& clock_;
    FrozenClock* frozen_;
    Journal& journal_;
    std::vector<Scheduled*> all_;
    Timer timer_;
    Event not_running_;     ///< wakes those who wait for `running_` to end
    bool running_ = false;  ///< due work is being done
    bool rearming_ = false; ///< a rearm is on its way through the loop
    bool stopped_ = false;
};

} // namespace stagedoor::core
