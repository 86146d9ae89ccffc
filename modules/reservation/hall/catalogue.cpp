// SPDX-License-Identifier: MIT
#include "catalogue.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "concert.hpp"

namespace stagedoor::reservation {

namespace {

bool is_bound(const SeatState& state) {
    return state.claimed || state.status != SeatStatus::available;
}

std::optional<ImportConflict> plan_date(const SeatMap& current,
                                        const std::unordered_set<SeatNumber>& wanted_numbers,
                                        const std::vector<Seat>& wanted, ImportPlan& plan) {
    const auto& date = current.date();
    for (const auto& state : current.seats()) {
        if (wanted_numbers.contains(state.seat.number)) {
            continue;
        }
        if (is_bound(state)) {
            return ImportConflict{"seats",
                                  fmt::format("seat {} on {} is held or sold and cannot be removed",
                                              state.seat.number.value, date.value)};
        }
        plan.seats_removed.add(date, state.seat.number);
        plan.seats_to_delete.push_back({date, state.seat.number});
    }
    for (const auto& seat : wanted) {
        const auto* const state = current.find(seat.number);
        if (state == nullptr) {
            plan.seats_added.add(date, seat.number);
            continue;
        }
        if (seat.price == state->seat.price && seat.category == state->seat.category) {
            continue;
        }
        if (is_bound(*state)) {
            return ImportConflict{
                "categories",
                fmt::format("seat {} on {} is held or sold at {} ({}) and cannot be repriced",
                            seat.number.value, date.value, state->seat.price,
                            state->seat.category)};
        }
        plan.seats_updated.add(date, seat.number);
    }
    return std::nullopt;
}

std::optional<ImportConflict> plan_removal(const SeatMap& current, ImportPlan& plan) {
    const auto& date = current.date();
    if (std::any_of(current.seats().begin(), current.seats().end(), is_bound)) {
        return ImportConflict{
            "dates",
            fmt::format("{} has seats that are held or sold and cannot be removed", date.value)};
    }
    plan.dates_removed.push_back(date);
    for (const auto& state : current.seats()) {
        plan.seats_removed.add(date, state.seat.number);
    }
    return std::nullopt;
}

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
    for (std::size_t i = 0; i < std::min(plan.seats_to_delete.size(), named_max); ++i) {
        const auto& [date, seat] = plan.seats_to_delete[i];
        name(fmt::format("{} on {}", seat.value, date.value));
    }
    return {plan.dates_removed.empty() ? "seats" : "dates",
            fmt::format("it would remove {} and {}, which the file does not have ({}{}); nothing "
                        "was changed. To remove them: `stagedoor import --allow-removal` "
                        "(`?allowRemoval=true`)",
                        counted(std::ssize(plan.dates_removed), "date"),
                        counted(plan.seats_removed.count, "seat"), names,
                        std::max(plan.dates_removed.size(), plan.seats_to_delete.size()) > named_max
                            ? ", …"
                            : "")};
}

result<ImportPlan, ImportConflict> plan_import(const Concert* current, const Catalogue& wanted) {
    ImportPlan plan;
    std::unordered_set<SeatNumber> numbers;
    for (const auto& seat : wanted.seats) {
        numbers.insert(seat.number);
    }
    const std::unordered_set<Date> dates{wanted.dates.begin(), wanted.dates.end()};
    for (const auto& date : wanted.dates) {
        const auto* const map = current == nullptr ? nullptr : current->find(date);
        if (map == nullptr) {
            plan.dates_added.push_back(date);
            for (const auto& seat : wanted.seats) {
                plan.seats_added.add(date, seat.number);
            }
        } else if (auto conflict = plan_date(*map, numbers, wanted.seats, plan)) {
            return *conflict;
        }
    }
    if (current == nullptr) {
        return plan;
    }
    for (const auto& map : current->dates()) {
        if (dates.contains(map.date())) {
            continue;
        }
        if (auto conflict = plan_removal(map, plan)) {
            return *conflict;
        }
    }
    return plan;
}

} // namespace stagedoor::reservation
