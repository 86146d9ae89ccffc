// SPDX-License-Identifier: MIT
#include "catalogue.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include <fmt/format.h>

#include "concert.hpp"

namespace stagedoor::reservation {

namespace {

/// `what` with its number: `1 date`, `3 dates`.
std::string counted(std::int64_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

} // namespace

void SeatTally::add(const Date& date, const SeatNumber& seat) {
    if (first.size() < named_max) {
        first.push_back({date, seat});
    }
    ++count;
}

void SeatTally::add(const SeatMap& map) {
    const auto all = count + map.total();
    for (std::size_t i = 0; i < map.seats().size() && first.size() < named_max; ++i) {
        add(map.date(), map.seats()[i].seat.number);
    }
    count = all;
}

void SeatTally::add(const Date& date, const std::vector<Seat>& seats) {
    const auto all = count + std::ssize(seats);
    for (std::size_t i = 0; i < seats.size() && first.size() < named_max; ++i) {
        add(date, seats[i].number);
    }
    count = all;
}

ImportConflict removal_conflict(const ImportPlan& plan) {
    constexpr std::size_t named_max = 3; // a sentence; all of it is in the preview
    std::string names;
    const auto name = [&](const std::string& text) {
        names += names.empty() ? "" : ", ";
        names += text;
    };
    for (std::size_t i = 0; i < std::min(plan.dates_removed.size(), named_max); ++i) {
        name(plan.dates_removed[i].value);
    }
    const std::unordered_set<Date> gone{plan.dates_removed.begin(), plan.dates_removed.end()};
    std::size_t seats = 0; // of dates that stay, which the tally names first
    for (const auto& [date, seat] : plan.seats_removed.first) {
        if (!gone.contains(date) && seats++ < named_max) {
            name(fmt::format("{} on {}", seat.value, date.value));
        }
    }
    return {plan.dates_removed.empty() ? "seats" : "dates",
            fmt::format("it would remove {} and {}, which the file does not have ({}{}); nothing "
                        "was changed. To remove them: `stagedoor import --allow-removal` "
                        "(`?allowRemoval=true`)",
                        counted(std::ssize(plan.dates_removed), "date"),
                        counted(plan.seats_removed.count, "seat"), names,
                        std::max(plan.dates_removed.size(), seats) > named_max ? ", …" : "")};
}

ImportPlanner::ImportPlanner(const Concert* current, const Catalogue& wanted, const SeatMap& seats,
                             const OverdueHolds& overdue)
    : wanted_{wanted}, seats_{seats}, overdue_{overdue} {
    for (const auto& date : wanted.dates) {
        ahead_.push_back({date, current == nullptr ? nullptr : current->find(date), true});
    }
    if (current == nullptr) {
        return;
    }
    plan_.last_version = current->last_version();
    const std::unordered_set<Date> dates{wanted.dates.begin(), wanted.dates.end()};
    for (const auto& map : current->dates()) {
        if (!dates.contains(map.date())) {
            ahead_.push_back({map.date(), &map, false});
        }
    }
}

bool ImportPlanner::next(std::size_t places) {
    if (conflict_ || ahead_.empty()) {
        return false;
    }
    const auto& [date, map, wanted] = ahead_.front();
    if (map == nullptr) {
        judge_added(date);
    } else if (!wanted) {
        judge_removed(*map);
    } else if (!judge_seats(*map, places)) {
        return true;
    }
    ahead_.pop_front();
    judged_ = 0;
    unchanged_ = true;
    return true;
}

bool ImportPlanner::is_bound(const SeatState& state) const {
    if (state.status == SeatStatus::held) {
        return !overdue_.contains(state.reservation);
    }
    return state.claimed || state.status != SeatStatus::available;
}

void ImportPlanner::judge_added(const Date& date) {
    plan_.dates_added.push_back(date);
    plan_.seats_added.add(date, wanted_.seats);
}

void ImportPlanner::judge_removed(const SeatMap& map) {
    const bool all_free = map.available() == map.total() && map.claimed() == 0;
    if (!all_free &&
        std::ranges::any_of(map.seats(), [this](const auto& state) { return is_bound(state); })) {
        conflict_ = {"dates",
                     fmt::format("{} has seats that are held or sold and cannot be removed",
                                 map.date().value)};
        return;
    }
    plan_.dates_removed.push_back(map.date());
    plan_.seats_removed.add(map);
    plan_.last_version = std::max(plan_.last_version, map.version());
}

bool ImportPlanner::judge_seats(const SeatMap& map, std::size_t places) {
    const auto old = map.seats().size();
    const auto all = old + wanted_.seats.size();
    for (; places > 0 && judged_ < all && !conflict_; --places, ++judged_) {
        if (judged_ < old) {
            judge_old(map, judged_);
        } else {
            judge_new(map, judged_ - old);
        }
    }
    if (judged_ == all && unchanged_ && old == wanted_.seats.size()) {
        plan_.dates_unchanged.insert(map.date());
    }
    return judged_ == all;
}

/// A seat that is there: is it still wanted?
void ImportPlanner::judge_old(const SeatMap& map, std::size_t which) {
    const auto& state = map.seats()[which];
    if (seats_.find(state.seat.number) != nullptr) {
        return;
    }
    if (is_bound(state)) {
        conflict_ = {"seats", fmt::format("seat {} on {} is held or sold and cannot be removed",
                                          state.seat.number.value, map.date().value)};
        return;
    }
    plan_.seats_removed.add(map.date(), state.seat.number);
}

/// A seat that is wanted: is it there, and as it is wanted?
void ImportPlanner::judge_new(const SeatMap& map, std::size_t which) {
    const auto& seat = wanted_.seats[which];
    if (which >= map.seats().size() || map.seats()[which].seat.number != seat.number) {
        unchanged_ = false;
    }
    const auto* const state = map.find(seat.number);
    if (state == nullptr) {
        plan_.seats_added.add(map.date(), seat.number);
        return;
    }
    if (seat.price == state->seat.price && seat.category == state->seat.category) {
        return;
    }
    if (is_bound(*state)) {
        conflict_ = {"categories",
                     fmt::format("seat {} on {} is held or sold at {} ({}) and cannot be repriced",
                                 seat.number.value, map.date().value, state->seat.price,
                                 state->seat.category)};
        return;
    }
    plan_.seats_updated.add(map.date(), seat.number);
    unchanged_ = false;
}

result<ImportPlan, ImportConflict> ImportPlanner::take() {
    if (conflict_) {
        return std::move(*conflict_);
    }
    return std::move(plan_);
}

result<ImportPlan, ImportConflict> plan_import(const Concert* current, const Catalogue& wanted,
                                               const OverdueHolds& overdue) {
    const SeatMap seats{Date{}, 0, wanted.seats};
    ImportPlanner planner{current, wanted, seats, overdue};
    while (planner.next(std::numeric_limits<std::size_t>::max())) {
    }
    return planner.take();
}

std::optional<ImportConflict> foresee_conflict(const Concert* current, const Catalogue* before,
                                               const Catalogue& wanted,
                                               const OverdueHolds& overdue) {
    const auto conflict_with = [&](const Concert* concert) -> std::optional<ImportConflict> {
        const auto plan = plan_import(concert, wanted, overdue);
        if (!plan) {
            return plan.error();
        }
        return plan->removes() ? std::optional{removal_conflict(*plan)} : std::nullopt;
    };
    auto conflict = conflict_with(current);
    if (conflict || before == nullptr) {
        return conflict;
    }
    // What is bound stays bound and as it was, since `before` could not change it; what goes is
    // what `before` has.
    Concert made{before->info};
    for (const auto& date : before->dates) {
        made.add({date, 0, before->seats});
    }
    return conflict_with(&made);
}

} // namespace stagedoor::reservation
