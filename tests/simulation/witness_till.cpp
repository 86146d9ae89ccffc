// SPDX-License-Identifier: MIT
// What the till has promised: money neither appears nor vanishes, and a payment is all or nothing.
#include "witness.hpp"

namespace stagedoor::simulation {

namespace {

/// The hold that a payment was for.
HoldFacts& paid_hold(Facts& facts, const Deed& deed, const Answer& answer) {
    const auto known = facts.holds.find(answer.text("reservationId"));
    require(known != facts.holds.end(), "a reservation was paid that was never made");
    auto& hold = known->second;
    require(hold.user == deed.user && hold.concert == deed.concert,
            "somebody else's reservation was paid");
    require(hold.state == HoldState::held, "a reservation was paid that had ended");
    require(deed.sent_at < hold.expires_at, "a hold was paid that had run out before");
    require(hold.amount == answer.number("amount"), "another amount was paid than was shown");
    return hold;
}

void sell(Facts& facts, const HoldFacts& hold, const std::string& payment) {
    for (const auto& number : hold.seats) {
        auto& seat = facts.seats[seat_key(hold.concert, hold.date, number)];
        require(seat.payment.empty(), "seat ", number, " was sold twice");
        seat.payment = payment;
    }
}

void judge_pay_refusal(Facts& facts, const Deed& deed, const Answer& answer) {
    if (answer.code == "insufficient-balance") {
        const auto balance = answer.number("balance");
        require(balance < answer.number("amount"), "402 although there was enough");
        require(!facts.money_is_still(deed) || balance == facts.money[deed.user].balance,
                "402 with a balance of ", std::to_string(balance), " and not ",
                std::to_string(facts.money[deed.user].balance));
        return facts.events.add(Occurrence::insufficient_balance);
    }
    const auto known = facts.holds.find(deed.reservation);
    const bool exact = known != facts.holds.end() && known->second.user == deed.user &&
                       known->second.concert == deed.concert &&
                       (deed.seats.empty() || deed.seats == known->second.seats);
    if (answer.code == "hold-gone" || answer.code == "reservation-mismatch") {
        require(!exact || !facts.surely_held(known->second),
                "a live hold cannot be paid: ", answer.code);
        return facts.events.add(answer.code == "hold-gone" ? Occurrence::hold_gone
                                                           : Occurrence::mismatch);
    }
    if (answer.code != "no-such-seat" && answer.code != "no-such-date") {
        judge_token_refusal(facts, deed, answer);
    }
}

} // namespace

void judge_pay(Facts& facts, const Deed& deed, const Answer& answer) {
    if (!answer.success()) {
        judge_pay_refusal(facts, deed, answer);
        return;
    }
    auto& hold = paid_hold(facts, deed, answer);
    const auto id = answer.text("paymentId");
    const auto paid_at = answer.instant("paidAt");
    require(!facts.payments.contains(id), "a payment id was given out twice");
    require(paid_at >= deed.sent_at && paid_at <= facts.now, "a payment of another time");
    sell(facts, hold, id);
    hold.state = HoldState::paid;
    hold.ended = facts.sequence;
    auto& money = facts.money[deed.user];
    const auto after = answer.number("balanceAfter");
    require(!facts.money_is_still(deed) || after == money.balance - hold.amount, "a balance of ",
            std::to_string(after), " after a payment");
    require(after >= 0, "a balance is negative");
    money.balance -= hold.amount;
    facts.earned += hold.amount;
    money.last_answer = facts.sequence;
    facts.payments.emplace(id, PaymentFacts{answer.text("reservationId"), deed.user, deed.concert,
                                            hold.amount, std::string{answer.body}});
    const auto& token = facts.tokens.at(deed.token);
    require(token.told != Stage::over || token.reason == "PAID",
            "a payment was taken from a token that was over: ", token.reason);
    facts.end_token(deed.token, "PAID");
    facts.events.add(Occurrence::payment);
}

void judge_payment(Facts& facts, const Deed& deed, const Answer& answer) {
    const auto& payment = facts.payments.at(deed.payment);
    require(answer.status == 200, "a payment is forgotten");
    require(payment.body.empty() || payment.body == answer.body,
            "a payment is shown as another than was made");
}

void judge_charge(Facts& facts, const Deed& deed, const Answer& answer) {
    require(answer.success(), "a charge was refused: ", std::string{answer.body});
    const auto id = answer.text("chargeId");
    require(!facts.charges.contains(id), "a charge id was given out twice");
    require(answer.number("amount") == deed.amount && answer.text("userId") == deed.user,
            "something else was charged than was asked for");
    auto& money = facts.money[deed.user];
    require(!facts.money_is_still(deed) || answer.number("balance") == money.balance + deed.amount,
            "a balance of ", std::to_string(answer.number("balance")), " after a charge");
    money.balance += deed.amount;
    facts.charged += deed.amount;
    money.last_answer = facts.sequence;
    facts.charges.emplace(id, ChargeFacts{deed.user, deed.amount});
    facts.events.add(Occurrence::charge);
}

void judge_balance(Facts& facts, const Deed& deed, const Answer& answer) {
    require(answer.status == 200, "a balance is not shown");
    const auto balance = answer.number("balance");
    require(!facts.money_is_still(deed) || balance == facts.money[deed.user].balance,
            "a balance of ", std::to_string(balance), " is shown instead of ",
            std::to_string(facts.money[deed.user].balance));
}

} // namespace stagedoor::simulation
