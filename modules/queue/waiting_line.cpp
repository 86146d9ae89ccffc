// SPDX-License-Identifier: MIT
#include "waiting_line.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace stagedoor::queue {

std::string_view to_string(LineState state) {
    switch (state) {
    case LineState::open:
        return "OPEN";
    case LineState::paused:
        return "PAUSED";
    case LineState::closed:
        return "CLOSED";
    }
    return "";
}

std::optional<LineState> parse_line_state(std::string_view text) {
    for (const auto state : {LineState::open, LineState::paused, LineState::closed}) {
        if (text == to_string(state)) {
            return state;
        }
    }
    return std::nullopt;
}

ExpiryReason reason_of_time(TokenStatus status) {
    switch (status) {
    case TokenStatus::waiting:
        return ExpiryReason::abandoned;
    case TokenStatus::admitted:
        return ExpiryReason::entry_missed;
    default:
        return ExpiryReason::session_ended;
    }
}

void WaitingLine::set_all_held(bool all_held) {
    if (std::exchange(all_held_, all_held) != all_held) {
        forecast_.moved();
    }
}

void WaitingLine::add(Token& token, Instant now) {
    token.line = this;
    by_user_.add(token.slot);
    if (token.status == TokenStatus::waiting) {
        token.seen_at = now;
        order_.add(token.ticket_number, token.slot);
        over_ += is_sold_out(token) ? 1 : 0; // sold out while it was on its way to the disk
        by_seen_.push_back(token);
    } else {
        ++active_;
        deadlines_.insert(deadline_of(token));
        forecast_.moved();
    }
}

void WaitingLine::see(Token& token, Instant now) {
    if (token.status != TokenStatus::waiting || token.pinned || expires_at(token) <= now) {
        return;
    }
    forget_sight(token);
    token.seen_at = now;
    by_seen_.push_back(token);
}

void WaitingLine::see_all(Instant now) {
    for (auto* token = by_seen_.front(); token != nullptr; token = by_seen_.after(*token)) {
        token->seen_at = now;
    }
}

/// Out of whichever of the two lists of signs of life it is in.
void WaitingLine::forget_sight(Token& token) {
    if (token.sighted) {
        by_seen_.erase(token);
    } else {
        unseen_since_.erase(sight_of(token));
    }
}

void WaitingLine::pin(Token& token) {
    STAGEDOOR_ASSERT(!token.pinned, "one uncommitted change a token");
    STAGEDOOR_ASSERT(!is_sold_out(token), "nothing can become of a token that is over");
    token.pinned = true;
    if (token.status == TokenStatus::waiting) {
        ++pinned_;
        forget_sight(token);
    } else {
        deadlines_.erase(deadline_of(token));
    }
}

void WaitingLine::unpin(Token& token) {
    token.pinned = false;
    undecided_ -= is_sold_out(token) ? 1 : 0;
    if (token.status == TokenStatus::waiting) {
        --pinned_;
        // What could not be written is no sign of life. Its place in the list is lost by now, and a
        // million may try to leave while the disk is full.
        unseen_since_.insert(sight_of(token));
    } else {
        deadlines_.insert(deadline_of(token));
    }
}

Milliseconds WaitingLine::admission_interval() const {
    constexpr std::int64_t minute = 60'000;
    const auto rate = settings_.admissions_per_minute;
    return Milliseconds{rate == 0 ? 0 : (minute + rate - 1) / rate};
}

/// Who is to be called next. Those whom the selling-out has ended stand before everybody else.
Token* WaitingLine::front() const {
    if (over_ == 0) {
        return at(order_.front());
    }
    return undecided_ > 0 ? nullptr : at(order_.first_after(record_.sold_out_through));
}

bool WaitingLine::may_admit(Instant now) const {
    if (record_.state != LineState::open || active_ >= settings_.max_active) {
        return false;
    }
    const auto* const first = front();
    if (first == nullptr || first->pinned || now < record_.last_admission + admission_interval()) {
        return false;
    }
    // At one instant expiries come before admissions.
    const auto expiry = next_expiry();
    return !expiry || *expiry > now;
}

Token* WaitingLine::next_to_admit(std::int64_t seats_available, Instant now) const {
    return seats_available > 0 && may_admit(now) ? front() : nullptr;
}

std::optional<Instant> WaitingLine::next_admission() const {
    if (settings_.admissions_per_minute == 0 || record_.state != LineState::open ||
        active_ >= settings_.max_active) {
        return std::nullopt;
    }
    const auto* const first = front();
    if (first == nullptr || first->pinned) {
        return std::nullopt;
    }
    return record_.last_admission + admission_interval();
}

void WaitingLine::admit(Token& token, Instant now) {
    STAGEDOOR_ASSERT(&token == front(), "admission is first come, first served");
    STAGEDOOR_ASSERT(active_ < settings_.max_active, "nobody is admitted beyond the capacity");
    forget_sight(token);
    order_.remove(token.ticket_number);
    admissions_.admitted(now);
    forecast_.moved();
    token.status = TokenStatus::admitted;
    token.admitted_at = now;
    token.expires_at = now + settings_.entry_window;
    deadlines_.insert(deadline_of(token));
    ++active_;
    record_.serving_number = token.ticket_number;
    record_.last_admission = now;
    ++record_.admitted_total;
}

void WaitingLine::stay_inside(Token& token, Instant entered_at, Instant expires_at) {
    STAGEDOOR_ASSERT(token.pinned && token.status != TokenStatus::waiting,
                     "only who was admitted is inside, and moves with a change pending");
    STAGEDOOR_ASSERT(token.status != TokenStatus::entered || expires_at >= token.expires_at,
                     "a session is never shortened");
    if (token.status == TokenStatus::admitted) {
        forecast_.entered(entered_at - token.admitted_at);
    }
    token.status = TokenStatus::entered;
    token.entered_at = entered_at;
    token.expires_at = expires_at;
}

void WaitingLine::unlink(Token& token) {
    by_user_.remove(token.slot);
    if (is_sold_out(token)) {
        --over_;
        undecided_ -= token.pinned ? 1 : 0;
    }
    if (token.status == TokenStatus::waiting) {
        order_.remove(token.ticket_number);
    } else {
        --active_;
    }
    if (token.pinned) {
        token.pinned = false;
        pinned_ -= token.status == TokenStatus::waiting ? 1 : 0;
    } else if (token.status == TokenStatus::waiting) {
        forget_sight(token);
    } else {
        deadlines_.erase(deadline_of(token));
    }
}

void WaitingLine::expire(Token& token, ExpiryReason reason, Instant now) {
    if (token.status != TokenStatus::waiting) {
        forecast_.gone(stayed(token, now), forecast_.longest_stay(settings_.session));
    } else if (reason != ExpiryReason::sold_out) {
        forecast_.gave_up();
    }
    unlink(token);
    token.status = TokenStatus::expired;
    token.reason = reason;
}

void WaitingLine::sell_out(Instant now) {
    over_ = order_.size();
    undecided_ = pinned_;
    record_.sold_out_through = record_.last_ticket;
    record_.sold_out_at = now;
}

std::vector<Token*> WaitingLine::sweep(std::size_t limit) {
    std::vector<Token*> settled;
    for (std::size_t seen = 0; seen < limit && next_sweep(); ++seen) {
        auto* const token = at(order_.first_after(swept_));
        const auto done = token == nullptr || token->ticket_number > record_.sold_out_through;
        swept_ = done ? record_.sold_out_through : token->ticket_number;
        if (!done && settle(*token)) {
            settled.push_back(token);
        }
    }
    return settled;
}

std::optional<Instant> WaitingLine::next_sweep() const {
    return over_ > 0 && swept_ < record_.sold_out_through ? std::optional{record_.sold_out_at}
                                                          : std::nullopt;
}

Token* WaitingLine::find(const UserId& user) const {
    const auto found = by_user_.find(SeededHash{}(user.value), [this, &user](Slot slot) {
        return pool_[slot].user.text() == user.value;
    });
    return at(found);
}

std::int64_t WaitingLine::position(const Token& token) const {
    if (token.status != TokenStatus::waiting) {
        return 0;
    }
    // Nobody ahead of one who is over, and pinned, will be called.
    return std::max<std::int64_t>(order_.place_of(token.ticket_number) - over_, 1);
}

Instant WaitingLine::expires_at(const Token& token) const {
    return token.status == TokenStatus::waiting ? token.seen_at + settings_.abandon_after
                                                : token.expires_at;
}

/// For how long somebody inside has stayed; of one who has entered, so that it ends with the
/// session.
Milliseconds WaitingLine::stayed(const Token& token, Instant now) const {
    return token.status == TokenStatus::entered
               ? forecast_.longest_stay(settings_.session) - (token.expires_at - now)
               : now - token.admitted_at;
}

LineSituation WaitingLine::situation(Instant now) const {
    LineSituation situation{.max_active = settings_.max_active,
                            .session = settings_.session,
                            .interval = admission_interval(),
                            .last_admission = record_.last_admission,
                            .waiting = waiting(),
                            .active = active_,
                            .stayed = {},
                            .all_held = all_held_};
    situation.stayed.reserve(deadlines_.size());
    for (const auto& deadline : deadlines_) {
        situation.stayed.push_back(stayed(*deadline.token, now));
    }
    return situation;
}

std::int64_t WaitingLine::wait_seconds(std::int64_t position, Instant now) {
    if (forecast_.is_due(now)) {
        forecast_.make(situation(now), now);
    }
    return forecast_.wait_seconds(position, now);
}

std::optional<Instant> WaitingLine::next_expiry() const {
    std::optional<Instant> earliest;
    if (!by_seen_.empty()) {
        earliest = expires_at(*by_seen_.front());
    }
    if (!unseen_since_.empty()) {
        const auto expiry = unseen_since_.begin()->at + settings_.abandon_after;
        earliest = earliest ? std::min(*earliest, expiry) : expiry;
    }
    if (!deadlines_.empty() && (!earliest || deadlines_.begin()->at < *earliest)) {
        earliest = deadlines_.begin()->at;
    }
    return earliest;
}

std::vector<Token*> WaitingLine::due(Instant now, std::size_t limit) {
    std::vector<Token*> found;
    for (const auto& sight : unseen_since_) {
        if (sight.at + settings_.abandon_after > now || found.size() == limit) {
            break;
        }
        found.push_back(sight.token);
    }
    for (auto* token = by_seen_.front(); token != nullptr; token = by_seen_.after(*token)) {
        if (expires_at(*token) > now || found.size() == limit) {
            break;
        }
        found.push_back(token);
    }
    for (const auto& deadline : deadlines_) {
        if (deadline.at > now || found.size() == limit) {
            break;
        }
        found.push_back(deadline.token);
    }
    return found;
}

} // namespace stagedoor::queue
