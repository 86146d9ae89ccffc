// SPDX-License-Identifier: MIT
#include "payment_service.hpp"

#include "base/assert.hpp"
#include "ledger_store.hpp"
#include "payment_store.hpp"

namespace stagedoor::payment {

namespace {

PayRefusal refuse(PayRefusal::Code code) {
    return {.code = code, .token = {}, .balance = 0, .amount = 0};
}

PayRefusal refuse(reservation::SaleRefusal refusal) {
    switch (refusal) {
    case reservation::SaleRefusal::no_such_date:
        return refuse(PayRefusal::Code::no_such_date);
    case reservation::SaleRefusal::no_such_seat:
        return refuse(PayRefusal::Code::no_such_seat);
    case reservation::SaleRefusal::hold_gone:
        return refuse(PayRefusal::Code::hold_gone);
    case reservation::SaleRefusal::reservation_mismatch:
        break;
    }
    return refuse(PayRefusal::Code::reservation_mismatch);
}

PayRefusal not_inside(const queue::TokenView& token) {
    auto refusal = refuse(PayRefusal::Code::not_inside);
    refusal.token = token;
    return refusal;
}

} // namespace

std::shared_ptr<Payment> PaymentService::make_payment(const reservation::Sale& sale, Instant now) {
    auto payment = std::make_shared<Payment>();
    payment->payment.value = growing_id(dependencies_.random, now);
    payment->reservation = sale.reservation;
    payment->concert = sale.concert;
    payment->user = sale.user;
    payment->date = sale.date;
    payment->amount = sale.amount;
    payment->currency = sale.currency;
    payment->paid_at = dependencies_.clock.shown(now);
    for (const auto& seat : sale.seats) {
        payment->tickets.push_back({seat, growing_id(dependencies_.random, now)});
    }
    return payment;
}

task<PayRefusal> PaymentService::refuse_outside(queue::TokenHandle token) const {
    const auto view = co_await queue::view_with_payment(dependencies_.queue, token);
    co_return not_inside(view);
}

task<result<std::shared_ptr<const Payment>, PayRefusal>>
PaymentService::pay(queue::TokenHandle handle, reservation::SaleSubject subject, KeepPayment keep) {
    // A payment that arrived before the hold's end is honoured, however long its turn or its commit
    // takes.
    const auto arrived = dependencies_.clock.now();
    const auto whose = dependencies_.queue.view(handle);
    if (whose.status == queue::TokenStatus::expired) {
        co_return co_await refuse_outside(handle);
    }
    const auto turn = co_await dependencies_.turns.take(whose.concert, whose.user);
    const auto token = co_await dependencies_.queue.expire_if_due(handle, arrived);
    if (!token) {
        co_return refuse(PayRefusal::Code::storage_unavailable);
    }
    if (token->status != queue::TokenStatus::entered) {
        co_return co_await refuse_outside(handle);
    }
    auto sale = dependencies_.reservations.sell(token->concert, token->user, subject, arrived);
    if (!sale) {
        co_return refuse(sale.error());
    }
    const auto payment = make_payment(*sale, arrived);
    Step step;
    step.change = debit(payment);
    step += std::move(sale->step);
    step.change += insert_payment(payment);
    step += dependencies_.queue.expire_paid(handle, payment->payment, arrived);
    step.change += keep(payment);
    const auto outcome = co_await carry_out(dependencies_.journal, std::move(step));
    if (outcome == Outcome::refused) {
        auto refusal = refuse(PayRefusal::Code::insufficient_balance);
        refusal.balance = payment->balance_after;
        refusal.amount = payment->amount;
        STAGEDOOR_ASSERT(refusal.balance < refusal.amount,
                         "only the debit's guard refuses a payment");
        co_return refusal;
    }
    if (outcome == Outcome::unavailable) {
        co_return refuse(PayRefusal::Code::storage_unavailable);
    }
    ++stats_.payments;
    stats_.tickets += payment->tickets.size();
    co_return payment;
}

task<result<std::shared_ptr<const Charge>, ChargeRefusal>>
PaymentService::charge(UserId user, std::int64_t amount, KeepCharge keep) {
    const auto charge = std::make_shared<Charge>();
    charge->id = growing_id(dependencies_.random, dependencies_.clock.now());
    charge->user = std::move(user);
    charge->amount = amount;
    charge->charged_at = dependencies_.clock.shown_now();
    auto change = credit(charge);
    change += keep(charge);
    const auto outcome = co_await commit(dependencies_.journal, std::move(change));
    if (outcome == Outcome::refused) {
        co_return ChargeRefusal::balance_limit;
    }
    if (outcome == Outcome::unavailable) {
        co_return ChargeRefusal::storage_unavailable;
    }
    ++stats_.charges;
    co_return charge;
}

task<std::optional<Payment>> PaymentService::find(PaymentId id) {
    std::optional<Payment> found;
    const std::function<void(Database&)> query = [&](Database& database) {
        found = find_payment(database, id);
    };
    co_await read(dependencies_.journal, query);
    co_return found;
}

task<std::int64_t> PaymentService::balance(UserId user) {
    std::int64_t balance = 0;
    const std::function<void(Database&)> query = [&](Database& database) {
        balance = balance_of(database, user);
    };
    co_await read(dependencies_.journal, query);
    co_return balance;
}

task<LedgerPage> PaymentService::entries(UserId user, std::int64_t limit,
                                         std::optional<std::int64_t> before) {
    LedgerPage page;
    const std::function<void(Database&)> query = [&](Database& database) {
        page.entries = entries_of(database, user, limit + 1, before);
    };
    co_await read(dependencies_.journal, query);
    if (static_cast<std::int64_t>(page.entries.size()) > limit) {
        page.entries.pop_back();
        page.next = page.entries.back().id;
    }
    co_return page;
}

} // namespace stagedoor::payment
