// SPDX-License-Identifier: MIT
#include "wait_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace stagedoor::queue {

namespace {

constexpr Seconds minute{60};
constexpr std::int64_t wait_seconds_max = 7 * 24 * 3600; // beyond a week a number says nothing
constexpr double evidence = 2;        // people who must agree before an age says more than all do
constexpr double memory_sessions = 4; // after so many sessions two thirds are forgotten
constexpr double doubt_seconds = 600; // of waiting without giving up, taken for granted at first

double seconds_of(Milliseconds duration) {
    return std::chrono::duration<double>{duration}.count();
}

} // namespace

void LineMovement::admitted(Instant now) {
    const auto second = std::chrono::floor<Seconds>(now);
    if (seconds_.empty() || seconds_.back().at != second) {
        seconds_.push_back({second, 0});
    }
    ++seconds_.back().count;
    while (seconds_.front().at + minute < second) {
        seconds_.pop_front();
    }
}

std::int64_t LineMovement::in_last_minute(Instant now) const {
    std::int64_t count = 0;
    for (auto second = seconds_.rbegin(); second != seconds_.rend() && second->at > now - minute;
         ++second) {
        count += second->count;
    }
    return count;
}

// ---- what is learned

void WaitForecast::entered(Milliseconds after) {
    entry_delay_ += seconds_of(after);
    ++entries_;
    stale_ = true;
}

void WaitForecast::gone(Milliseconds stayed, Milliseconds longest) {
    const auto age = stayed * static_cast<std::int64_t>(ages) / std::max(longest, Milliseconds{1});
    if (age == 0) {
        briefly_ +=
            seconds_of(stayed) * static_cast<double>(ages) / std::max(seconds_of(longest), 1e-3);
    }
    if (age >= static_cast<std::int64_t>(ages)) {
        ++stayed_on_;
    } else {
        ++gone_[static_cast<std::size_t>(std::max<std::int64_t>(age, 0))];
    }
    stale_ = true;
}

Milliseconds WaitForecast::longest_stay(Seconds session) const {
    const double delay = entries_ > 0 ? entry_delay_ / entries_ : 0;
    return session + Milliseconds{std::llround(1000 * delay)};
}

void WaitForecast::forget(double seconds, double memory) {
    const double kept = std::exp(-seconds / memory);
    for (auto& gone : gone_) {
        gone *= kept;
    }
    for (auto* const sum :
         {&stayed_on_, &briefly_, &given_up_, &waited_, &entries_, &entry_delay_}) {
        *sum *= kept;
    }
}

/// The share of those of each age who go at that age. An age of which little is known is taken for
/// one like the others.
WaitForecast::Leaving WaitForecast::leaving(const Shares& staying, double begun) const {
    double gone = 0;
    double at_risk_of_all = static_cast<double>(ages); // one who stayed on, taken for granted
    Shares at_risk{};
    double older = stayed_on_;
    for (std::size_t age = ages; age-- > 0;) {
        at_risk[age] = older + gone_[age] + staying[age] / 2;
        older += gone_[age] + staying[age];
        gone += gone_[age];
        at_risk_of_all += at_risk[age];
    }
    const double usual = gone / at_risk_of_all;
    Leaving leaving;
    for (std::size_t age = 0; age < ages; ++age) {
        leaving.shares[age] =
            std::min((gone_[age] + evidence * usual) / (at_risk[age] + evidence), 1.0);
    }
    // Where people stay for less than a step, a place is taken several times in one.
    const double survived = at_risk[0] - gone_[0] - staying[0] / 2;
    const double rate = gone_[0] / (briefly_ + survived + begun + 0.1);
    leaving.again = std::max(rate - leaving.shares[0], 0.0);
    return leaving;
}

// ---- what is forecast

WaitForecast::Curve WaitForecast::forecast(const LineSituation& situation, Instant now,
                                           double step_ms, Inside inside, const Leaving& leaving,
                                           double giving_up) {
    const auto interval = static_cast<double>(situation.interval.count());
    const auto since_last =
        std::min(static_cast<double>((now - situation.last_admission).count()), interval);
    double free =
        static_cast<double>(std::max(situation.max_active - situation.active, std::int64_t{0}));
    // While every seat is held nobody is called, whatever room there is, before somebody goes.
    double shut = situation.all_held && situation.active > 0 ? std::exchange(free, 0.0) : 0;
    double gone = 0;
    double admitted = 0;
    double weight = 1; // of a place: those ahead who have given up need none
    Curve curve;
    curve.giving_up = giving_up;
    // The first comes a whole interval after the last; `wait_seconds` asks for half a place less.
    const auto paced = [&](std::size_t step) {
        return (static_cast<double>(step) * step_ms + since_last) / interval - 0.5;
    };
    const auto let_in = [&](std::size_t step, double again) {
        const double most = free + again;
        const double in = interval > 0 ? std::clamp(paced(step) - admitted, 0.0, most) : most;
        const double filled = std::min(in, free);
        admitted += in;
        free -= filled;
        inside[1] += filled;
        return in;
    };
    curve.called[0] = let_in(0, 0);
    for (std::size_t step = 1; step <= horizon; ++step) {
        const double again = inside[1] * leaving.again;
        double leave = inside[ages];
        for (std::size_t age = ages; age > 1; --age) {
            const double go = inside[age - 1] * leaving.shares[age - 2];
            leave += go;
            inside[age] = inside[age - 1] - go;
        }
        free += leave;
        gone += leave;
        inside[1] = std::exchange(inside[0], 0.0);
        if (gone >= 0.5) { // one has
            free += std::exchange(shut, 0.0);
        }
        weight *= 1 + giving_up;
        curve.called[step] = curve.called[step - 1] + let_in(step, again) * weight;
    }
    curve.last = curve.called[horizon];
    curve.per_step =
        (curve.last - curve.called[horizon - ages]) / static_cast<double>(ages) / weight;
    if (interval > 0 && free >= 1) { // the pace alone decides
        curve.last = std::max(curve.last, paced(horizon));
        curve.per_step = step_ms / interval;
        if (admitted == 0) {
            curve.last = paced(horizon);
        }
    }
    curve.per_step = std::max(curve.per_step * weight, 1e-9);
    return curve;
}

double WaitForecast::Curve::steps_to(double places) const {
    if (places > called.back()) {
        const double steps = std::max(places - last, 0.0) / per_step;
        return static_cast<double>(horizon) +
               (giving_up > 0 ? std::log1p(giving_up * steps) / giving_up : steps);
    }
    const auto after = std::lower_bound(called.begin(), called.end(), places);
    if (after == called.begin()) {
        return 0;
    }
    const double before = *(after - 1);
    return static_cast<double>(after - called.begin() - 1) + (places - before) / (*after - before);
}

void WaitForecast::make(const LineSituation& situation, Instant now) {
    const double elapsed = made_at_ == Instant{} ? 0 : seconds_of(now - made_at_);
    const auto longest = std::max(longest_stay(situation.session), Milliseconds{1});
    waited_ += elapsed * static_cast<double>(situation.waiting);
    forget(elapsed, memory_sessions * seconds_of(longest));

    const double step_ms = static_cast<double>(longest.count()) / static_cast<double>(ages);
    Inside inside{};
    Shares staying{};
    double begun = 0; // steps, of those who are in their first
    for (const auto stay : situation.stayed) {
        const double age = std::clamp(static_cast<double>(stay.count()) / step_ms, 0.0,
                                      static_cast<double>(ages) - 0.5);
        begun += age < 1 ? age : 0;
        const auto whole = static_cast<std::size_t>(age + 0.5);
        const double rest = age + 0.5 - static_cast<double>(whole);
        inside[whole] += 1 - rest;
        inside[std::min(whole + 1, ages)] += rest;
        ++staying[std::min(static_cast<std::size_t>(age), ages - 1)];
    }
    inside[0] +=
        static_cast<double>(situation.active) - static_cast<double>(situation.stayed.size());
    const double giving_up = given_up_ / (waited_ + doubt_seconds) * step_ms / 1000;
    likely_ = forecast(situation, now, step_ms, inside, leaving(staying, begun), giving_up);
    latest_ = forecast(situation, now, step_ms, inside, Leaving{}, 0);

    step_seconds_ = step_ms / 1000;
    made_at_ = now;
    stale_ = false;
    if (now - window_ >= std::max<Milliseconds>(Seconds{1}, Milliseconds{10 * spent_})) {
        window_ = now;
        spent_ = 0;
    }
    spent_ += 1 + static_cast<std::int64_t>(situation.stayed.size()) / 1000;
}

std::int64_t WaitForecast::wait_seconds(std::int64_t position, Instant now) const {
    const double places = static_cast<double>(position) - 0.5;
    const double latest = std::max(latest_.steps_to(places) * step_seconds_, 1e-3);
    const double left = std::max(1 - seconds_of(now - made_at_) / latest, 0.0);
    const double seconds = std::min(likely_.steps_to(places) * step_seconds_, latest) * left;
    return static_cast<std::int64_t>(
        std::clamp(std::ceil(seconds - 1e-6), 1.0, static_cast<double>(wait_seconds_max)));
}

std::int64_t poll_after_seconds(std::int64_t wait_seconds, Seconds least, Seconds abandon_after) {
    constexpr std::int64_t most = 30;
    constexpr std::int64_t polls_a_wait = 12;
    const auto wanted =
        std::clamp(wait_seconds / polls_a_wait, std::min(least.count(), most), most);
    return std::max<std::int64_t>(1, std::min(wanted, abandon_after.count() / 3));
}

} // namespace stagedoor::queue
