// SPDX-License-Identifier: MIT
// How long a place will take, and how the line moved in the last minute. Pure.
//
// A line moves as fast as those inside go, and as the pace allows. So what is learned is how long
// people stay: of those of an age, how many go at that age (the product-limit estimate: Kaplan and
// Meier, "Nonparametric estimation from incomplete observations", 1958). Whoever is inside is then
// let go by these shares, everybody else when the session is over, and the next come in for them.
// Until somebody has gone that is what the settings say: capacity and session length, or the pace.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "base/time.hpp"

namespace stagedoor::queue {

/// Counts how many were called.
class LineMovement {
public:
    void admitted(Instant now);

    /// Admissions in the last 60 s.
    [[nodiscard]] std::int64_t in_last_minute(Instant now) const;

private:
    struct Second {
        Instant at; ///< whole second
        std::int64_t count = 0;
    };

    std::deque<Second> seconds_; ///< oldest first; at most one entry a second of the last minute
};

/// What is known of a line when its waits are forecast.
struct LineSituation {
    std::int64_t max_active = 0;
    Seconds session{};
    Milliseconds interval{}; ///< from one admission to the next at the least; 0 = no bound
    Instant last_admission{};
    std::int64_t waiting = 0;
    std::int64_t active = 0;          ///< those admitted or inside
    std::vector<Milliseconds> stayed; ///< for how long those have stayed (some may be left out)
    bool all_held = false;            ///< no seat is free until one of those goes
};

/// Learns how long people stay inside and how many give up waiting, and says from it how long a
/// place takes. A forecast is made when something has moved, a hundred times a second at the most
/// (more rarely where the hall is large); in between, what it said shrinks as time passes, to
/// nothing when at the latest the place would be called.
class WaitForecast {
public:
    /// Somebody has entered, so long after being called.
    void entered(Milliseconds after);
    /// Somebody who was called or inside has gone, having stayed so long of at most `longest`.
    void gone(Milliseconds stayed, Milliseconds longest);
    /// Somebody has given up waiting.
    void gave_up() {
        ++given_up_;
        stale_ = true;
    }
    /// Somebody was called, or the settings are others.
    void moved() { stale_ = true; }

    /// How long somebody called stays at the most, as far as is known: the session, after as long
    /// as people take to enter.
    [[nodiscard]] Milliseconds longest_stay(Seconds session) const;

    [[nodiscard]] bool is_due(Instant now) const {
        return stale_ && (spent_ < budget || now - window_ >= Milliseconds{10 * spent_});
    }
    void make(const LineSituation& situation, Instant now);

    /// Whole seconds, at least 1, until the one at `position` (from 1) is called. After `make`.
    [[nodiscard]] std::int64_t wait_seconds(std::int64_t position, Instant now) const;

private:
    static constexpr std::size_t ages = 64;          ///< steps of a longest stay
    static constexpr std::size_t horizon = 4 * ages; ///< steps; the pace is even beyond
    static constexpr std::int64_t budget = 100;      ///< forecasts a second, of a small hall

    using Shares = std::array<double, ages>; ///< by age, in steps
    /// How many are inside: by age, counted from 1; 0 are those whose first step is yet to come.
    using Inside = std::array<double, ages + 1>;

    struct Leaving {
        Shares shares{};  ///< of those of an age, who go at that age
        double again = 0; ///< how many more come and go in a step on a place that was just taken
    };

    /// How many places will have been called by the end of each step.
    struct Curve {
        std::array<double, horizon + 1> called{};
        double last = 0;      ///< where the even pace beyond begins
        double per_step = 0;  ///< the even pace beyond
        double giving_up = 0; ///< the share of those ahead who give up in a step
        [[nodiscard]] double steps_to(double places) const;
    };

    [[nodiscard]] Leaving leaving(const Shares& staying, double begun) const;
    [[nodiscard]] static Curve forecast(const LineSituation& situation, Instant now, double step_ms,
                                        Inside inside, const Leaving& leaving, double giving_up);
    void forget(double seconds, double memory);

    Shares gone_{};          ///< how many went at each age, of late
    double briefly_ = 0;     ///< steps that those stayed who went in their first, of late
    double stayed_on_ = 0;   ///< how many stayed to the end, of late
    double given_up_ = 0;    ///< how many gave up waiting, of late
    double waited_ = 0;      ///< person-seconds of waiting, of late
    double entries_ = 0;     ///< of late
    double entry_delay_ = 0; ///< seconds, all entries of late together
    bool stale_ = true;
    Instant made_at_{}; ///< epoch until then
    Instant window_{};  ///< since when `spent_` counts
    std::int64_t spent_ = 0;
    double step_seconds_ = 1;
    Curve likely_;
    Curve latest_; ///< nobody goes before the session is over, nobody gives up
};

/// When to ask again: a twelfth of the wait, from `least` (near the front) to 30 s, and never so
/// rarely that the place would be given up as abandoned (a third of `abandon_after` at the most).
[[nodiscard]] std::int64_t poll_after_seconds(std::int64_t wait_seconds, Seconds least,
                                              Seconds abandon_after);

} // namespace stagedoor::queue
