// SPDX-License-Identifier: MIT
#include "catalogue.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "concert.hpp"

namespace stagedoor::reservation {

namespace {

bool is_bound(const SeatState& state) {
    return state.claimed || state.status != SeatStatus::available;
}

std::optional<ImportConflict> plan_date(const SeatMap& current,
                                        const std::unordered_map<SeatNumber, const Seat*>& wanted,
                                        ImportPlan& plan) {
    for (const auto& state : current.seats()) {
        const auto found = wanted.find(state.seat.number);
        if (found == wanted.end()) {
            if (is_bound(state)) {
                return ImportConflict{
                    "seats", fmt::format("seat {} on {} is held or sold and cannot be removed",
                                         state.seat.number.value, current.date().value)};
            }
            plan.seats_removed.push_back({current.date(), state.seat.number});
            continue;
        }
        const bool differs = found->second->price != state.seat.price ||
                             found->second->category != state.seat.category;
        if (differs && is_bound(state)) {
            return ImportConflict{
                "categories",
                fmt::format("seat {} on {} is held or sold at {} ({}) and cannot be repriced",
                            state.seat.number.value, current.date().value, state.seat.price,
                            state.seat.category)};
        }
        plan.seats_updated += differs ? 1 : 0;
    }
    for (const auto& [number, seat] : wanted) {
        plan.seats_added += current.find(number) == nullptr ? 1 : 0;
    }
    return std::nullopt;
}

} // namespace

result<ImportPlan, ImportConflict> plan_import(const Concert* current, const Catalogue& wanted) {
    ImportPlan plan;
    std::unordered_map<SeatNumber, const Seat*> seats;
    for (const auto& seat : wanted.seats) {
        seats.emplace(seat.number, &seat);
    }
    for (const auto& date : wanted.dates) {
        const auto* const map = current == nullptr ? nullptr : current->find(date);
        if (map == nullptr) {
            plan.dates_added.push_back(date);
            plan.seats_added += static_cast<std::int64_t>(wanted.seats.size());
        } else if (auto conflict = plan_date(*map, seats, plan)) {
            return *conflict;
        }
    }
    if (current == nullptr) {
        return plan;
    }
    for (const auto& map : current->dates()) {
        if (std::find(wanted.dates.begin(), wanted.dates.end(), map.date()) != wanted.dates.end()) {
            continue;
        }
        if (std::any_of(map.seats().begin(), map.seats().end(), is_bound)) {
            return ImportConflict{
                "dates", fmt::format("{} has seats that are held or sold and cannot be removed",
                                     map.date().value)};
        }
        plan.dates_removed.push_back(map.date());
    }
    return plan;
}

} // namespace stagedoor::reservation
