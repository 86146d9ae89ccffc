// SPDX-License-Identifier: MIT
// All that was promised against all that is in the tables, both ways: nothing is missing, nothing
// is there that was never asked for or was refused, and what a crash left unknown is there once or
// not at all.
#include <algorithm>

#include "books.hpp"
#include "src/core/tables.hpp"
#include "witness.hpp"
#include "world.hpp"

namespace stagedoor::simulation {

namespace {

Stage stage_of(const BookedToken& row) {
    return row.status == "WAITING"    ? Stage::waiting
           : row.status == "ADMITTED" ? Stage::admitted
           : row.status == "ENTERED"  ? Stage::entered
                                      : Stage::over;
}

/// Something of this kind and user was cut off by a crash; it explains one thing in the tables.
DeedPtr take_unknown(Facts& facts, Deed::Kind kind, const std::string& concert,
                     const std::string& user, const auto& fits) {
    const auto found =
        std::find_if(facts.unknown.begin(), facts.unknown.end(), [&](const DeedPtr& deed) {
            return deed->kind == kind && deed->concert == concert && deed->user == user &&
                   fits(*deed);
        });
    if (found == facts.unknown.end()) {
        return nullptr;
    }
    const auto deed = *found;
    // The same request sent again under its key is no second cause.
    std::erase_if(facts.unknown, [&](const DeedPtr& other) {
        return other == deed ||
               (deed->message.key && other->message.key && key_scope(*other) == key_scope(*deed));
    });
    facts.events.add(Occurrence::unknown_happened);
    return deed;
}

bool was_cut_off(const Facts& facts, Deed::Kind kind, const std::string& concert,
                 const std::string& user) {
    return std::any_of(facts.unknown.begin(), facts.unknown.end(), [&](const DeedPtr& deed) {
        return deed->kind == kind && deed->concert == concert && deed->user == user;
    });
}

bool anything(const Deed&) {
    return true;
}

// ---- payments, before reservations and tokens: they explain what became of those

/// By its id, or by its seats: those may be of a later reservation than the caller had in mind.
bool asks_to_pay(const Deed& deed, const BookedReservation& of) {
    if (deed.seats.empty()) {
        return deed.reservation == of.id;
    }
    return deed.date == of.date && std::is_permutation(deed.seats.begin(), deed.seats.end(),
                                                       of.seats.begin(), of.seats.end());
}

void check_payments(Facts& facts, const Books& books) {
    std::map<std::string, const BookedReservation*> reservations;
    for (const auto& one : books.reservations) {
        reservations[one.id] = &one;
    }
    for (const auto& row : books.payments) {
        const auto& of = *reservations.at(row.reservation);
        require(row.tickets == static_cast<std::int64_t>(of.seats.size()),
                "a payment without a ticket for every seat");
        require(row.paid_at < of.expires_at, "a hold was paid that had run out");
        if (const auto known = facts.payments.find(row.id); known != facts.payments.end()) {
            require(known->second.amount == row.amount && known->second.user == row.user &&
                        known->second.reservation == row.reservation,
                    "a payment is booked as another than was made");
            continue;
        }
        const auto fits = [&](const Deed& deed) {
            return asks_to_pay(deed, of) && deed.sent_at <= row.paid_at;
        };
        const auto deed = take_unknown(facts, Deed::Kind::pay, of.concert, row.user, fits);
        require(deed != nullptr, "payment ", row.id, " of ", row.reservation, " by ", row.user,
                " is booked that was refused, or never asked for");
        facts.payments.emplace(row.id,
                               PaymentFacts{row.reservation, row.user, of.concert, row.amount, ""});
        auto& hold = facts.holds.at(row.reservation);
        require(hold.state == HoldState::held, "a reservation was paid that had ended");
        hold.state = HoldState::paid;
        for (const auto& number : hold.seats) {
            auto& seat = facts.seats[seat_key(hold.concert, hold.date, number)];
            require(seat.payment.empty(), "seat ", number, " was sold twice");
            seat.payment = row.id;
        }
        facts.money[row.user].balance -= row.amount;
        facts.earned += row.amount;
        facts.end_token(deed->token, "PAID");
    }
    require(facts.payments.size() == books.payments.size(),
            "an acknowledged payment is not in the tables");
}

// ---- the ledger

void check_ledger(Facts& facts, const Books& books) {
    std::map<std::string, std::int64_t> running;
    std::size_t charges = 0;
    for (const auto& row : books.entries) {
        require(row.balance_after == (running[row.user] += row.amount),
                "a ledger entry with another balance than the entries before it make");
        if (row.kind != "CHARGE") {
            require(facts.payments.contains(row.transfer), "a debit without a payment");
            continue;
        }
        ++charges;
        if (const auto known = facts.charges.find(row.transfer); known != facts.charges.end()) {
            require(known->second.user == row.user && known->second.amount == row.amount,
                    "a charge is booked as another than was made");
            continue;
        }
        const auto fits = [&](const Deed& deed) { return deed.amount == row.amount; };
        require(take_unknown(facts, Deed::Kind::charge, "", row.user, fits) != nullptr,
                "a charge is booked that was refused, or twice");
        facts.charges.emplace(row.transfer, ChargeFacts{row.user, row.amount});
        facts.money[row.user].balance += row.amount;
        facts.charged += row.amount;
    }
    require(facts.charges.size() == charges, "an acknowledged charge is not in the ledger");
    for (const auto& [user, money] : facts.money) {
        const auto account = books.accounts.find("user:" + user);
        require((account == books.accounts.end() ? 0 : account->second) == money.balance,
                "the balance of ", user, " is not what was charged and paid");
    }
    require(-books.accounts.at("cash") == facts.charged &&
                books.accounts.at("revenue") == facts.earned,
            "the totals are not what was charged and paid");
}

// ---- reservations

void adopt(Facts& facts, const BookedReservation& row) {
    const auto fits = [&](const Deed& deed) {
        return deed.date == row.date && deed.seats == row.seats && deed.sent_at <= row.held_at;
    };
    require(take_unknown(facts, Deed::Kind::reserve, row.concert, row.user, fits) != nullptr,
            "a reservation is booked that was refused, or never asked for");
    require(row.expires_at == row.held_at + facts.hold_time, "a hold of another length");
    facts.holds.emplace(row.id, HoldFacts{row.concert, row.user, row.date, row.seats, row.amount,
                                          row.held_at, row.expires_at, HoldState::held, 0});
    for (const auto& number : row.seats) {
        facts.seats[seat_key(row.concert, row.date, number)].hold = row.id;
    }
}

void check_hold(Facts& facts, const BookedReservation& row, HoldFacts& hold, bool writable) {
    require(hold.concert == row.concert && hold.user == row.user && hold.date == row.date &&
                hold.seats == row.seats && hold.amount == row.amount &&
                hold.held_at == row.held_at && hold.expires_at == row.expires_at,
            "a reservation is booked as another than was made");
    require((hold.state == HoldState::paid) == (row.status == "PAID"), "a sale is booked as ",
            row.status);
    require(hold.state != HoldState::ended || row.status != "HELD",
            "a hold that has ended is booked as HELD");
    if (row.status == "HELD") {
        require(!writable || facts.now < row.expires_at, "a hold lives past its expiry");
        return;
    }
    require(row.status != "EXPIRED" || facts.now >= row.expires_at,
            "a hold ran out before its end");
    if (row.status == "RELEASED" && hold.state == HoldState::held) {
        using Kind = Deed::Kind;
        require(was_cut_off(facts, Kind::release, row.concert, row.user) ||
                    was_cut_off(facts, Kind::leave, row.concert, row.user),
                "a hold was released by nobody");
    }
    facts.end_hold(hold);
}

void check_reservations(Facts& facts, const Books& books, bool writable) {
    for (const auto& row : books.reservations) {
        const auto known = facts.holds.find(row.id);
        require(known != facts.holds.end(), "a reservation appears from nowhere");
        check_hold(facts, row, known->second, writable);
    }
    require(facts.holds.size() == books.reservations.size(),
            "an acknowledged reservation is not in the tables");
    for (const auto& row : books.seats) {
        const auto key = seat_key(row.concert, row.date, row.number);
        const auto& seat = facts.seats[key];
        require(seat.payment.empty() || row.status == "RESERVED", "a sold seat is ", row.status);
        require(row.status == "AVAILABLE" || row.reservation == seat.hold,
                "a seat is booked for another reservation than was acknowledged last");
    }
}

// ---- the line

void adopt(Facts& facts, const BookedToken& row) {
    require(take_unknown(facts, Deed::Kind::join, row.concert, row.user, anything) != nullptr ||
                row.reason == "SOLD_OUT", // a join that the last sale overtook: 409
            "a token is booked that was refused, or never asked for");
    for (auto& [id, token] : facts.tokens) {
        if (token.concert == row.concert && token.user == row.user && token.told != Stage::over) {
            const bool earlier = token.ticket < row.ticket;
            require(earlier || row.status == "EXPIRED", "an old token appears");
            require(!earlier || !facts.surely_inside(id, token), "a user has two live tokens");
            if (earlier) {
                facts.end_token(id, "");
            }
        }
    }
    TokenFacts token;
    token.concert = row.concert;
    token.user = row.user;
    token.ticket = row.ticket;
    token.live_at = stage_of(row) == Stage::over ? row.joined_at : facts.now;
    token.seen_at = facts.now;
    require(facts.lines.at(row.concert).tickets.insert(row.ticket).second,
            "a ticket number was given out twice");
    facts.tokens.emplace(row.id, token);
}

bool end_is_explained(const Facts& facts, const BookedToken& row, const TokenFacts& token) {
    using Kind = Deed::Kind;
    if (row.reason == "PAID") {
        return false; // whatever was paid has been found before
    }
    if (row.reason == "LEFT") {
        return was_cut_off(facts, Kind::leave, row.concert, row.user);
    }
    if (row.reason == "SOLD_OUT" || row.reason == "ABANDONED") {
        return token.told == Stage::waiting;
    }
    const bool entered = row.reason == "SESSION_ENDED";
    return facts.now >= row.expires_at && entered == (row.entered_at != Instant{}) &&
           (token.told != Stage::entered || (entered && row.expires_at >= token.until));
}

void check_token(Facts& facts, const BookedToken& row, TokenFacts& token) {
    auto& line = facts.lines.at(row.concert);
    require(token.concert == row.concert && token.user == row.user && token.ticket == row.ticket,
            "a token is booked as another's");
    const auto stage = stage_of(row);
    require(stage >= token.told, "a token is ", row.status, " that was told a later state");
    if (stage == Stage::over) {
        const bool told = token.told == Stage::over;
        require(told ? token.reason.empty() || token.reason == row.reason
                     : end_is_explained(facts, row, token),
                "token ", row.id, " is over for ", row.reason, ", told was: ", token.reason);
        return facts.end_token(row.id, row.reason);
    }
    if (stage != Stage::waiting) {
        require(row.admitted_at != Instant{}, "who is inside was never admitted");
        const bool anew = token.told == Stage::admitted && token.crossed_crash;
        require(token.told == Stage::waiting || stage > token.told || row.expires_at >= token.until,
                "a deadline was shortened");
        require(stage == Stage::entered || token.told != Stage::admitted || anew ||
                    row.expires_at == token.until,
                "an entry window was lengthened");
        require(stage != Stage::entered ||
                    row.expires_at <= row.entered_at + line.plan.session + facts.hold_time,
                "a session is too long");
        token.until = row.expires_at;
    }
    token.told = stage;
    token.live_at = facts.now;
}

void check_tokens(Facts& facts, const Books& books) {
    std::map<std::string, bool> booked;
    for (const auto& row : books.tokens) { // who was admitted anew after a crash was so later
        if (row.admitted_at != Instant{}) {
            facts.lines.at(row.concert).admissions.erase(row.ticket);
        }
    }
    for (const auto& row : books.tokens) {
        if (!facts.tokens.contains(row.id)) {
            adopt(facts, row);
        }
        check_token(facts, row, facts.tokens.at(row.id));
        booked[row.id] = true;
        if (row.admitted_at != Instant{}) {
            told_admission(facts.lines.at(row.concert), row.ticket, row.admitted_at);
        }
    }
    constexpr std::chrono::hours tombstone_time{24};
    // One that is forgotten in the tables may be remembered in memory until a request lets go of
    // it.
    for (const auto& [id, token] : facts.tokens) {
        require(booked.contains(id) || facts.now >= token.live_at + tombstone_time,
                "acknowledged token ", id, ", alive at ", instant_text(token.live_at),
                ", is not in the tables at ", instant_text(facts.now));
    }
}

// ---- the catalogue

void check_titles(Facts& facts, const Books& books) {
    for (auto& [concert, line] : facts.lines) {
        const auto title = books.titles.find(concert);
        if (title != books.titles.end() && title->second == line.plan.title) {
            continue;
        }
        const auto imported =
            std::find_if(facts.unknown.begin(), facts.unknown.end(), [&](const DeedPtr& deed) {
                return deed->kind == Deed::Kind::import && title != books.titles.end() &&
                       deed->plan.title == title->second;
            });
        require(imported != facts.unknown.end() || title == books.titles.end(),
                "another catalogue is in force than was imported");
        if (imported != facts.unknown.end()) {
            line.plan = (*imported)->plan;
        }
    }
}

} // namespace

void check_books(Facts& facts, World& world) {
    auto& database = world.journal().database();
    for (const auto& faults : {database.audit(), core::audit_invariants(database)}) {
        require(faults.empty(), faults.empty() ? "" : faults.front());
    }
    const auto books = read_books(database);
    check_titles(facts, books);
    for (const auto& row : books.reservations) {
        if (!facts.holds.contains(row.id)) {
            adopt(facts, row);
        }
    }
    check_payments(facts, books);
    check_ledger(facts, books);
    check_reservations(facts, books, world.journal().writable());
    check_tokens(facts, books);
    facts.events.add(Occurrence::unknown_did_not, facts.unknown.size());
    facts.unknown.clear();
    facts.events.add(Occurrence::full_check);
}

} // namespace stagedoor::simulation
