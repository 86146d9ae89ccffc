// SPDX-License-Identifier: MIT
#include "reservation_api.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/problem.hpp"
#include "stagedoor/body.hpp"
#include "stagedoor/queue_problem.hpp"
#include "stagedoor/seat_request.hpp"

namespace stagedoor::reservation {

namespace {

namespace json = boost::json;

std::string to_json(const Reservation& reservation, const Clock& clock) {
    const auto& hold = reservation.hold;
    auto out = fmt::format(
        R"({{"reservationId":"{}","concertId":"{}","userId":"{}","date":"{}","status":"{}","seats":[)",
        hold.id.value, hold.concert.value, hold.user.value, hold.date.value,
        to_string(reservation.status));
    const char* between = "";
    for (const auto& seat : hold.seats) {
        out += std::exchange(between, ",");
        out += '{';
        append_seat(out, seat);
        out += '}';
    }
    fmt::format_to(std::back_inserter(out),
                   R"(],"amount":{},"currency":"{}","heldAt":"{}","expiresAt":"{}"}})", hold.amount,
                   hold.currency, format_time(hold.held_shown_at),
                   format_time(clock.shown(hold.expires_at)));
    return out;
}

Response to_response(const Reserved& reserved, const Clock& clock) {
    auto response =
        json_response(reserved.created ? 201 : 200, to_json(reserved.reservation, clock));
    if (reserved.created) {
        response.headers.emplace_back("Location",
                                      "/api/v1/reservations/" + reserved.reservation.hold.id.value);
    }
    return response;
}

Response reserve_problem(const ReserveRefusal& refusal) {
    using Code = ReserveRefusal::Code;
    switch (refusal.code) {
    case Code::not_inside:
        return queue::not_inside(*refusal.token);
    case Code::no_such_date:
        return problem("no-such-date", "The concert does not play on this date.");
    case Code::no_such_seat:
        return problem("no-such-seat",
                       fmt::format("There is no seat {} on this date.", refusal.detail));
    case Code::seat_limit:
        return problem("seat-limit", refusal.detail);
    case Code::session_ending:
        return problem("session-ending", "The time to take new seats is over; pay what you hold.");
    case Code::seat_taken: {
        json::array conflicts;
        for (const auto& conflict : refusal.conflicts) {
            // A claim whose outcome was awaited is HELD to whom it keeps off.
            const auto status =
                conflict.status == SeatStatus::reserved ? SeatStatus::reserved : SeatStatus::held;
            conflicts.push_back(
                {{"seatNumber", conflict.seat.value}, {"status", to_string(status)}});
        }
        return problem("seat-taken",
                       "None of the seats was reserved, since not all of them are available.",
                       {{"conflicts", std::move(conflicts)}});
    }
    case Code::storage_unavailable:
        break;
    }
    return storage_unavailable();
}

task<Response> reserve_once(ReservationService& service, const Clock& clock,
                            queue::TokenHandle token, SeatsOfDate wanted, KeepAnswer keep) {
    const KeepReserved keep_reserved = [keep, &clock](const Reserved& reserved) {
        return keep([response = to_response(reserved, clock)] { return response; });
    };
    const auto reserved =
        co_await service.reserve(token, wanted.date, std::move(wanted.seats), keep_reserved);
    co_return reserved ? to_response(*reserved, clock) : reserve_problem(reserved.error());
}

task<Response> reserve(ReservationService& service, const queue::Queue& queue, const Clock& clock,
                       Idempotency& idempotency, Call& call) {
    const auto wanted = read_body(call, read_seats_of_date);
    if (!wanted) {
        co_return wanted.error();
    }
    const auto token = call.caller.token;
    const KeyedHandler handler = [&service, &clock, token, seats = *wanted](const Request&,
                                                                            KeepAnswer keep) {
        return reserve_once(service, clock, token, seats, std::move(keep));
    };
    const auto whose = co_await queue.recall(token);
    auto caller = queue::key_scope(whose);
    auto fingerprint = canonical_json(*call.body);
    co_return co_await idempotency.once(call.request, std::move(caller), std::move(fingerprint),
                                        handler);
}

task<Response> show(ReservationService& service, const queue::Queue& queue, const Clock& clock,
                    const Call& call) {
    const auto token = co_await queue.recall(call.caller.token);
    ReservationId id{call.request.parameters.at(0)};
    const auto found = co_await service.find(token.concert, token.user, std::move(id));
    co_return found ? json_response(200, to_json(*found, clock))
                    : problem("no-such-reservation", "You have no reservation with this id.");
}

task<Response> release(ReservationService& service, const queue::Queue& queue, const Call& call) {
    ReservationId id{call.request.parameters.at(0)};
    const auto refusal = co_await service.release(call.caller.token, std::move(id));
    if (!refusal) {
        co_return json_response(204, "");
    }
    switch (*refusal) {
    case ReleaseRefusal::no_such_reservation:
        co_return problem("no-such-reservation", "You have no reservation with this id.");
    case ReleaseRefusal::hold_gone:
        co_return problem("hold-gone", "This reservation is paid or has run out.");
    case ReleaseRefusal::not_inside:
        co_return queue::not_inside(queue.view(call.caller.token));
    case ReleaseRefusal::storage_unavailable:
        break;
    }
    co_return storage_unavailable();
}

} // namespace

void add_reservation_routes(Routes& routes, ReservationService& service, const queue::Queue& queue,
                            Idempotency& idempotency, const Clock& clock) {
    routes.add_task(Method::post, "/api/v1/reservations", Access::token,
                    [&service, &queue, &idempotency, &clock](Call& call) {
                        return reserve(service, queue, clock, idempotency, call);
                    });
    routes.add_task(
        Method::get, "/api/v1/reservations/{reservationId}", Access::token,
        [&service, &queue, &clock](Call& call) { return show(service, queue, clock, call); });
    routes.add_task(Method::delete_, "/api/v1/reservations/{reservationId}", Access::token,
                    [&service, &queue](Call& call) { return release(service, queue, call); });
}

} // namespace stagedoor::reservation
