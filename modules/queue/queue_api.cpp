// SPDX-License-Identifier: MIT
#include "queue_api.hpp"

#include <memory>

#include <fmt/format.h>

#include "base/problem.hpp"
#include "line_board.hpp"
#include "stagedoor/body.hpp"
#include "stagedoor/queue_problem.hpp"

namespace stagedoor::queue {

namespace {

void append_number(std::string& out, std::int64_t number) {
    const fmt::format_int digits{number};
    out.append(digits.data(), digits.size());
}

/// Without JSON tree, without a format to be parsed and, but for the body itself, without
/// allocation: this is what a poll answers. Every string in it is of a form that needs no escaping.
void append_place(std::string& out, const Place& place, const Clock& clock) {
    const auto& token = *place.token;
    out += R"("concertId":")";
    out += token.line->concert().value;
    out += R"(","userId":")";
    out += token.user.text();
    out += R"(","status":")";
    out += to_string(token.status);
    out += R"(","ticketNumber":)";
    append_number(out, token.ticket_number);
    out += R"(,"position":)";
    append_number(out, place.position);
    out += R"(,"ahead":)";
    append_number(out, std::max<std::int64_t>(place.position - 1, 0));
    out += R"(,"estimatedWaitSeconds":)";
    if (place.wait_seconds) {
        append_number(out, *place.wait_seconds);
    } else {
        out += "null";
    }
    out += R"(,"pollAfterSeconds":)";
    append_number(out, place.poll_after_seconds);
    out += R"(,"expiresAt":")";
    append_time(out, clock.shown(place.expires_at));
    out += "\"}";
}

Response place_response(const Place& place, const Clock& clock) {
    Response response;
    response.body.reserve(320);
    response.body = "{";
    append_place(response.body, place, clock);
    return response;
}

Response join_problem(JoinRefusal refusal) {
    switch (refusal) {
    case JoinRefusal::no_such_concert:
        return problem("no-such-concert", "No concert has this id.");
    case JoinRefusal::line_closed:
        return problem("line-closed", "Nobody can join this line at present.");
    case JoinRefusal::sold_out:
        return problem("sold-out", "Every seat of this concert is sold.");
    case JoinRefusal::seat_limit:
        return problem("seat-limit",
                       "You own as many seats of this concert as one person may have.");
    case JoinRefusal::line_full:
        return problem("line-full", "This line has as many people as it takes.");
    case JoinRefusal::storage_unavailable:
        break;
    }
    return storage_unavailable();
}

task<Response> show_over(const QueueService& service, TokenHandle token) {
    const auto view = co_await view_with_payment(service, token);
    co_return not_inside(view);
}

task<Response> entry_problem(const QueueService& service, TokenHandle token, EntryRefusal refusal) {
    if (refusal == EntryRefusal::storage_unavailable) {
        co_return storage_unavailable();
    }
    co_return co_await show_over(service, token);
}

UserId read_user(FieldReader& fields) {
    UserId user{fields.text("userId")};
    if (!is_user_id(user.value)) {
        fields.fail("userId", "must be 1 to 64 characters of A-Z a-z 0-9 . _ @ - + | : =");
    }
    return user;
}

task<Response> join(QueueService& service, const Clock& clock, Call& call) {
    ConcertId concert{call.request.parameters.at(0)};
    auto user = read_body(call, read_user);
    if (!user) {
        co_return user.error();
    }
    const auto joined = co_await service.join(std::move(concert), std::move(*user));
    if (!joined) {
        co_return join_problem(joined.error());
    }
    auto response =
        json_response(joined->created ? 201 : 200,
                      fmt::format(R"({{"token":"{}",)", service.id_of(joined->token).value));
    append_place(response.body, service.look(joined->token), clock);
    co_return response;
}

Response poll(QueueService& service, const Clock& clock, const Call& call) {
    const auto place = service.poll(call.caller.token);
    if (place.token->status != TokenStatus::expired) {
        return place_response(place, clock);
    }
    if (place.token->reason == ExpiryReason::paid) {
        Response response; // which payment it was lies in the table
        response.status = left_to_task;
        return response;
    }
    return not_inside(service.view(call.caller.token));
}

task<Response> enter(QueueService& service, const Clock& clock, TokenHandle token) {
    const auto refusal = co_await service.enter(token);
    if (refusal) {
        co_return co_await entry_problem(service, token, *refusal);
    }
    co_return place_response(service.look(token), clock);
}

task<Response> leave(QueueService& service, TokenHandle token) {
    const auto refusal = co_await service.leave(token);
    if (refusal) {
        co_return co_await entry_problem(service, token, *refusal);
    }
    co_return json_response(204, "");
}

Response public_state(LineBoard& board, const Request& request) {
    const auto* const state = board.show(ConcertId{request.parameters.at(0)});
    if (state == nullptr) {
        return join_problem(JoinRefusal::no_such_concert);
    }
    Response response;
    response.cache_control = public_for_a_second;
    response.headers.emplace_back("ETag", state->etag);
    if (request.if_none_match && etag_matches(*request.if_none_match, state->etag)) {
        response.status = 304;
    } else {
        response.body = state->body;
    }
    return response;
}

LineState read_state(FieldReader& fields) {
    const auto state = parse_line_state(fields.text("state"));
    if (!state) {
        fields.fail("state", "must be OPEN, PAUSED or CLOSED");
    }
    return state.value_or(LineState::open);
}

task<Response> put_state(QueueService& service, LineBoard& board, Call& call) {
    ConcertId concert{call.request.parameters.at(0)};
    if (board.show(concert) == nullptr) {
        co_return join_problem(JoinRefusal::no_such_concert);
    }
    const auto state = read_body(call, read_state);
    if (!state) {
        co_return state.error();
    }
    const bool done = co_await service.set_state(concert, *state);
    co_return done ? json_response(200, board.show(concert)->body) : storage_unavailable();
}

} // namespace

void add_routes(Routes& routes, QueueService& service, const Clock& clock) {
    const auto board = std::make_shared<LineBoard>(service, clock);
    routes.add_task(Method::post, "/api/v1/concerts/{concertId}/queue/tokens", Access::anyone,
                    [&service, &clock](Call& call) { return join(service, clock, call); });
    routes.add_both(
        Method::get, "/api/v1/queue/token", Access::token,
        [&service, &clock](const Call& call) { return poll(service, clock, call); },
        [&service](Call& call) { return show_over(service, call.caller.token); });
    routes.add_task(
        Method::post, "/api/v1/queue/token/entry", Access::token,
        [&service, &clock](Call& call) { return enter(service, clock, call.caller.token); });
    routes.add_task(Method::delete_, "/api/v1/queue/token", Access::token,
                    [&service](Call& call) { return leave(service, call.caller.token); });
    routes.add(Method::get, "/api/v1/concerts/{concertId}/queue", Access::anyone,
               [board](const Call& call) { return public_state(*board, call.request); });
    routes.add_task(Method::put, "/api/v1/admin/concerts/{concertId}/queue/state",
                    Access::operator_key,
                    [&service, board](Call& call) { return put_state(service, *board, call); });
}

} // namespace stagedoor::queue
