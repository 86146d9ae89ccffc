// SPDX-License-Identifier: MIT
#include "reservation_service.hpp"

#include <fmt/format.h>

#include "base/assert.hpp"
#include "hall/hold_choice.hpp"
#include "reservation_store.hpp"

namespace stagedoor::reservation {

namespace {

ReserveRefusal refuse(ReserveRefusal::Code code) {
    return {.code = code, .token = {}, .conflicts = {}, .detail = {}};
}

ReserveRefusal not_inside(const queue::TokenView& token) {
    auto refusal = refuse(ReserveRefusal::Code::not_inside);
    refusal.token = token;
    return refusal;
}

bool is_inside(const queue::TokenView& token) {
    return token.status == queue::TokenStatus::admitted ||
           token.status == queue::TokenStatus::entered;
}

} // namespace

ReservationService::ReservationService(Dependencies dependencies, ReservationSettings settings)
    : dependencies_{std::move(dependencies)}, settings_{settings} {}

// ---- looking

std::optional<Capacity> ReservationService::capacity(const ConcertId& concert) const {
    return dependencies_.stock.capacity(concert);
}

bool ReservationService::may_own_more(const ConcertId& concert, const UserId& user) const {
    return dependencies_.stock.at(concert).bought(user) < settings_.max_seats_per_user;
}

const queue::LineOverrides* ReservationService::line_overrides(const ConcertId& concert) const {
    const auto* const found = dependencies_.stock.find(concert);
    return found == nullptr ? nullptr : &found->info().queue;
}

std::vector<ConcertId> ReservationService::concerts() const {
    std::vector<ConcertId> ids;
    for (const auto& [id, concert] : dependencies_.stock.all()) {
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

// ---- reserve

std::optional<ReserveRefusal> ReservationService::refuse_visitor(const queue::TokenView& token,
                                                                 std::size_t wanted,
                                                                 Instant now) const {
    auto count = dependencies_.stock.at(token.concert).bought(token.user) +
                 static_cast<std::int64_t>(wanted);
    for (const auto* const hold : dependencies_.stock.holds().of(token.concert, token.user)) {
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
        return not_inside(token);
    }
    const auto& concert = dependencies_.stock.at(token.concert);
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
        const auto* const hold = dependencies_.stock.holds().find(state->reservation);
        if (hold != nullptr && (hold->pinned || hold->expires_at <= now)) {
            undecided = hold->id;
        }
    }
    if (undecided) {
        return WaitFor{*undecided};
    }
    if (const auto* const hold = held_exactly(
            dependencies_.stock.holds().of(token.concert, token.user), {date, numbers})) {
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
    hold.id.value = growing_id(dependencies_.random, now);
    hold.concert = token.concert;
    hold.user = token.user;
    hold.date = map.date();
    hold.currency = concert.info().currency;
    hold.held_at = now;
    hold.held_shown_at = dependencies_.clock.shown(now);
    hold.expires_at = now + settings_.hold;
    for (const auto& number : numbers) {
        hold.seats.push_back(map.find(number)->seat);
        hold.amount += hold.seats.back().price;
    }
    return hold;
}

task<result<Reserved, ReserveRefusal>> ReservationService::reserve(queue::TokenHandle handle,
                                                                   Date date,
                                                                   std::vector<SeatNumber> numbers,
                                                                   KeepReserved keep) {
    const auto whose = queue_->view(handle);
    if (whose.status == queue::TokenStatus::expired) {
        co_return not_inside(whose);
    }
    auto& stock = dependencies_.stock;
    for (;;) {
        co_await stock.await_import(whose.concert);
        std::optional<ReservationId> undecided;
        {
            const auto turn = co_await dependencies_.turns.take(whose.concert, whose.user);
            const auto now = dependencies_.clock.now();
            const auto token = co_await queue_->expire_if_due(handle, now);
            if (!token) {
                co_return refuse(ReserveRefusal::Code::storage_unavailable);
            }
            if (stock.importing(whose.concert)) {
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
                co_return co_await write_claim(handle, std::move(claim->hold), keep);
            }
            undecided = std::get<WaitFor>(judgement).id;
        }
        // Without the turn: whoever decides that hold may be waiting for one of ours.
        co_await stock.await_decision(*undecided);
        if (!dependencies_.journal.writable()) {
            co_return refuse(ReserveRefusal::Code::storage_unavailable);
        }
    }
}

task<result<Reserved, ReserveRefusal>> ReservationService::answer_existing(ReservationId id,
                                                                           KeepReserved keep) {
    const Reserved reserved{{*dependencies_.stock.holds().find(id), ReservationStatus::held},
                            false};
    auto change = keep(reserved);
    const auto outcome = co_await commit(dependencies_.journal, std::move(change));
    if (outcome != Outcome::committed) {
        co_return refuse(ReserveRefusal::Code::storage_unavailable);
    }
    co_return reserved;
}

task<result<Reserved, ReserveRefusal>>
ReservationService::write_claim(queue::TokenHandle token, Hold hold, KeepReserved keep) {
    const Reserved reserved{{hold, ReservationStatus::held}, true};
    auto step = dependencies_.stock.claim(hold);
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

// ---- ends

task<std::optional<ReleaseRefusal>> ReservationService::release(queue::TokenHandle handle,
                                                                ReservationId reservation) {
    const auto whose = queue_->view(handle);
    if (whose.status == queue::TokenStatus::expired) {
        co_return ReleaseRefusal::not_inside;
    }
    const auto turn = co_await dependencies_.turns.take(whose.concert, whose.user);
    const auto now = dependencies_.clock.now();
    const auto token = co_await queue_->expire_if_due(handle, now);
    if (!token) {
        co_return ReleaseRefusal::storage_unavailable;
    }
    if (token->status == queue::TokenStatus::expired) {
        co_return ReleaseRefusal::not_inside;
    }
    const auto* const hold = dependencies_.stock.holds().find(reservation);
    if (hold == nullptr || hold->concert != whose.concert || hold->user != whose.user) {
        const auto past = co_await find(whose.concert, whose.user, reservation);
        if (!past) {
            co_return ReleaseRefusal::no_such_reservation;
        }
        co_return past->status == ReservationStatus::released
            ? std::nullopt
            : std::optional{ReleaseRefusal::hold_gone};
    }
    const bool run_out = hold->expires_at <= now;
    auto step = end_step(*hold, now);
    const auto outcome = co_await carry_out(dependencies_.journal, std::move(step));
    if (outcome != Outcome::committed) {
        co_return ReleaseRefusal::storage_unavailable;
    }
    co_return run_out ? std::optional{ReleaseRefusal::hold_gone} : std::nullopt;
}

/// A hold that its holder gives up: where it has run out already, that is how it ends.
Step ReservationService::end_step(const Hold& hold, Instant now) {
    const bool run_out = hold.expires_at <= now;
    return dependencies_.stock.release(
        hold, run_out ? ReservationStatus::expired : ReservationStatus::released, now);
}

void ReservationService::receive(const Visitor& visitor) {
    visitors_.insert_or_assign({visitor.concert, visitor.user}, visitor);
}

Step ReservationService::depart(const ConcertId& concert, const UserId& user, Instant now) {
    Step step;
    for (const auto* const hold : dependencies_.stock.holds().of(concert, user)) {
        if (!hold->pinned) {
            step += end_step(*hold, now);
        }
    }
    step.apply.emplace_back([this, key = VisitorKey{concert, user}] { visitors_.erase(key); });
    return step;
}

result<Sale, SaleRefusal> ReservationService::sell(const ConcertId& concert, const UserId& user,
                                                   const SaleSubject& subject, Instant arrived) {
    const auto& holds = dependencies_.stock.holds();
    const Hold* sold = nullptr;
    if (const auto* const id = std::get_if<ReservationId>(&subject)) {
        sold = holds.find(*id);
        if (sold == nullptr || sold->concert != concert || sold->user != user ||
            sold->expires_at <= arrived) {
            return SaleRefusal::hold_gone;
        }
    } else {
        const auto& wanted = std::get<SeatsOfDate>(subject);
        const auto chosen =
            choose_hold(holds.of(concert, user), dependencies_.stock.at(concert).find(wanted.date),
                        wanted, arrived);
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
    sale.step = dependencies_.stock.sell(*sold, arrived);
    return sale;
}

// ---- what falls due

task<void> ReservationService::run_due(Instant now) {
    std::vector<task<void>> expiries;
    for (auto& id : dependencies_.stock.holds().due(now)) {
        expiries.push_back(dependencies_.stock.expire_in_turn(std::move(id), now));
    }
    co_await run_all(dependencies_.executor, std::move(expiries));
}

} // namespace stagedoor::reservation
