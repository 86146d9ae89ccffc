// SPDX-License-Identifier: MIT
#include "payment_api.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/problem.hpp"
#include "stagedoor/body.hpp"
#include "stagedoor/queue_problem.hpp"
#include "stagedoor/seat_request.hpp"

namespace stagedoor::payment {

namespace {

std::string to_json(const Payment& payment) {
    auto out = fmt::format(
        R"({{"paymentId":"{}","reservationId":"{}","concertId":"{}","userId":"{}","date":"{}","status":"PAID","seats":[)",
        payment.payment.value, payment.reservation.value, payment.concert.value, payment.user.value,
        payment.date.value);
    const char* between = "";
    for (const auto& ticket : payment.tickets) {
        out += std::exchange(between, ",");
        out += '{';
        reservation::append_seat(out, ticket.seat);
        fmt::format_to(std::back_inserter(out), R"(,"ticketCode":"{}"}})", ticket.code);
    }
    fmt::format_to(std::back_inserter(out),
                   R"(],"amount":{},"currency":"{}","balanceAfter":{},"paidAt":"{}"}})",
                   payment.amount, payment.currency, payment.balance_after,
                   format_time(payment.paid_at));
    return out;
}

Response to_response(const Payment& payment) {
    auto response = json_response(201, to_json(payment));
    response.headers.emplace_back("Location", "/api/v1/payments/" + payment.payment.value);
    return response;
}

Response pay_problem(const PayRefusal& refusal) {
    using Code = PayRefusal::Code;
    switch (refusal.code) {
    case Code::not_inside:
        return queue::not_inside(*refusal.token);
    case Code::no_such_date:
        return problem("no-such-date", "The concert does not play on this date.");
    case Code::no_such_seat:
        return problem("no-such-seat", "There is no such seat on this date.");
    case Code::hold_gone:
        return problem("hold-gone", "You have no live hold on these seats.");
    case Code::reservation_mismatch:
        return problem("reservation-mismatch",
                       "These seats are not exactly those of one of your reservations.");
    case Code::insufficient_balance:
        return problem("insufficient-balance",
                       "Charge the balance and pay again; the hold stays as it was.",
                       {{"balance", refusal.balance}, {"amount", refusal.amount}});
    case Code::storage_unavailable:
        break;
    }
    return storage_unavailable();
}

/// `{"reservationId"}`, or seats as a reservation names them.
reservation::SaleSubject read_subject(FieldReader& fields) {
    if (!fields.has("reservationId")) {
        return reservation::read_seats_of_date(fields);
    }
    ReservationId id{fields.text("reservationId")};
    if (id.value.empty()) {
        fields.fail("reservationId", "must not be empty");
    }
    return id;
}

task<Response> pay_once(PaymentService& service, queue::TokenHandle token,
                        reservation::SaleSubject subject, KeepAnswer keep) {
    const KeepPayment keep_payment = [keep](std::shared_ptr<const Payment> payment) {
        return keep([payment] { return to_response(*payment); });
    };
    const auto paid = co_await service.pay(token, std::move(subject), keep_payment);
    co_return paid ? to_response(**paid) : pay_problem(paid.error());
}

task<Response> pay(PaymentService& service, const queue::Queue& queue, Idempotency& idempotency,
                   Call& call) {
    const auto subject = read_body(call, read_subject);
    if (!subject) {
        co_return subject.error();
    }
    const auto token = call.caller.token;
    const KeyedHandler handler = [&service, token, what = *subject](const Request&,
                                                                    KeepAnswer keep) {
        return pay_once(service, token, what, std::move(keep));
    };
    const auto whose = co_await queue.recall(token);
    auto caller = queue::key_scope(whose);
    auto fingerprint = canonical_json(*call.body);
    co_return co_await idempotency.once(call.request, std::move(caller), std::move(fingerprint),
                                        handler);
}

task<Response> show(PaymentService& service, const Call& call) {
    PaymentId id{call.request.parameters.at(0)};
    const auto payment = co_await service.find(std::move(id));
    co_return payment ? json_response(200, to_json(*payment))
                      : problem("no-such-payment", "No payment has this id.");
}

} // namespace

void add_payment_routes(Routes& routes, PaymentService& service, const queue::Queue& queue,
                        Idempotency& idempotency) {
    routes.add_task(Method::post, "/api/v1/payments", Access::token,
                    [&service, &queue, &idempotency](Call& call) {
                        return pay(service, queue, idempotency, call);
                    });
    routes.add_task(Method::get, "/api/v1/payments/{paymentId}", Access::anyone,
                    [&service](Call& call) { return show(service, call); });
}

} // namespace stagedoor::payment
