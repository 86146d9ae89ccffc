// SPDX-License-Identifier: MIT
#include "venue.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace stagedoor::simulation {

bool chance(Dice& dice, unsigned percent) {
    return dice.below(100) < percent;
}

Milliseconds Plan::interval() const {
    constexpr std::int64_t minute = 60'000;
    // Rounded up: rounded down, a minute would have room for one more.
    return Milliseconds{admissions_per_minute == 0
                            ? 0
                            : (minute + admissions_per_minute - 1) / admissions_per_minute};
}

std::string Plan::to_json() const {
    std::string out =
        fmt::format(R"({{"concertId":"{}","title":"{}","venue":"Hall","currency":"KRW","dates":[)",
                    concert, title);
    const char* between = "";
    for (const auto& date : dates) {
        out += fmt::format(R"({}"{}")", std::exchange(between, ","), date);
    }
    out += R"(],"categories":[)";
    between = "";
    for (const auto& [name, price] : prices) {
        out += fmt::format(R"({}{{"name":"{}","price":{}}})", std::exchange(between, ","), name,
                           price);
    }
    out += R"(],"seats":[)";
    between = "";
    for (const auto& [seat, category] : seats) {
        out += fmt::format(R"({}{{"seatNumber":"{}","category":"{}"}})",
                           std::exchange(between, ","), seat, category);
    }
    out +=
        fmt::format(R"(],"queue":{{"maxActive":{},"admissionsPerMinute":{},)"
                    R"("entryWindowSeconds":{},"sessionSeconds":{},"abandonAfterSeconds":{}}}}})",
                    max_active, admissions_per_minute, entry_window.count(), session.count(),
                    abandon_after.count());
    return out;
}

namespace {

Plan draw_plan(Dice& dice, std::size_t number) {
    Plan plan;
    plan.concert = fmt::format("concert-{}", number);
    plan.title = plan.concert;
    plan.dates.emplace_back("2026-12-24");
    if (chance(dice, 40)) {
        plan.dates.emplace_back("2026-12-25T14:00");
    }
    plan.prices = {{"R", 1000 * static_cast<std::int64_t>(50 + dice.below(100))},
                   {"S", 1000 * static_cast<std::int64_t>(dice.below(50))}};
    const auto seats = 1 + dice.below(pick<std::uint64_t>(dice, {5, 12, 40}));
    for (std::uint64_t seat = 1; seat <= seats; ++seat) {
        plan.seats[fmt::format("A-{}", seat)] = chance(dice, 50) ? "R" : "S";
    }
    plan.max_active = static_cast<std::int64_t>(1 + dice.below(5));
    plan.admissions_per_minute = pick<std::int64_t>(dice, {0, 0, 7, 60, 1, 600, 2});
    plan.entry_window = Seconds{pick<int>(dice, {120, 120, 5, 60})};
    plan.session = Seconds{pick<int>(dice, {600, 600, 60, 300, 20})};
    plan.abandon_after = Seconds{pick<int>(dice, {300, 300, 30, 60})};
    return plan;
}

} // namespace

Venue draw_venue(Dice& dice) {
    Venue venue;
    venue.config.reservation.hold = Seconds{pick<int>(dice, {300, 300, 300, 60, 10})};
    venue.config.reservation.max_seats_per_user = static_cast<std::int64_t>(1 + dice.below(4));
    venue.config.reservation.places_at_once = pick<std::int64_t>(dice, {5000, 1, 4, 15});
    const auto concerts = 1 + dice.below(2);
    for (std::size_t i = 0; i < concerts; ++i) {
        venue.plans.push_back(draw_plan(dice, i));
    }
    venue.users = 2 + dice.below(chance(dice, 20) ? 40 : 12);
    venue.config.queue.ends_per_turn = pick<std::int64_t>(dice, {1000, 1, 1, 2});
    venue.checkpoint_pages = pick<int>(dice, {4, 20, 20, 60, 1000});
    return venue;
}

Plan draw_change(Dice& dice, const Plan& plan, std::uint64_t number) {
    Plan changed = plan;
    changed.title = fmt::format("{} {}", plan.concert, number);
    switch (dice.below(8)) {
    case 0:
    case 1:
        changed.max_active = static_cast<std::int64_t>(1 + dice.below(5));
        break;
    case 2:
        changed.admissions_per_minute = pick<std::int64_t>(dice, {7, 60, 1, 600});
        break;
    case 3:
    case 4:
        changed.seats[fmt::format("B-{}", 1 + dice.below(6))] = "R";
        break;
    case 5:
        changed.prices["R"] += 1000; // refused where an R is held or sold
        break;
    case 6:
        if (changed.seats.size() > 1) {
            changed.seats.erase(std::next(changed.seats.begin(),
                                          static_cast<int>(dice.below(changed.seats.size()))));
        }
        break;
    default:
        if (changed.dates.size() == 1) {
            changed.dates.emplace_back("2026-12-26");
        } else {
            changed.dates.pop_back();
        }
    }
    return changed;
}

} // namespace stagedoor::simulation
