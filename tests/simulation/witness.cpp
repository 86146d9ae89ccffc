// SPDX-License-Identifier: MIT
#include "witness.hpp"

#include <algorithm>

namespace stagedoor::simulation {

namespace {

constexpr std::chrono::hours key_time{24};

bool is_running(const Facts& facts, const std::string& scope, const Deed& deed) {
    return std::any_of(facts.running.begin(), facts.running.end(), [&](const DeedPtr& other) {
        return other->sequence != deed.sequence && other->message.key && key_scope(*other) == scope;
    });
}

void judge_replay(Facts& facts, const Deed& deed, const Answer& answer, KeyFacts& key) {
    require(key.state != KeyFacts::State::free, "an answer is replayed that was never given");
    require(key.requests.contains(deed.message.body), "a replay for another body");
    if (key.state == KeyFacts::State::bound) {
        require(answer.status == key.status && answer.body == key.body,
                "a replay differs from the first answer: ", key.body, " / ",
                std::string{answer.body});
        facts.events.add(Occurrence::replay);
        return;
    }
    key.state = KeyFacts::State::bound;
    key.status = answer.status;
    key.body = answer.body;
    key.requests = {deed.message.body};
    key.bound_in = deed.sequence;
    facts.events.add(Occurrence::replay_after_crash);
    // What it speaks of has been found in the tables since the crash.
    if (deed.kind == Deed::Kind::reserve) {
        const auto hold = facts.holds.find(answer.text("reservationId"));
        require(hold != facts.holds.end() && hold->second.user == deed.user,
                "a replayed reservation is not in the tables");
    } else if (deed.kind == Deed::Kind::pay) {
        const auto payment = facts.payments.find(answer.text("paymentId"));
        require(payment != facts.payments.end() && payment->second.user == deed.user,
                "a replayed payment is not in the tables");
    } else {
        require(facts.charges.contains(answer.text("chargeId")),
                "a replayed charge is not in the ledger");
    }
}

/// True where the key has settled the matter: the answer has no effect of its own.
bool judge_key(Facts& facts, const Deed& deed, const Answer& answer) {
    if (!deed.message.key) {
        require(!answer.replay, "a replay without a key");
        return false;
    }
    const auto scope = key_scope(deed);
    auto& key = facts.keys[scope];
    const auto last_answer = std::exchange(key.last_answer, facts.sequence);
    const bool bound = key.state == KeyFacts::State::bound;
    const bool fresh = bound && facts.now < key.bound_at + key_time;
    if (answer.replay) {
        judge_replay(facts, deed, answer, key);
        return true;
    }
    if (answer.code == "idempotency-key-reused") {
        require(key.state != KeyFacts::State::free && key.requests != std::set{deed.message.body},
                "422 for a key that was not used with another body");
        facts.events.add(Occurrence::key_reused);
        return true;
    }
    if (answer.code == "idempotency-in-progress") {
        require(is_running(facts, scope, deed) || last_answer > deed.sequence,
                "409 for a key that is not running");
        facts.events.add(Occurrence::key_in_progress);
        return true;
    }
    require(!(fresh && key.bound_in < deed.sequence),
            "a bound key is not replayed but answered anew: ", std::string{answer.body});
    if (answer.success()) {
        require(!fresh, "a key was answered twice: ", std::string{answer.body});
        key.state = KeyFacts::State::bound;
        key.requests = {deed.message.body};
        key.status = answer.status;
        key.body = answer.body;
        key.bound_at = deed.sent_at;
        key.bound_in = facts.sequence;
    }
    return false;
}

void judge_state(Facts& facts, const Answer& answer) {
    require(answer.status == 200, "a line's state could not be set: ", std::string{answer.body});
    facts.events.add(Occurrence::line_state);
}

void judge(Facts& facts, const Deed& deed, const Answer& answer) {
    using Kind = Deed::Kind;
    switch (deed.kind) {
    case Kind::join:
        return judge_join(facts, deed, answer);
    case Kind::poll:
    case Kind::enter:
        return judge_place(facts, deed, answer);
    case Kind::leave:
        return judge_leave(facts, deed, answer);
    case Kind::show_seats:
        return judge_seat_map(facts, deed, answer);
    case Kind::reserve:
        return judge_reserve(facts, deed, answer);
    case Kind::release:
        return judge_release(facts, deed, answer);
    case Kind::show_reservation:
        return judge_reservation(facts, deed, answer);
    case Kind::pay:
        return judge_pay(facts, deed, answer);
    case Kind::show_payment:
        return judge_payment(facts, deed, answer);
    case Kind::charge:
        return judge_charge(facts, deed, answer);
    case Kind::show_balance:
        return judge_balance(facts, deed, answer);
    case Kind::show_line:
        return require(answer.status == 200, "a line's state is not shown");
    case Kind::set_state:
        return judge_state(facts, answer);
    case Kind::import:
        return judge_import(facts, deed, answer);
    }
}

} // namespace

void sent(Facts& facts, const DeedPtr& deed) {
    facts.running.push_back(deed);
    if (deed->kind == Deed::Kind::import) {
        auto& line = facts.lines[deed->concert];
        line.limit = std::max(line.limit, deed->plan.max_active);
        line.interval = std::min(line.interval, deed->plan.interval());
    }
}

void answered(Facts& facts, const DeedPtr& deed, const Response& response) {
    std::erase(facts.running, deed);
    ++facts.sequence;
    const Answer answer{response};
    if (answer.code == "storage-unavailable") {
        require(facts.trouble > deed->sequence,
                "503 although the disk was never full: ", deed->message.path);
        facts.events.add(Occurrence::unavailable);
        if (deed->message.key) {
            const auto& key = facts.keys[key_scope(*deed)];
            require(key.state != KeyFacts::State::bound || key.bound_in > deed->sequence ||
                        facts.now >= key.bound_at + key_time,
                    "503 for a key that is bound");
        }
        return;
    }
    if (!judge_key(facts, *deed, answer)) {
        judge(facts, *deed, answer);
    }
}

void crashed(Facts& facts) {
    for (auto& deed : std::exchange(facts.running, {})) {
        if (deed->message.key) {
            auto& key = facts.keys[key_scope(*deed)];
            if (key.state == KeyFacts::State::bound && facts.now < key.bound_at + key_time) {
                continue; // a replay at most
            }
            if (key.state != KeyFacts::State::maybe) {
                key.state = KeyFacts::State::maybe;
                key.requests.clear();
                key.bound_at = deed->sent_at;
            }
            key.requests.insert(deed->message.body);
        }
        facts.unknown.push_back(deed);
    }
    ++facts.sequence;
    for (auto& [id, token] : facts.tokens) {
        token.crossed_crash = true;
        token.seen_at = std::max(token.seen_at, facts.now);
    }
}

} // namespace stagedoor::simulation
