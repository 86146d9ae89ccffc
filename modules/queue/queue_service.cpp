// SPDX-License-Identifier: MIT
#include "queue_service.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "queue_store.hpp"

namespace stagedoor::queue {

QueueService::QueueService(Dependencies dependencies, LineSettings defaults)
    : dependencies_{std::move(dependencies)},
      register_{dependencies_.reservations, defaults},
      ends_per_turn_{static_cast<std::size_t>(defaults.ends_per_turn)} {
    dependencies_.journal.on_writable([this] { resume(); });
}

// ---- looking

/// A token is over from the instant at which its line was sold out, whenever it learns of that.
void QueueService::settle(Token& token) const {
    if (token.line->settle(token)) {
        register_.bury(token, token.line->record().sold_out_at);
    }
}

Token& QueueService::record_of(TokenHandle handle) const {
    auto& token = *static_cast<Token*>(handle.record);
    settle(token);
    return token;
}

TokenHandle QueueService::find(std::string_view text) const {
    return {register_.find(text)};
}

std::shared_ptr<const void> QueueService::use(TokenHandle& token) const {
    auto* record = static_cast<Token*>(token.record); // it settles while it is in use
    auto in_use = register_.use(record);
    token.record = record;
    return in_use;
}

std::shared_ptr<const void> QueueService::use(Token& token) const {
    auto* record = &token;
    return register_.use(record);
}

TokenView QueueService::view(TokenHandle token) const {
    return LineRegister::view_of(record_of(token), dependencies_.clock.now());
}

task<TokenView> QueueService::recall(TokenHandle handle) const {
    auto& token = record_of(handle);
    auto view = LineRegister::view_of(token, dependencies_.clock.now());
    if (token.recalled || view.reason == ExpiryReason::paid) { // else memory has it
        Recollection known;
        const TicketName ticket{view.concert, token.ticket_number};
        const std::function<void(Database&)> query = [&known, &ticket](Database& database) {
            known = recollect(database, ticket);
        };
        co_await read(dependencies_.journal, query);
        view.user = token.recalled ? known.user : view.user;
        view.payment = known.payment;
    }
    co_return view;
}

Place QueueService::look(TokenHandle token) const {
    return LineRegister::place_of(record_of(token), dependencies_.clock.now());
}

TokenId QueueService::id_of(TokenHandle token) {
    return static_cast<const Token*>(token.record)->key.text();
}

Place QueueService::poll(TokenHandle handle) {
    auto& token = record_of(handle);
    const auto now = dependencies_.clock.now();
    if (token.status == TokenStatus::waiting) {
        token.line->see(token, now);
        if (token.line->may_admit(now)) {
            evaluate(*register_.line_of(token.line->concert()));
            settle(token);
        }
    }
    return LineRegister::place_of(token, now);
}

bool QueueService::sold_out(const WaitingLine& line) const {
    const auto capacity = dependencies_.reservations.capacity(line.concert());
    return capacity && capacity->seats_unsold == 0;
}

std::string_view QueueService::state_of(const WaitingLine& line) const {
    return sold_out(line) ? "SOLD_OUT" : to_string(line.record().state);
}

std::optional<LineView> QueueService::line_view(const ConcertId& concert) {
    const auto* const line = register_.line_of(concert);
    if (line == nullptr) {
        return std::nullopt;
    }
    const auto& rules = line->rules;
    return LineView{concert,
                    state_of(rules),
                    rules.waiting(),
                    rules.active(),
                    rules.settings().max_active,
                    rules.record().serving_number,
                    rules.record().admitted_total,
                    rules.admissions_in_last_minute(dependencies_.clock.now())};
}

std::vector<LineStats> QueueService::stats() const {
    std::vector<LineStats> stats;
    for (const auto& [concert, line] : register_.lines()) {
        stats.push_back({concert, line->rules.waiting(), line->rules.active(),
                         line->rules.record().admitted_total, line->rules.record().last_ticket});
    }
    return stats;
}

// ---- the use cases

std::optional<JoinRefusal> QueueService::refuse_to_join(const WaitingLine& line,
                                                        const UserId& user) const {
    if (sold_out(line)) {
        return JoinRefusal::sold_out;
    }
    if (line.record().state == LineState::closed) {
        return JoinRefusal::line_closed;
    }
    if (!dependencies_.reservations.may_own_more(line.concert(), user)) {
        return JoinRefusal::seat_limit;
    }
    if (line.waiting() >= line.settings().max_waiting) {
        return JoinRefusal::line_full;
    }
    return std::nullopt;
}

/// `max_waiting` is exact: while it depends on joins that are on their way to the disk whether
/// there is room for one more, that one waits for their outcome, since they may yet fail or be
/// admitted.
task<std::optional<JoinRefusal>> QueueService::await_room(Line& line, UserId user) {
    for (;;) {
        if (const auto refusal = refuse_to_join(line.rules, user)) {
            co_return refusal;
        }
        if (line.joins_pending == 0 ||
            line.rules.waiting() + line.joins_pending < line.rules.settings().max_waiting) {
            co_return std::nullopt;
        }
        auto& decided = line.outside.emplace_back(dependencies_.executor);
        co_await decided.wait();
    }
}

/// Wakes as many as there is room for, and all of them once nothing is left to wait for.
void QueueService::join_decided(Line& line) {
    --line.joins_pending;
    const auto most = line.rules.settings().max_waiting;
    auto room = most - line.rules.waiting() - line.joins_pending;
    if (line.joins_pending == 0 || line.rules.waiting() >= most) {
        line.outside.clear();
    }
    for (; room > 0 && !line.outside.empty(); --room) {
        line.outside.pop_front();
    }
}

task<result<Joined, JoinRefusal>> QueueService::join(ConcertId concert, UserId user) {
    const auto turn = co_await dependencies_.turns.take(concert, user);
    auto* const line = register_.line_of(concert);
    if (line == nullptr) {
        co_return JoinRefusal::no_such_concert;
    }
    if (auto* const token = line->rules.find(user)) {
        const auto in_use = use(*token);
        const bool alive = co_await expire_unless_alive(*token, dependencies_.clock.now());
        if (alive) {
            line->rules.see(*token, dependencies_.clock.now());
            evaluate(*line);
        }
        settle(*token);
        if (token->status != TokenStatus::expired) {
            co_return Joined{{token}, false};
        }
    }
    const auto refusal = co_await await_room(*line, user);
    if (refusal) {
        co_return *refusal;
    }
    TokenRow row;
    row.key = TokenKey::make(dependencies_.random);
    row.concert = concert;
    row.user = user;
    row.ticket_number = line->rules.take_ticket();
    row.joined_at = dependencies_.clock.now();

    auto change = put_line(concert, line->rules.record());
    change += insert_token(row);
    ++line->joins_pending;
    const auto outcome = co_await commit(dependencies_.journal, std::move(change));
    if (outcome != Outcome::committed) {
        join_decided(*line);
        co_return JoinRefusal::storage_unavailable;
    }
    auto& kept = register_.keep(row.key, user, line->rules, row.ticket_number);
    line->rules.add(kept, dependencies_.clock.now()); // seen now, whatever the disk took
    evaluate(*line);
    join_decided(*line);
    settle(kept);
    if (kept.status == TokenStatus::expired) {
        co_return JoinRefusal::sold_out; // the last seat was sold while this was on its way to the
                                         // disk
    }
    dependencies_.agenda.due_changed();
    co_return Joined{{&kept}, true};
}

task<std::optional<EntryRefusal>> QueueService::enter(TokenHandle handle) {
    auto& token = record_of(handle);
    if (token.status == TokenStatus::expired) {
        co_return EntryRefusal::expired;
    }
    const auto turn = co_await dependencies_.turns.take(token.line->concert(), token.user.id());
    const auto now = dependencies_.clock.now();
    if (token.status == TokenStatus::waiting) {
        token.line->see(token, now);
        evaluate(*register_.line_of(token.line->concert()));
    }
    const bool alive = co_await expire_unless_alive(token, now);
    if (!alive) {
        co_return token.status == TokenStatus::expired ? EntryRefusal::expired
                                                       : EntryRefusal::storage_unavailable;
    }
    if (token.status == TokenStatus::waiting) {
        co_return EntryRefusal::not_admitted;
    }
    if (token.status == TokenStatus::entered) {
        co_return std::nullopt;
    }
    auto step = keep_inside(handle, now, now);
    const auto outcome = co_await carry_out(dependencies_.journal, std::move(step));
    if (outcome != Outcome::committed) {
        co_return EntryRefusal::storage_unavailable;
    }
    co_return std::nullopt;
}

task<std::optional<EntryRefusal>> QueueService::leave(TokenHandle handle) {
    auto& token = record_of(handle);
    if (token.status == TokenStatus::expired) {
        co_return EntryRefusal::expired;
    }
    const auto turn = co_await dependencies_.turns.take(token.line->concert(), token.user.id());
    const auto now = dependencies_.clock.now();
    const bool alive = co_await expire_unless_alive(token, now);
    if (!alive) {
        co_return token.status == TokenStatus::expired ? EntryRefusal::expired
                                                       : EntryRefusal::storage_unavailable;
    }
    auto step = expire(token, ExpiryReason::left, {}, now);
    const auto outcome = co_await carry_out(dependencies_.journal, std::move(step));
    if (outcome != Outcome::committed) {
        co_return EntryRefusal::storage_unavailable;
    }
    co_return std::nullopt;
}

task<bool> QueueService::set_state(ConcertId concert, LineState state) {
    auto* const line = register_.line_of(concert);
    STAGEDOOR_ASSERT(line != nullptr, "the caller has looked the concert up");
    const UserId nobody; // no user has an empty id: this is the turn of the line's own changes
    const auto turn = co_await dependencies_.turns.take(concert, nobody);
    const auto before = line->rules.record().state;
    if (state != LineState::open) {
        line->rules.set_state(state); // a pending change restricts at once, and permits nothing
    }
    auto change = put_line(concert, line->rules.record());
    change += put_state(concert, state);
    const auto outcome = co_await commit(dependencies_.journal, std::move(change));
    const bool done = outcome == Outcome::committed;
    line->rules.set_state(done ? state : before);
    evaluate(*line);
    dependencies_.agenda.due_changed();
    co_return done;
}

// ---- changes that others cause

task<std::optional<TokenView>> QueueService::expire_if_due(TokenHandle handle, Instant now) {
    auto& token = record_of(handle);
    const bool alive = co_await expire_unless_alive(token, now);
    if (!alive && token.status != TokenStatus::expired) {
        co_return std::nullopt;
    }
    co_return LineRegister::view_of(token, dependencies_.clock.now());
}

Step QueueService::keep_inside(TokenHandle handle, Instant now, Instant until) {
    auto& token = record_of(handle);
    auto row = row_of(token);
    if (row.status == TokenStatus::admitted) {
        row.status = TokenStatus::entered;
        row.entered_at = now;
        row.expires_at = now + token.line->settings().session;
    }
    row.expires_at = std::max(row.expires_at, until);
    token.line->pin(token);

    Step step;
    step.change = update_token(row);
    step.apply.emplace_back([this, &token, row] {
        token.line->stay_inside(token, row.entered_at, row.expires_at);
        token.line->unpin(token);
        hand_over(token);
        dependencies_.agenda.due_changed();
    });
    step.undo.emplace_back([this, &token] {
        token.line->unpin(token);
        dependencies_.agenda.due_changed();
    });
    return step;
}

Step QueueService::expire_paid(TokenHandle handle, PaymentId payment, Instant now) {
    return expire(record_of(handle), ExpiryReason::paid, std::move(payment), now);
}

Step QueueService::expire(Token& token, ExpiryReason reason, PaymentId payment, Instant now) {
    auto row = row_of(token);
    row.status = TokenStatus::expired;
    row.reason = reason;
    row.payment = std::move(payment);
    row.expired_at = now;
    token.line->pin(token);

    auto step = dependencies_.reservations.depart(token.line->concert(), token.user.id(), now);
    step.change += update_token(std::move(row));
    step.apply.emplace_back([this, &token, reason, now] {
        auto& line = *register_.line_of(token.line->concert());
        line.rules.expire(token, reason, now);
        register_.bury(token, now);
        evaluate(line);
        dependencies_.agenda.due_changed();
    });
    step.undo.emplace_back([this, &token] {
        token.line->unpin(token);
        settle(token);
        evaluate(*register_.line_of(token.line->concert()));
        dependencies_.agenda.due_changed();
    });
    return step;
}

/// True where the token is alive at `now`; otherwise it is expired, or could not be (the storage
/// cannot write).
task<bool> QueueService::expire_unless_alive(Token& token, Instant now) {
    settle(token);
    if (token.status == TokenStatus::expired) {
        co_return false;
    }
    if (token.line->expires_at(token) > now) {
        co_return true;
    }
    auto step = expire(token, reason_of_time(token.status), {}, now);
    step.change.follows();
    co_await carry_out(dependencies_.journal, std::move(step));
    co_return false;
}

void QueueService::hand_over(const Token& token) {
    dependencies_.reservations.receive(
        {.concert = token.line->concert(),
         .user = token.user.id(),
         .session_ends_at = token.entered_at + token.line->settings().session});
}

void QueueService::capacity_changed(const ConcertId& concert) {
    auto* const line = register_.line_of(concert);
    if (line == nullptr) {
        return;
    }
    register_.configure(*line);
    evaluate(*line);
    dependencies_.agenda.due_changed();
}

// ---- what falls due

std::optional<Instant> QueueService::next_due() const {
    auto earliest = register_.tombstones().next_due();
    const auto consider = [&](std::optional<Instant> due) {
        if (due && (!earliest || *due < *earliest)) {
            earliest = due;
        }
    };
    for (const auto& [concert, line] : register_.lines()) {
        consider(line->rules.next_expiry());
        consider(line->rules.next_sweep());
        const auto admission = line->rules.next_admission();
        if (admission && line->admissions_pending == 0 && dependencies_.journal.writable() &&
            dependencies_.reservations.capacity(concert)->seats_available > 0) {
            consider(admission);
        }
    }
    return earliest;
}

task<void> QueueService::run_due(Instant now) {
    // A batch at a time: the loop goes on between them, however many fall due at once. What is left
    // stays due.
    sweep();
    std::vector<task<void>> expiries;
    for (const auto& [concert, line] : register_.lines()) {
        for (const auto* token : line->rules.due(now, ends_per_turn_ - expiries.size())) {
            expiries.push_back(expire_in_turn(token->key, now));
        }
    }
    co_await run_all(dependencies_.executor, std::move(expiries));
    for (const auto& [concert, line] : register_.lines()) {
        evaluate(*line);
    }
    co_await purge(now);
    // Whatever was submitted on the way is durable when this empty Change is.
    Change nothing;
    co_await commit(dependencies_.journal, std::move(nothing));
}

task<void> QueueService::expire_in_turn(TokenKey key, Instant now) {
    auto* const token = register_.find_live(key);
    if (token == nullptr) {
        co_return;
    }
    const auto in_use = use(*token);
    const auto turn = co_await dependencies_.turns.take(token->line->concert(), token->user.id());
    co_await expire_unless_alive(*token, now);
}

bool QueueService::is_inside(const ConcertId& concert, const UserId& user) const {
    const auto line = register_.lines().find(concert);
    if (line == register_.lines().end()) {
        return false;
    }
    const auto* const token = line->second->rules.find(user);
    return token != nullptr && token->status == TokenStatus::entered;
}

void QueueService::load(Database& database) {
    for (const auto* const token : register_.load(database, dependencies_.clock)) {
        hand_over(*token);
    }
}

} // namespace stagedoor::queue
