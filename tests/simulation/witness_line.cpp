// SPDX-License-Identifier: MIT
// What the waiting line has promised: places, order, pace, deadlines, and that what is over stays
// over.
#include <algorithm>

#include <fmt/format.h>

#include "witness.hpp"

namespace stagedoor::simulation {

namespace {

constexpr std::chrono::hours tombstone_time{24};

Stage parse_stage(const std::string& status) {
    require(status == "WAITING" || status == "ADMITTED" || status == "ENTERED",
            "a token is shown with the status ", status);
    return status == "WAITING" ? Stage::waiting
                               : (status == "ADMITTED" ? Stage::admitted : Stage::entered);
}

void judge_waiting(const LineFacts& line, TokenFacts& token, std::int64_t position) {
    require(token.told == Stage::waiting, "who was told ADMITTED is told WAITING");
    require(position >= 1 && position <= token.position, "a position grew from ",
            std::to_string(token.position), " to ", std::to_string(position));
    require(line.admissions.empty() || line.admissions.rbegin()->first < token.ticket, "ticket ",
            std::to_string(token.ticket), " waits although a later one was admitted");
    token.position = position;
}

/// What the body of a place says of a token.
void judge_view(Facts& facts, const std::string& id, const Answer& answer) {
    auto& token = facts.tokens.at(id);
    auto& line = facts.lines.at(token.concert);
    const auto stage = parse_stage(answer.text("status"));
    const auto until = answer.instant("expiresAt");
    const auto position = answer.number("position");
    require(answer.text("concertId") == token.concert && answer.text("userId") == token.user &&
                answer.number("ticketNumber") == token.ticket,
            "a token is shown as another's");
    require(token.told != Stage::over, "a token that was over (", token.reason, ") lives again");
    require(stage >= token.told, "a token is told ", answer.text("status"), " after a later state");
    if (stage == Stage::waiting) {
        judge_waiting(line, token, position);
        token.seen_at = until - line.plan.abandon_after; // a poll at the very end comes too late
    } else {
        require(position == 0, "a position is shown of who does not wait");
    }
    if (stage == Stage::admitted) {
        const bool anew = token.crossed_crash && until > token.until;
        require(token.told != Stage::admitted || until == token.until || anew,
                "the end of an entry window moved");
        if (token.told == Stage::waiting || anew) {
            told_admission(line, token.ticket, until - line.plan.entry_window);
            facts.events.add(Occurrence::admission, token.told == Stage::waiting ? 1 : 0);
        }
    }
    if (stage == Stage::entered) {
        require(token.told != Stage::entered || until >= token.until, "a session was shortened");
        require(until <= facts.now + line.plan.session + facts.hold_time, "a session is too long");
    }
    token.crossed_crash = token.crossed_crash && stage == Stage::waiting;
    token.told = stage;
    token.until = stage == Stage::waiting ? Instant{} : until;
    if (!facts.ending(id)) {
        token.live_at = std::min(facts.now, until); // its end may be on the way to the disk
    }
}

/// Nothing else of this user in this concert may live beside a new token.
void judge_new_token(Facts& facts, const Deed& deed, const Answer& answer) {
    const auto id = answer.text("token");
    auto& line = facts.lines.at(deed.concert);
    require(!facts.tokens.contains(id), "a token was given out twice");
    for (auto& [other_id, other] : facts.tokens) {
        if (other.concert == deed.concert && other.user == deed.user) {
            require(!facts.surely_inside(other_id, other), "a user has two live tokens");
            if (other.told != Stage::over) {
                facts.end_token(other_id, "");
            }
        }
    }
    TokenFacts token;
    token.concert = deed.concert;
    token.user = deed.user;
    token.ticket = answer.number("ticketNumber");
    require(line.tickets.insert(token.ticket).second, "a ticket number was given out twice");
    facts.tokens.emplace(id, token);
}

/// How many seats of the concert the user of the deed has bought, or may have.
std::int64_t owned(const Facts& facts, const Deed& deed, bool perhaps) {
    std::int64_t seats = 0;
    for (const auto& [id, hold] : facts.holds) {
        if (hold.concert == deed.concert && hold.user == deed.user &&
            (hold.state == HoldState::paid || (perhaps && facts.paying(hold)))) {
            seats += static_cast<std::int64_t>(hold.seats.size());
        }
    }
    return seats;
}

bool may_be_over(const Facts& facts, const std::string& id, const TokenFacts& token,
                 const std::string& reason) {
    const auto& line = facts.lines.at(token.concert);
    if (reason == "PAID" || reason == "LEFT") {
        const auto kind = reason == "PAID" ? Deed::Kind::pay : Deed::Kind::leave;
        return std::any_of(facts.running.begin(), facts.running.end(), [&](const DeedPtr& other) {
            return other->token == id && other->kind == kind;
        });
    }
    if (reason == "SOLD_OUT") {
        return token.told == Stage::waiting;
    }
    if (reason == "ABANDONED") {
        return token.told == Stage::waiting && facts.now >= token.seen_at + line.plan.abandon_after;
    }
    if (reason == "ENTRY_MISSED") {
        return token.told != Stage::entered &&
               facts.now >= (token.told == Stage::admitted
                                 ? token.until
                                 : token.live_at + line.plan.entry_window);
    }
    return reason == "SESSION_ENDED" &&
           facts.now >=
               (token.told == Stage::entered ? token.until : token.live_at + line.plan.session);
}

void judge_over(Facts& facts, const Deed& deed, const Answer& answer) {
    const auto& token = facts.tokens.at(deed.token);
    const auto reason = answer.text("reason");
    if (token.told == Stage::over && !token.reason.empty()) {
        require(token.reason == reason, "a token is over for ", reason, " after ", token.reason);
        return;
    }
    const bool unseen_end = token.told == Stage::over; // a new token of the user told of it
    require(unseen_end || may_be_over(facts, deed.token, token, reason), "a token is over for ",
            reason, " without cause");
    facts.end_token(deed.token, reason);
}

void judge_unknown(Facts& facts, const Deed& deed) {
    const auto known = facts.tokens.find(deed.token);
    require(known == facts.tokens.end() || (facts.now >= known->second.live_at + tombstone_time),
            "a token is unknown that was given out");
    if (known != facts.tokens.end()) {
        if (known->second.told != Stage::over) {
            facts.end_token(deed.token, "");
        }
        facts.events.add(Occurrence::token_forgotten);
        facts.tokens.erase(known);
        facts.forgotten[deed.token] = facts.sequence;
    }
}

} // namespace

void told_admission(LineFacts& line, std::int64_t ticket, Instant at) {
    line.admissions.erase(ticket);
    const auto next = line.admissions.lower_bound(ticket);
    require(next == line.admissions.end() || next->second >= at + line.interval, "ticket ",
            std::to_string(ticket), " was admitted after, or too close to, a later one");
    if (next != line.admissions.begin()) {
        const auto before = std::prev(next);
        require(at >= before->second + line.interval, "ticket ", std::to_string(ticket),
                " was admitted before its time: ", std::to_string((at - before->second).count()),
                " ms after ticket ", std::to_string(before->first));
    }
    line.admissions.emplace(ticket, at);
}

void told_inside(Facts& facts, const std::string& id, Instant until) {
    const auto known = facts.tokens.find(id);
    require(known != facts.tokens.end(), "something was granted to a token that is unknown");
    auto& token = known->second;
    require(token.told != Stage::over, "something was granted to a token that is over");
    token.until = token.told == Stage::entered ? std::max(token.until, until) : until;
    token.told = Stage::entered;
}

void judge_join(Facts& facts, const Deed& deed, const Answer& answer) {
    if (!answer.success()) {
        if (answer.code == "seat-limit") {
            require(owned(facts, deed, true) >= facts.seats_per_user,
                    "a join was refused to who may own more");
            return facts.events.add(Occurrence::seat_limit);
        }
        require(answer.code == "line-closed" || answer.code == "sold-out",
                "a join was refused: ", std::string{answer.body});
        facts.events.add(Occurrence::line_refused);
        return;
    }
    if (answer.status == 201) {
        require(owned(facts, deed, false) < facts.seats_per_user,
                "who owns as many seats as one may have has joined");
        judge_new_token(facts, deed, answer);
        facts.events.add(Occurrence::join);
    } else {
        require(facts.tokens.contains(answer.text("token")),
                "a rejoin is answered with a token that was never given out");
        facts.events.add(Occurrence::rejoin);
    }
    judge_view(facts, answer.text("token"), answer);
}

void judge_place(Facts& facts, const Deed& deed, const Answer& answer) {
    if (!answer.success()) {
        return judge_token_refusal(facts, deed, answer);
    }
    judge_view(facts, deed.token, answer);
    const auto& token = facts.tokens.at(deed.token);
    require(deed.kind == Deed::Kind::enter || token.told != Stage::waiting ||
                !facts.lines.at(token.concert).sold_out || facts.ending(deed.token) ||
                answer.instant("expiresAt") <= facts.now, // its abandonment is on the way
            "who was sold out is told WAITING");
    const bool entry = deed.kind == Deed::Kind::enter;
    require(!entry || facts.tokens.at(deed.token).told == Stage::entered,
            "an entry is answered without being inside");
    facts.events.add(entry ? Occurrence::entry : Occurrence::poll);
}

void judge_leave(Facts& facts, const Deed& deed, const Answer& answer) {
    if (!answer.success()) {
        return judge_token_refusal(facts, deed, answer);
    }
    const auto& token = facts.tokens.at(deed.token);
    require(token.told != Stage::over, "who was over has left");
    facts.end_token(deed.token, "LEFT");
    facts.events.add(Occurrence::departure);
}

void judge_token_refusal(Facts& facts, const Deed& deed, const Answer& answer) {
    if (answer.code == "token-unknown") {
        return judge_unknown(facts, deed);
    }
    const auto known = facts.tokens.find(deed.token);
    if (known == facts.tokens.end()) { // forgotten while this answer was on its way to the table
        const auto forgotten = facts.forgotten.find(deed.token);
        require(forgotten != facts.forgotten.end() && deed.sequence <= forgotten->second &&
                    answer.code == "token-expired",
                "a token is judged that was never given out");
        return;
    }
    auto& token = known->second;
    if (answer.code == "token-expired") {
        return judge_over(facts, deed, answer);
    }
    facts.events.add(Occurrence::not_inside);
    if (answer.code == "not-admitted") {
        require(token.told != Stage::over, "who was over waits");
        return judge_waiting(facts.lines.at(token.concert), token, answer.number("position"));
    }
    require(answer.code == "not-entered" && token.told <= Stage::admitted,
            "an answer that nothing explains: ", std::string{answer.body});
}

} // namespace stagedoor::simulation
