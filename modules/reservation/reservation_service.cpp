// SPDX-License-Identifier: MIT
#include "reservation_service.hpp"

#include <fmt/format.h>

#include "base/assert.hpp"
#include "catalogue_store.hpp"
#include "hold_choice.hpp"
#include "reservation_store.hpp"

namespace stagedoor::reservation {

namespace {

ReserveRefusal refuse(ReserveRefusal::Code code) {
    return {.code = code, .token = {}, .conflicts = {}, .detail = {}};
}

bool is_inside(const queue::TokenView& token) {
    return token.status == queue::TokenStatus::admitted ||
           token.status == queue::TokenStatus::entered;
}

} // namespace

ReservationService::ReservationService(Dependencies dependencies, ReservationSettings settings)
    : dependencies_{std::move(dependencies)}, settings_{settings} {}

void ReservationService::load(Database& database) {
    load_concerts(database, [this](Concert concert) {
        const auto id = concert.info().id;
        concerts_.emplace(id, std::move(concert));
    });
    load_holds(database, [this](Hold hold) { holds_.add(std::move(hold)); });
}

// ---- looking
// -----------------------------------------------------------------------------------------------

const Concert* ReservationService::find(const ConcertId& concert) const {
    const auto found = concerts_.find(concert);
    return found == concerts_.end() ? nullptr : &found->second;
}

SeatMap& ReservationService::seats_of(const Hold& hold) {
    auto* const map = concerts_.at(hold.concert).find(hold.date);
    STAGEDOOR_ASSERT(map != nullptr, "a date with holds stays in the catalogue");
    return *map;
}

std::optional<Capacity> ReservationService::capacity(const ConcertId& concert) const {
    const auto* const found = find(concert);
    if (found == nullptr) {
        return std::nullopt;
    }
    auto capacity = found->capacity();
    if (importing_.contains(concert)) {
        capacity.seats_available =
            0; // what it may lower restricts at once: nobody is admitted meanwhile
    }
    return capacity;
}

std::vector<ConcertId> ReservationService::concerts() const {
    std::vector<ConcertId> ids;
    for (const auto& [id, concert] : concerts_) {
        ids.push_back(id);
    }
    return ids;
}

task<std::optional<Reservation>> ReservationService::find(ConcertId concert, UserId user,
                                                          ReservationId id) {
    std::optional<Reservation> found;
    const std::function<void(Database&)> query = [&](Database& database) {
        found = find_reservation(database, id);
    };
    co_await read(dependencies_.journal, query);
    if (found && (found->hold.concert != concert || found->hold.user != user)) {
        found.reset();
    }
    co_return found;
}

// ---- import
// ------------------------------------------------------------------------------------------------

task<result<ImportPlan, ReservationService::ImportRefusal>>
ReservationService::import(Catalogue catalogue) {
    const auto concert = catalogue.info.id;
    // What is not durable yet would be judged as if it were: wait for the outcomes, then let no
    // seat be claimed until the import is decided.
    for (;;) {
        if (importing_.contains(concert)) {
            co_await await_import(concert);
        } else if (const auto* const pinned = holds_.any_pinned(concert)) {
            co_await await_decision(pinned->id);
        } else {
            break;
        }
    }
    auto plan = plan_import(find(concert), catalogue);
    if (!plan) {
        co_return ImportRefusal{plan.error()};
    }
    importing_.emplace(concert, dependencies_.executor);
    auto change = import_catalogue(catalogue, *plan);
    const auto outcome = co_await commit(dependencies_.journal, std::move(change));
    importing_.erase(concert); // wakes those who wait for it
    STAGEDOOR_ASSERT(outcome != Outcome::refused,
                     "memory and tables agree on which seats are available");
    if (outcome == Outcome::unavailable) {
        co_return ImportRefusal{Unwritten{}};
    }
    concerts_.try_emplace(concert, catalogue.info).first->second.become(catalogue);
    queue_->capacity_changed(concert);
    co_return *plan;
}

task<void> ReservationService::await_import(ConcertId concert) {
    const auto importing = importing_.find(concert);
    if (importing != importing_.end()) {
        co_await importing->second.wait();
    }
}

// ---- reserve
// -----------------------------------------------------------------------------------------------

std::optional<ReserveRefusal> ReservationService::refuse_visitor(const queue::TokenView& token,
                                                                 std::size_t wanted,
                                                                 Instant now) const {
    auto count = concerts_.at(token.concert).bought(token.user) + static_cast<std::int64_t>(wanted);
    for (const auto* const hold : holds_.of(token.concert, token.user)) {
        count += static_cast<std::int64_t>(hold->seats.size());
    }
    if (count > settings_.max_seats_per_user) {
        auto refusal = refuse(ReserveRefusal::Code::seat_limit);
        refusal.detail =
            fmt::format("With these you would have {} seats of this concert; {} are allowed.",
                        count, settings_.max_seats_per_user);
        return refusal;
    }
    // Who is not registered is about to enter by this very reservation.
    const auto visitor = visitors_.find({token.concert, token.user});
    if (visitor != visitors_.end() && now > visitor->second.session_ends_at) {
        return refuse(ReserveRefusal::Code::session_ending);
    }
    return std::nullopt;
}

ReservationService::Judgement ReservationService::judge(const queue::TokenView& token,
                                                        const Date& date,
                                                        const std::vector<SeatNumber>& numbers,
                                                        Instant now) {
    if (!is_inside(token)) {
        auto refusal = refuse(ReserveRefusal::Code::not_inside);
        refusal.token = token;
        return refusal;
    }
    const auto& concert = concerts_.at(token.concert);
    const auto* const map = concert.find(date);
    if (map == nullptr) {
        return refuse(ReserveRefusal::Code::no_such_date);
    }
    auto taken = refuse(ReserveRefusal::Code::seat_taken);
    std::optional<ReservationId> undecided;
    for (const auto& number : numbers) {
        const auto* const state = map->find(number);
        if (state == nullptr) {
            auto refusal = refuse(ReserveRefusal::Code::no_such_seat);
            refusal.detail = number.value;
            return refusal;
        }
        if (state->status == SeatStatus::available && !state->claimed) {
            continue;
        }
        taken.conflicts.push_back({number, state->status});
        const auto* const hold = holds_.find(state->reservation);
        if (hold != nullptr && (hold->pinned || hold->expires_at <= now)) {
            undecided = hold->id;
        }
    }
    if (undecided) {
        return WaitFor{*undecided};
    }
    if (const auto* const hold =
            held_exactly(holds_.of(token.concert, token.user), {date, numbers})) {
        return Existing{hold->id};
    }
    if (!taken.conflicts.empty()) {
        return taken;
    }
    if (auto refusal = refuse_visitor(token, numbers.size(), now)) {
        return *refusal;
    }
    return Claim{make_hold(token, concert, *map, numbers, now)};
}

Hold ReservationService::make_hold(const queue::TokenView& token, const Concert& concert,
                                   const SeatMap& map, const std::vector<SeatNumber>& numbers,
                                   Instant now) {
    Hold hold;
    hold.id.value = random_id(dependencies_.random);
    hold.concert = token.concert;
    hold.user = token.user;
    hold.date = map.date();
    hold.currency = concert.info().currency;
    hold.held_at = now;
    hold.expires_at = now + settings_.hold;
    for (const auto& number : numbers) {
        hold.seats.push_back(map.find(number)->seat);
        hold.amount += hold.seats.back().price;
    }
    return hold;
}

task<result<Reserved, ReserveRefusal>> ReservationService::reserve(TokenId id, Date date,
                                                                   std::vector<SeatNumber> numbers,
                                                                   KeepReserved keep) {
    const auto whose = queue_->find(id.value);
    STAGEDOOR_ASSERT(whose.has_value(), "the caller has looked the token up");
    for (;;) {
        co_await await_import(whose->concert);
        std::optional<ReservationId> undecided;
        {
            const auto turn = co_await dependencies_.turns.take(whose->concert, whose->user);
            const auto now = dependencies_.clock.now();
            const auto token = co_await queue_->settle(id, now);
            if (!token) {
                co_return refuse(ReserveRefusal::Code::storage_unavailable);
            }
            if (importing_.contains(whose->concert)) {
                continue; // it began while the turn was another's
            }
            auto judgement = judge(*token, date, numbers, now);
            if (auto* const refusal = std::get_if<ReserveRefusal>(&judgement)) {
                co_return *refusal;
            }
            if (const auto* const existing = std::get_if<Existing>(&judgement)) {
                co_return co_await answer_existing(existing->id, keep);
            }
            if (auto* const claim = std::get_if<Claim>(&judgement)) {
                co_return co_await write_claim(id, std::move(claim->hold), keep);
            }
            undecided = std::get<WaitFor>(judgement).id;
        }
        // Without the turn: whoever decides that hold may be waiting for one of ours.
        co_await await_decision(*undecided);
        if (!dependencies_.journal.writable()) {
            co_return refuse(ReserveRefusal::Code::storage_unavailable);
        }
    }
}

task<result<Reserved, ReserveRefusal>> ReservationService::answer_existing(ReservationId id,
                                                                           KeepReserved keep) {
    const Reserved reserved{{*holds_.find(id), ReservationStatus::held}, false};
    auto change = keep(reserved);
    const auto outcome = co_await commit(dependencies_.journal, std::move(change));
    if (outcome != Outcome::committed) {
        co_return refuse(ReserveRefusal::Code::storage_unavailable);
    }
    co_return reserved;
}

task<result<Reserved, ReserveRefusal>> ReservationService::write_claim(TokenId token, Hold hold,
                                                                       KeepReserved keep) {
    const Reserved reserved{{hold, ReservationStatus::held}, true};
    auto step = claim_step(hold);
    step += queue_->keep_inside(token, hold.held_at, hold.expires_at);
    step.change += keep(reserved);
    const auto outcome = co_await carry_out(dependencies_.journal, std::move(step));
    STAGEDOOR_ASSERT(outcome != Outcome::refused,
                     "memory and tables agree on which seats are available");
    if (outcome != Outcome::committed) {
        co_return refuse(ReserveRefusal::Code::storage_unavailable);
    }
    co_return reserved;
}

// ---- the steps
// ---------------------------------------------------------------------------------------------

void ReservationService::pin(const Hold& hold) {
    deciding_.emplace(hold.id, dependencies_.executor);
    holds_.set_pinned(hold.id, true);
}

/// The pending Change of a hold has come to its end: wakes those who wait for it.
void ReservationService::settle(const ReservationId& id) {
    deciding_.erase(id);
    dependencies_.agenda.due_changed();
}

Step ReservationService::claim_step(const Hold& hold) {
    seats_of(hold).claim(hold.seats, hold.id, hold.user);
    holds_.add(hold);
    pin(hold);
    Step step;
    step.change = insert_hold(hold);
    step.apply.emplace_back([this, hold] {
        seats_of(hold).hold(hold.seats);
        holds_.set_pinned(hold.id, false);
        settle(hold.id);
    });
    step.undo.emplace_back([this, hold] {
        seats_of(hold).drop_claim(hold.seats);
        holds_.remove(hold.id);
        settle(hold.id);
        queue_->capacity_changed(hold.concert);
    });
    return step;
}

Step ReservationService::release_step(const Hold& live, ReservationStatus status, Instant now) {
    const Hold hold = live;
    pin(hold);
    Step step;
    step.change = release_hold(hold, status, now);
    step.apply.emplace_back([this, hold] {
        seats_of(hold).release(hold.seats);
        holds_.remove(hold.id);
        settle(hold.id);
        queue_->capacity_changed(hold.concert);
    });
    step.undo.emplace_back([this, id = hold.id] {
        holds_.set_pinned(id, false);
        settle(id);
    });
    return step;
}

Step ReservationService::sell_step(const Hold& live, Instant now) {
    const Hold hold = live;
    pin(hold);
    Step step;
    step.change = sell_hold(hold, now);
    step.apply.emplace_back([this, hold] {
        seats_of(hold).sell(hold.seats);
        concerts_.at(hold.concert)
            .count_bought(hold.user, static_cast<std::int64_t>(hold.seats.size()));
        holds_.remove(hold.id);
        settle(hold.id);
        queue_->capacity_changed(hold.concert);
    });
    step.undo.emplace_back([this, id = hold.id] {
        holds_.set_pinned(id, false);
        settle(id);
    });
    return step;
}

// ---- ends
// --------------------------------------------------------------------------------------------------

task<std::optional<ReleaseRefusal>> ReservationService::release(TokenId id,
                                                                ReservationId reservation) {
    const auto whose = queue_->find(id.value);
    STAGEDOOR_ASSERT(whose.has_value(), "the caller has looked the token up");
    const auto turn = co_await dependencies_.turns.take(whose->concert, whose->user);
    const auto now = dependencies_.clock.now();
    const auto token = co_await queue_->settle(id, now);
    if (!token) {
        co_return ReleaseRefusal::storage_unavailable;
    }
    if (token->status == queue::TokenStatus::expired) {
        co_return ReleaseRefusal::not_inside;
    }
    const auto* const hold = holds_.find(reservation);
    if (hold == nullptr || hold->concert != whose->concert || hold->user != whose->user) {
        const auto past = co_await find(whose->concert, whose->user, reservation);
        if (!past) {
            co_return ReleaseRefusal::no_such_reservation;
        }
        co_return past->status == ReservationStatus::released
            ? std::nullopt
            : std::optional{ReleaseRefusal::hold_gone};
    }
    const bool run_out = hold->expires_at <= now;
    auto step = release_step(
        *hold, run_out ? ReservationStatus::expired : ReservationStatus::released, now);
    const auto outcome = co_await carry_out(dependencies_.journal, std::move(step));
    if (outcome != Outcome::committed) {
        co_return ReleaseRefusal::storage_unavailable;
    }
    co_return run_out ? std::optional{ReleaseRefusal::hold_gone} : std::nullopt;
}

void ReservationService::receive(const Visitor& visitor) {
    visitors_.insert_or_assign({visitor.concert, visitor.user}, visitor);
}

Step ReservationService::depart(const ConcertId& concert, const UserId& user, Instant now) {
    Step step;
    for (const auto* const hold : holds_.of(concert, user)) {
        if (!hold->pinned) {
            const bool run_out = hold->expires_at <= now;
            step += release_step(
                *hold, run_out ? ReservationStatus::expired : ReservationStatus::released, now);
        }
    }
    step.apply.emplace_back([this, key = VisitorKey{concert, user}] { visitors_.erase(key); });
    return step;
}

result<Sale, SaleRefusal> ReservationService::sell(const ConcertId& concert, const UserId& user,
                                                   const SaleSubject& subject, Instant arrived) {
    const Hold* sold = nullptr;
    if (const auto* const id = std::get_if<ReservationId>(&subject)) {
        sold = holds_.find(*id);
        if (sold == nullptr || sold->concert != concert || sold->user != user ||
            sold->expires_at <= arrived) {
            return SaleRefusal::hold_gone;
        }
    } else {
        const auto& wanted = std::get<SeatsOfDate>(subject);
        const auto chosen = choose_hold(holds_.of(concert, user),
                                        concerts_.at(concert).find(wanted.date), wanted, arrived);
        if (!chosen) {
            return chosen.error();
        }
        sold = *chosen;
    }
    Sale sale;
    sale.reservation = sold->id;
    sale.concert = concert;
    sale.user = user;
    sale.date = sold->date;
    sale.seats = sold->seats;
    sale.amount = sold->amount;
    sale.currency = sold->currency;
    sale.step = sell_step(*sold, arrived);
    return sale;
}

// ---- what falls due
// ----------------------------------------------------------------------------------------

task<void> ReservationService::run_due(Instant now) {
    std::vector<task<void>> expiries;
    for (auto& id : holds_.due(now)) {
        expiries.push_back(expire_in_turn(std::move(id), now));
    }
    co_await run_all(dependencies_.executor, std::move(expiries));
}

task<void> ReservationService::expire_in_turn(ReservationId id, Instant now) {
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
    auto step = release_step(*hold, ReservationStatus::expired, now);
    step.change.follows();
    co_await carry_out(dependencies_.journal, std::move(step));
}

/// Returns when what is pending on a hold has been decided: its Change, or its expiry where that is
/// due.
task<void> ReservationService::await_decision(ReservationId id) {
    const auto deciding = deciding_.find(id);
    if (deciding == deciding_.end()) {
        co_await expire_in_turn(id, dependencies_.clock.now());
        co_return;
    }
    co_await deciding->second.wait();
}

} // namespace stagedoor::reservation
