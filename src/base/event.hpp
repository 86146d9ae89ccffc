// SPDX-License-Identifier: MIT
// Something that coroutines wait for: a timer that is never meant to run out, which is how Asio
// lets one wake several. Loop thread only.
#pragma once

#include <chrono>

#include <boost/asio/basic_waitable_timer.hpp>

#include "base/task.hpp"

namespace stagedoor {

/// A timer that names the loop's executor, which spares the type-erased one.
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// Wakes those who wait. It remembers nothing: whoever comes after a `notify` waits for the next,
/// and so looks first whether there is still something to wait for. To destroy it wakes them too.
class Event {
public:
    explicit Event(const Executor& executor) : timer_{executor, Timer::time_point::max()} {}

    void notify() { timer_.cancel(); }

    /// Returns at the next `notify`, or when the event is gone.
    [[nodiscard]] task<void> wait();
    /// The same, at the latest after `patience` of real time. For one who waits alone.
    [[nodiscard]] task<void> wait_at_most(std::chrono::steady_clock::duration patience);

private:
    [[nodiscard]] task<void> wait_for_timer();

    Timer timer_;
};

} // namespace stagedoor
