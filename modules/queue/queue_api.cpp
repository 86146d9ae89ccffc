// SPDX-License-Identifier: MIT
#include "queue_api.hpp"

#include <memory>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/problem.hpp"
#include "line_board.hpp"
#include "stagedoor/queue_problem.hpp"

namespace stagedoor::queue {

namespace {

/// Without JSON tree and, but for the body itself, without allocation: this is what a poll answers.
/// Every string in it is of a form that needs no escaping.
void append_place(std::string& out, const Place& place) {
    const auto& token = *place.token;
    fmt::format_to(std::back_inserter(out),
                   R"("concertId":"{}","userId":"{}","status":"{}","ticketNumber":{})",
                   token.line->concert().value, token.user.value, to_string(token.status),
                   token.ticket_number);
    fmt::format_to(std::back_inserter(out), R"(,"position":{},"ahead":{},"estimatedWaitSeconds":)",
                   place.position, std::max<std::int64_t>(place.position - 1, 0));
    if (place.wait_seconds) {
        fmt::format_to(std::back_inserter(out), "{}", *place.wait_seconds);
    } else {
        out += "null";
    }
    fmt::format_to(std::back_inserter(out), R"(,"pollAfterSeconds":{},"expiresAt":")",
                   place.poll_after_seconds);
    append_instant(out, place.expires_at);
    out += "\"}";
}

Response place_response(const Place& place) {
    Response response;
    response.body.reserve(320);
    response.body = "{";
    append_place(response.body, place);
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
    case JoinRefusal::line_full:
        return problem("line-full", "This line has as many people as it takes.");
    case JoinRefusal::storage_unavailable:
        break;
    }
    return storage_unavailable();
}

Response entry_problem(QueueService& service, const TokenId& token, EntryRefusal refusal) {
    if (refusal == EntryRefusal::storage_unavailable) {
        return storage_unavailable();
    }
    return not_inside(*service.find(token.value));
}

task<Response> join(QueueService& service, const Request& request) {
    ConcertId concert{request.parameters.at(0)};
    auto body = parse_json(request.body);
    if (!body) {
        co_return invalid_request(body.error().field, body.error().detail);
    }
    FieldReader fields{*body, ""};
    UserId user{fields.text("userId")};
    if (!is_user_id(user.value)) {
        fields.fail("userId", "must be 1 to 64 characters of A-Z a-z 0-9 . _ @ -");
    }
    if (const auto fault = fields.finish()) {
        co_return invalid_request(fault->field, fault->detail);
    }
    const auto joined = co_await service.join(std::move(concert), std::move(user));
    if (!joined) {
        co_return join_problem(joined.error());
    }
    auto response = json_response(joined->created ? 201 : 200,
                                  fmt::format(R"({{"token":"{}",)", joined->token.value));
    append_place(response.body, service.look(joined->token));
    co_return response;
}

Response poll(QueueService& service, const Request& request) {
    if (!request.bearer) {
        return no_token(request);
    }
    const auto place = service.poll(*request.bearer);
    if (place.token == nullptr) {
        return no_token(request);
    }
    if (place.token->status == TokenStatus::expired) {
        return not_inside(*service.find(*request.bearer));
    }
    return place_response(place);
}

task<Response> enter(QueueService& service, const Request& request) {
    const auto token = service.find(request.bearer.value_or(""));
    if (!token) {
        co_return no_token(request);
    }
    const auto refusal = co_await service.enter(token->token);
    if (refusal) {
        co_return entry_problem(service, token->token, *refusal);
    }
    co_return place_response(service.look(token->token));
}

task<Response> leave(QueueService& service, const Request& request) {
    const auto token = service.find(request.bearer.value_or(""));
    if (!token) {
        co_return no_token(request);
    }
    const auto refusal = co_await service.leave(token->token);
    if (refusal) {
        co_return entry_problem(service, token->token, *refusal);
    }
    co_return json_response(204, "");
}

Response public_state(LineBoard& board, const Request& request) {
    const auto* const state = board.show(ConcertId{request.parameters.at(0)});
    if (state == nullptr) {
        return join_problem(JoinRefusal::no_such_concert);
    }
    Response response;
    response.headers.emplace_back("Cache-Control", "public, max-age=1");
    response.headers.emplace_back("ETag", state->etag);
    if (request.if_none_match && etag_matches(*request.if_none_match, state->etag)) {
        response.status = 304;
    } else {
        response.body = state->body;
    }
    return response;
}

task<Response> put_state(QueueService& service, LineBoard& board, const OperatorGate& gate,
                         const Request& request) {
    if (auto refusal = gate.refuse(request)) {
        co_return *refusal;
    }
    ConcertId concert{request.parameters.at(0)};
    if (board.show(concert) == nullptr) {
        co_return join_problem(JoinRefusal::no_such_concert);
    }
    auto body = parse_json(request.body);
    if (!body) {
        co_return invalid_request(body.error().field, body.error().detail);
    }
    FieldReader fields{*body, ""};
    const auto state = parse_line_state(fields.text("state"));
    if (!state) {
        fields.fail("state", "must be OPEN, PAUSED or CLOSED");
    }
    if (const auto fault = fields.finish()) {
        co_return invalid_request(fault->field, fault->detail);
    }
    const bool done = co_await service.set_state(concert, *state);
    if (!done) {
        co_return storage_unavailable();
    }
    co_return json_response(200, board.show(concert)->body);
}

} // namespace

void add_routes(Routes& routes, QueueService& service, const Clock& clock,
                const OperatorGate& gate) {
    const auto board = std::make_shared<LineBoard>(service, clock);
    routes.add_task(Method::post, "/api/v1/concerts/{concertId}/queue/tokens",
                    [&service](const Request& request) { return join(service, request); });
    routes.add(Method::get, "/api/v1/queue/token",
               [&service](const Request& request) { return poll(service, request); });
    routes.add_task(Method::post, "/api/v1/queue/token/entry",
                    [&service](const Request& request) { return enter(service, request); });
    routes.add_task(Method::delete_, "/api/v1/queue/token",
                    [&service](const Request& request) { return leave(service, request); });
    routes.add(Method::get, "/api/v1/concerts/{concertId}/queue",
               [board](const Request& request) { return public_state(*board, request); });
    routes.add_task(Method::put, "/api/v1/admin/concerts/{concertId}/queue/state",
                    [&service, board, &gate](const Request& request) {
                        return put_state(service, *board, gate, request);
                    });
}

} // namespace stagedoor::queue
