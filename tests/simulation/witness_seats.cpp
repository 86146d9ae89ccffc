// SPDX-License-Identifier: MIT
// What the reservation server has promised: a seat is one person's at a time, a hold lasts as long
// as was said and no longer, and a refusal has a cause.
#include <algorithm>
#include <functional>

#include "witness.hpp"

namespace stagedoor::simulation {

namespace {

std::vector<std::string> seat_numbers(const Answer& answer) {
    std::vector<std::string> numbers;
    for (const auto& seat : answer.fields.at("seats").as_array()) {
        numbers.emplace_back(seat.as_object().at("seatNumber").as_string());
    }
    return numbers;
}

HoldFacts read_hold(const Answer& answer) {
    HoldFacts hold;
    hold.concert = answer.text("concertId");
    hold.user = answer.text("userId");
    hold.date = answer.text("date");
    hold.seats = seat_numbers(answer);
    hold.amount = answer.number("amount");
    hold.held_at = answer.instant("heldAt");
    hold.expires_at = answer.instant("expiresAt");
    return hold;
}

bool same(const HoldFacts& a, const HoldFacts& b) {
    return a.concert == b.concert && a.user == b.user && a.date == b.date && a.seats == b.seats &&
           a.amount == b.amount && a.held_at == b.held_at && a.expires_at == b.expires_at;
}

void require_free(Facts& facts, const HoldFacts& hold, const std::string& number) {
    auto& seat = facts.seats[seat_key(hold.concert, hold.date, number)];
    require(seat.payment.empty(), "seat ", number, " is held although it is sold");
    if (!seat.hold.empty()) {
        require(!facts.surely_held(facts.holds.at(seat.hold)), "seat ", number, " is held by two");
    }
}

void judge_limit(const Facts& facts, const HoldFacts& wanted) {
    auto count = static_cast<std::int64_t>(wanted.seats.size());
    for (const auto& [id, hold] : facts.holds) {
        if (hold.user == wanted.user && hold.concert == wanted.concert &&
            (hold.state == HoldState::paid || facts.surely_held(hold))) {
            count += static_cast<std::int64_t>(hold.seats.size());
        }
    }
    require(count <= facts.seats_per_user, "a user has more seats than are allowed");
}

void judge_new_hold(Facts& facts, const Deed& deed, const Answer& answer) {
    const auto id = answer.text("reservationId");
    const auto hold = read_hold(answer);
    const auto& plan = facts.lines.at(deed.concert).plan;
    require(!facts.holds.contains(id), "a reservation id was given out twice");
    require(hold.user == deed.user && hold.concert == deed.concert && hold.date == deed.date &&
                hold.seats == deed.seats,
            "something else was reserved than was asked for");
    require(hold.held_at >= deed.sent_at && hold.held_at <= facts.now, "a hold of another time");
    require(hold.expires_at == hold.held_at + facts.hold_time, "a hold of another length");
    std::int64_t amount = 0;
    for (const auto& seat : answer.fields.at("seats").as_array()) {
        amount += seat.as_object().at("price").as_int64();
    }
    require(hold.amount == amount, "the amount is not the sum of the prices");
    static_cast<void>(plan);
    judge_limit(facts, hold);
    for (const auto& number : hold.seats) {
        require_free(facts, hold, number);
        facts.seats[seat_key(hold.concert, hold.date, number)].hold = id;
    }
    facts.holds.emplace(id, hold);
    told_inside(facts, deed.token, hold.expires_at);
    facts.events.add(Occurrence::hold);
}

/// Whether somebody may have had the seat at some moment since `deed` was sent.
bool may_be_taken(Facts& facts, const Deed& deed, const std::string& number) {
    const auto& seat = facts.seats[seat_key(deed.concert, deed.date, number)];
    if (!seat.payment.empty() || seat.last_answer > deed.sequence) {
        return true;
    }
    if (!seat.hold.empty()) {
        const auto& hold = facts.holds.at(seat.hold);
        if (hold.ended > deed.sequence || facts.paying(hold) ||
            (hold.state == HoldState::held && hold.expires_at > deed.sent_at)) {
            return true;
        }
    }
    return std::any_of(facts.running.begin(), facts.running.end(), [&](const DeedPtr& other) {
        return other->kind == Deed::Kind::reserve && other->concert == deed.concert &&
               other->date == deed.date &&
               std::find(other->seats.begin(), other->seats.end(), number) != other->seats.end();
    });
}

void judge_taken(Facts& facts, const Deed& deed, const Answer& answer) {
    for (const auto& conflict : answer.fields.at("conflicts").as_array()) {
        const std::string number{conflict.as_object().at("seatNumber").as_string()};
        require(std::find(deed.seats.begin(), deed.seats.end(), number) != deed.seats.end(),
                "a conflict over a seat that was not asked for");
        require(may_be_taken(facts, deed, number), "409 for seat ", number, " that nobody has");
    }
    facts.events.add(Occurrence::seat_taken);
}

void judge_reserve_refusal(Facts& facts, const Deed& deed, const Answer& answer) {
    if (answer.code == "seat-taken") {
        return judge_taken(facts, deed, answer);
    }
    if (answer.code == "seat-limit") {
        return facts.events.add(Occurrence::seat_limit);
    }
    if (answer.code == "session-ending") {
        return facts.events.add(Occurrence::session_ending);
    }
    if (answer.code != "no-such-seat" && answer.code != "no-such-date") {
        judge_token_refusal(facts, deed, answer);
    }
}

void judge_seat(Facts& facts, const Deed& deed, const boost::json::object& shown) {
    const auto& seat = facts.seats[seat_key(deed.concert, deed.date,
                                            std::string{shown.at("seatNumber").as_string()})];
    const auto& status = shown.at("status").as_string();
    const bool mine = shown.at("mine").as_bool();
    if (!seat.payment.empty()) {
        const auto& payment = facts.payments.at(seat.payment);
        require(status == "RESERVED" && mine == (payment.user == deed.user),
                "a sold seat is shown as somebody else's, or as no longer sold");
    } else if (!seat.hold.empty()) {
        const auto& hold = facts.holds.at(seat.hold);
        require(!facts.surely_held(hold) || (status == "HELD" && mine == (hold.user == deed.user)),
                "a held seat is not shown as such");
    }
}

} // namespace

void judge_seat_map(Facts& facts, const Deed& deed, const Answer& answer) {
    if (answer.status == 304) {
        return facts.events.add(Occurrence::seat_map_unchanged);
    }
    if (!answer.success()) {
        if (answer.code != "no-such-date") {
            judge_token_refusal(facts, deed, answer);
        }
        return;
    }
    for (const auto& seat : answer.fields.at("seats").as_array()) {
        judge_seat(facts, deed, seat.as_object());
    }
    const auto hash = std::hash<std::string_view>{}(answer.body);
    const auto known = facts.seat_maps.emplace(deed.message.path + answer.etag, hash).first->second;
    require(known == hash, "two seat maps under one ETag");
    facts.events.add(Occurrence::seat_map);
}

void judge_reserve(Facts& facts, const Deed& deed, const Answer& answer) {
    for (const auto& number : deed.seats) {
        facts.seats[seat_key(deed.concert, deed.date, number)].last_answer = facts.sequence;
    }
    if (!answer.success()) {
        return judge_reserve_refusal(facts, deed, answer);
    }
    if (answer.status == 201) {
        return judge_new_hold(facts, deed, answer);
    }
    const auto known = facts.holds.find(answer.text("reservationId"));
    require(known != facts.holds.end() && same(known->second, read_hold(answer)),
            "another reservation is shown than the one that was made");
    require(known->second.state == HoldState::held, "a hold that has ended is given out again");
    facts.events.add(Occurrence::hold_again);
}

void judge_release(Facts& facts, const Deed& deed, const Answer& answer) {
    const auto known = facts.holds.find(deed.reservation);
    const bool own = known != facts.holds.end() && known->second.user == deed.user &&
                     known->second.concert == deed.concert;
    if (answer.success()) {
        require(own && known->second.state != HoldState::paid, "a sold seat was released");
        facts.end_hold(known->second);
        return facts.events.add(Occurrence::release);
    }
    if (answer.code == "no-such-reservation") {
        return require(!own, "a reservation is forgotten");
    }
    if (answer.code == "hold-gone") {
        require(own && !facts.surely_held(known->second), "a live hold is called gone");
        return facts.events.add(Occurrence::hold_gone);
    }
    judge_token_refusal(facts, deed, answer);
}

void judge_reservation(Facts& facts, const Deed& deed, const Answer& answer) {
    const auto known = facts.holds.find(deed.reservation);
    const bool own = known != facts.holds.end() && known->second.user == deed.user &&
                     known->second.concert == deed.concert;
    if (!answer.success()) {
        require(answer.code != "no-such-reservation" || !own, "a reservation is forgotten");
        return;
    }
    require(own && same(known->second, read_hold(answer)),
            "another reservation is shown than the one that was made");
    const auto& hold = known->second;
    const auto status = answer.text("status");
    require(!facts.surely_held(hold) || status == "HELD", "a live hold is shown as ", status);
    require(hold.state != HoldState::paid || status == "PAID", "a sale is shown as ", status);
    require(status != "PAID" || hold.state == HoldState::paid || facts.paying(hold),
            "a hold is shown as PAID that nobody pays");
    require(status != "HELD" || hold.state == HoldState::held,
            "a hold that has ended is shown HELD");
    require(status != "EXPIRED" || facts.now >= hold.expires_at, "a hold ran out before its end");
}

void judge_import(Facts& facts, const Deed& deed, const Answer& answer) {
    if (!answer.success()) {
        require(answer.code == "catalogue-conflict",
                "an import failed: ", std::string{answer.body});
        return facts.events.add(Occurrence::import_refused);
    }
    facts.lines[deed.concert].plan = deed.plan;
    facts.events.add(Occurrence::import_done);
}

} // namespace stagedoor::simulation
