// SPDX-License-Identifier: MIT
// The cheap look at the server's own memory, and the money's totals, after every step.
#include <algorithm>

#include "books.hpp"
#include "witness.hpp"
#include "world.hpp"

namespace stagedoor::simulation {

namespace {

using reservation::SeatState;
using reservation::SeatStatus;

bool importing(const Facts& facts, const std::string& concert) {
    return std::any_of(facts.running.begin(), facts.running.end(), [&](const DeedPtr& deed) {
        return deed->kind == Deed::Kind::import && deed->concert == concert;
    });
}

bool reserving(const Facts& facts, const SeatState& state) {
    return std::any_of(facts.running.begin(), facts.running.end(), [&](const DeedPtr& deed) {
        return deed->kind == Deed::Kind::reserve && deed->user == state.user.value;
    });
}

void check_line(Facts& facts, World& world, const std::string& concert, LineFacts& line) {
    const auto view = world.modules().queue().line_view(ConcertId{concert});
    if (!view) {
        return;
    }
    require(view->active <= line.limit, std::to_string(view->active), " are inside, ",
            std::to_string(line.limit), " may be");
    const auto capacity = world.modules().reservations().capacity(ConcertId{concert});
    line.sold_out = capacity->seats_unsold == 0;
    require(!line.sold_out || view->waiting == 0, std::to_string(view->waiting),
            " wait in a line that has sold out");
    if (!importing(facts, concert)) {
        line.limit = std::max(line.plan.max_active, std::min(line.limit, view->active));
    }
}

void check_seat(Facts& facts, const SeatState& state, const std::string& key) {
    const auto known = facts.seats.find(key);
    static const SeatFacts never;
    const auto& seat = known == facts.seats.end() ? never : known->second;
    const auto held = facts.holds.find(state.reservation.value);
    switch (state.status) {
    case SeatStatus::available:
        require(seat.payment.empty(), "a sold seat is available: ", key);
        require(seat.hold.empty() || !facts.surely_held(facts.holds.at(seat.hold)),
                "a held seat is available: ", key);
        break;
    case SeatStatus::held:
        require(seat.payment.empty(), "a sold seat is held: ", key);
        require(held == facts.holds.end() ? reserving(facts, state)
                                          : held->second.state == HoldState::held,
                "a seat is held that nobody holds: ", key);
        break;
    case SeatStatus::reserved:
        require(held != facts.holds.end() &&
                    (held->second.state == HoldState::paid || facts.paying(held->second)),
                "a seat is sold that nobody pays: ", key);
        break;
    }
}

} // namespace

void check_memory(Facts& facts, World& world) {
    for (auto& [concert, line] : facts.lines) {
        check_line(facts, world, concert, line);
        const auto* const found = world.modules().stock().find(ConcertId{concert});
        if (found == nullptr) {
            continue;
        }
        for (const auto& map : found->dates()) {
            for (const auto& state : map.seats()) {
                check_seat(facts, state,
                           seat_key(concert, map.date().value, state.seat.number.value));
            }
        }
    }
}

void check_money(const Facts& facts, World& world) {
    const auto totals = read_totals(world.journal().database());
    require(totals.all == 0, "the accounts sum to ", std::to_string(totals.all));
    require(totals.least >= 0, "a balance is negative");
    require(-totals.cash >= facts.charged, "an acknowledged charge is not in the ledger");
    require(totals.revenue >= facts.earned, "an acknowledged payment is not in the ledger");
}

} // namespace stagedoor::simulation
