// SPDX-License-Identifier: MIT
#include "stock_service.hpp"

#include <fmt/format.h>

#include "base/assert.hpp"
#include "catalogue_store.hpp"
#include "reservation_store.hpp"

namespace stagedoor::reservation {

void StockService::load(Database& database) {
    load_concerts(database, [this](Concert concert) {
        const auto id = concert.info().id;
        concerts_.emplace(id, std::move(concert));
    });
    load_holds(database, [this](Hold hold) {
        judge(hold);
        holds_.add(std::move(hold));
    });
    judge_held_seats();
}

/// Throws Unsound where the reservation does not hold the seats that it says, at their price.
void StockService::judge(const Hold& hold) const {
    const auto fail = [&hold](const std::string& what) {
        throw Unsound{fmt::format("a HELD reservation of {} on {} {}", hold.concert.value,
                                  hold.date.value, what)};
    };
    const auto* const concert = find(hold.concert);
    const auto* const map = concert == nullptr ? nullptr : concert->find(hold.date);
    if (map == nullptr) {
        fail("is for no date of the catalogue");
        return;
    }
    std::int64_t cost = 0;
    for (const auto& seat : hold.seats) {
        cost += seat.price;
        const auto* const state = map->find(seat.number);
        if (state == nullptr || state->status != SeatStatus::held ||
            state->reservation != hold.id) {
            fail(fmt::format("has seat {}, which is not held by it", seat.number.value));
        }
    }
    if (hold.seats.empty() || cost != hold.amount) {
        fail(fmt::format("is for {}, but its seats cost {}", hold.amount, cost));
    }
}

/// After judge(), which has found each held seat of a hold: there are no others.
void StockService::judge_held_seats() const {
    std::int64_t held = 0;
    for (const auto& [id, concert] : concerts_) {
        for (const auto& map : concert.dates()) {
            held += map.total() - map.available() - map.reserved();
        }
    }
    for (const auto& hold : holds_) {
        held -= static_cast<std::int64_t>(hold.seats.size());
    }
    if (held != 0) {
        throw Unsound{fmt::format("{} seats are HELD by reservations that are not for them", held)};
    }
}

// ---- looking

const Concert* StockService::find(const ConcertId& concert) const {
    const auto found = concerts_.find(concert);
    return found == concerts_.end() ? nullptr : &found->second;
}

SeatMap& StockService::seats_of(const Hold& hold) {
    auto* const map = concerts_.at(hold.concert).find(hold.date);
    STAGEDOOR_ASSERT(map != nullptr, "a date with holds stays in the catalogue");
    return *map;
}

std::optional<Capacity> StockService::capacity(const ConcertId& concert) const {
    const auto* const found = find(concert);
    if (found == nullptr) {
        return std::nullopt;
    }
    auto capacity = found->capacity();
    if (const auto import = importing_.find(concert); import != importing_.end()) {
        // What it may lower restricts at once: nobody is admitted meanwhile.
        capacity.seats_available = 0;
        if (import->second.places) { // a date that is sold stays, so that this is exact
            capacity.seats_unsold = *import->second.places - found->reserved();
        }
    }
    return capacity;
}

// ---- the steps

void StockService::pin(const Hold& hold) {
    deciding_.emplace(hold.id, dependencies_.executor);
    holds_.set_pinned(hold.id, true);
}

void StockService::unpin(const ReservationId& id) {
    holds_.set_pinned(id, false);
    decided(id);
}

/// The pending Change of a hold has come to its end: wakes those who wait for it.
void StockService::decided(const ReservationId& id) {
    deciding_.erase(id);
    dependencies_.agenda.due_changed();
}

/// A hold is live no more.
void StockService::gone(const Hold& hold) {
    holds_.remove(hold.id);
    decided(hold.id);
    queue_->capacity_changed(hold.concert);
}

Step StockService::claim(const Hold& hold) {
    seats_of(hold).claim(hold.seats, hold.id, hold.user);
    holds_.add(hold);
    pin(hold);
    Step step;
    step.change = insert_hold(hold);
    step.apply.emplace_back([this, hold] {
        seats_of(hold).hold(hold.seats);
        unpin(hold.id);
    });
    step.undo.emplace_back([this, hold] {
        seats_of(hold).drop_claim(hold.seats);
        gone(hold);
    });
    return step;
}

Step StockService::release(const Hold& live, ReservationStatus status, Instant now) {
    const Hold hold = live;
    pin(hold);
    Step step;
    step.change = release_hold(hold, status, now);
    step.apply.emplace_back([this, hold] {
        seats_of(hold).release(hold.seats);
        gone(hold);
    });
    step.undo.emplace_back([this, id = hold.id] { unpin(id); });
    return step;
}

Step StockService::sell(const Hold& live, Instant now) {
    const Hold hold = live;
    pin(hold);
    Step step;
    step.change = sell_hold(hold, now);
    step.apply.emplace_back([this, hold] {
        seats_of(hold).sell(hold.seats);
        concerts_.at(hold.concert)
            .count_bought(hold.user, static_cast<std::int64_t>(hold.seats.size()));
        gone(hold);
    });
    step.undo.emplace_back([this, id = hold.id] { unpin(id); });
    return step;
}

// ---- what others wait for

task<void> StockService::expire_in_turn(ReservationId id, Instant now) {
    const auto* hold = holds_.find(id);
    if (hold == nullptr) {
        co_return;
    }
    const auto concert = hold->concert;
    const auto user = hold->user;
    const auto turn = co_await dependencies_.turns.take(concert, user);
    hold = holds_.find(id);
    if (hold == nullptr || hold->pinned || hold->expires_at > now) {
        co_return; // it was paid or released by whoever had the turn before
    }
    auto step = release(*hold, ReservationStatus::expired, now);
    step.change.follows();
    co_await carry_out(dependencies_.journal, std::move(step));
}

task<void> StockService::await_decision(ReservationId id) {
    const auto deciding = deciding_.find(id);
    if (deciding == deciding_.end()) {
        co_await expire_in_turn(id, dependencies_.clock.now());
        co_return;
    }
    co_await deciding->second.wait();
}

task<void> StockService::await_import(ConcertId concert) {
    const auto importing = importing_.find(concert);
    if (importing != importing_.end()) {
        co_await importing->second.over.wait();
    }
}

// ---- an import

ImportTurn::~ImportTurn() {
    if (const auto stock = stock_.lock()) {
        (*stock)->end_import(concert_);
    }
}

ImportTurn StockService::begin_import(const ConcertId& concert) {
    const bool begun = importing_.try_emplace(concert, Event{dependencies_.executor}).second;
    STAGEDOOR_ASSERT(begun, "imports of one concert follow one another");
    return {self_, concert};
}

void StockService::end_import(const ConcertId& concert) {
    importing_.erase(concert);
    queue_->capacity_changed(concert);
}

void StockService::begin_to_apply(const ConcertId& concert, std::int64_t places) {
    importing_.at(concert).places = places;
    queue_->capacity_changed(concert);
}

std::vector<SeatMap> StockService::change_programme(ConcertInfo info,
                                                    const std::vector<Date>& dates,
                                                    std::vector<SeatMap> added) {
    auto& concert = concerts_.try_emplace(info.id, info).first->second;
    return concert.change_programme(std::move(info), dates, std::move(added));
}

} // namespace stagedoor::reservation
