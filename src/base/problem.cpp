// SPDX-License-Identifier: MIT
#include "base/problem.hpp"

#include <algorithm>
#include <array>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/assert.hpp"

namespace stagedoor {

namespace {

constexpr auto types = std::to_array<ProblemType>({
    {"invalid-request", 400, "The request does not have the form that this endpoint takes",
     "A field is missing, unknown, of the wrong type or out of range. The member `field` names it "
     "and `detail` says "
     "what it must be. Nothing was done."},
    {"malformed-request", 400, "This is not a well-formed HTTP request",
     "The request breaks a rule of HTTP/1.1 (RFC 9112), so that it could be read in more than one "
     "way. It was not "
     "acted on and the connection is closed."},
    {"token-missing", 401, "A queue token is needed",
     "Join the concert's line and send the token as `Authorization: Bearer qt_…`."},
    {"token-unknown", 401, "This is not a queue token of ours",
     "The credential is not a token that this server has given out, or it has been over for more "
     "than a day. Join the "
     "line again."},
    {"token-expired", 401, "This queue token is over",
     "The member `reason` says why: PAID, LEFT, ABANDONED, ENTRY_MISSED, SESSION_ENDED or "
     "SOLD_OUT. A token that is "
     "over stays so; join the line again for another."},
    {"operator-key-missing", 401, "The operator's key is needed",
     "Send the key as `Authorization: Bearer op_…`. It was written to the file PATH.operator-key "
     "beside the database at "
     "the first start. Through the Unix socket no key is needed."},
    {"operator-key-unknown", 401, "This is not the operator's key",
     "The key is in the file PATH.operator-key beside the database."},
    {"insufficient-balance", 402, "The balance is too small",
     "Charge the balance and pay again, with the same idempotency key if you like: the seats stay "
     "held until the "
     "hold's end. `balance` and `amount` say what there is and what it takes."},
    {"not-admitted", 403, "It is not your turn yet",
     "You are in line. `position` and `estimatedWaitSeconds` say how far; poll `GET "
     "/api/v1/queue/token` until the "
     "status is ADMITTED."},
    {"not-entered", 403, "You have not entered yet",
     "You are admitted, but only who has entered can pay: reserve seats, or POST "
     "/api/v1/queue/token/entry."},
    {"wrong-concert", 403, "This token is for another concert",
     "Each concert has its own line. Join this one's."},
    {"not-found", 404, "There is nothing here", "No endpoint has this path."},
    {"no-such-concert", 404, "There is no such concert",
     "GET /api/v1/concerts lists those that there are."},
    {"no-such-date", 404, "The concert does not play on that date",
     "The date must be written exactly as GET /api/v1/concerts/{concertId} lists it."},
    {"no-such-seat", 404, "There is no such seat", "The seat map lists those that there are."},
    {"no-such-reservation", 404, "There is no such reservation",
     "There is none with this id that is yours."},
    {"no-such-payment", 404, "There is no such payment", "No payment has this id."},
    {"method-not-allowed", 405, "This resource does not take that method",
     "The header `Allow` lists those that it takes."},
    {"request-timeout", 408, "The request took too long to arrive",
     "It was not complete in time, and nothing was done. Send it again."},
    {"line-closed", 409, "The line is closed", "The operator lets nobody join it at present."},
    {"sold-out", 409, "The concert is sold out",
     "Every seat is sold, so that there is nothing to wait for."},
    {"seat-taken", 409, "A seat is taken",
     "`conflicts` lists the seats of the request that are held or sold. None was reserved: choose "
     "others."},
    {"seat-limit", 409, "Too many seats for one person",
     "What one user holds and has bought of a concert is limited "
     "(`reservation.max_seats_per_user`)."},
    {"session-ending", 409, "Your session ends before a hold would",
     "The time to take new seats is over. Pay what you hold; for more, join the line again."},
    {"reservation-mismatch", 409, "The seats are not those of one reservation",
     "A payment is for exactly the seats of one live reservation: name these, or its "
     "`reservationId`."},
    {"idempotency-in-progress", 409, "The first request with this key is still running",
     "Wait a moment and send it again with the same key."},
    {"balance-limit", 409, "The balance would grow too large",
     "A balance may not exceed 9007199254740991 minor units."},
    {"catalogue-conflict", 409, "The catalogue change is refused",
     "It would remove or reprice seats that are held or sold, or it would remove what the file "
     "does "
     "not have and was not allowed to (`allowRemoval`). `field` names the place. Nothing was "
     "changed."},
    {"backup-refused", 409, "The backup could not be written",
     "`detail` says why. Nothing was left behind."},
    {"hold-gone", 410, "You do not hold these seats",
     "The hold has run out, was released, or is another's. Reserve the seats again if they are "
     "free."},
    {"body-too-large", 413, "The body is too large", "It exceeds `server.max_body_bytes`."},
    {"uri-too-long", 414, "The request target is too long", "Send a shorter one."},
    {"unsupported-media-type", 415, "The body must be JSON",
     "Send `Content-Type: application/json`."},
    {"expectation-failed", 417, "This expectation is not known", "Only `Expect: 100-continue` is."},
    {"idempotency-key-reused", 422, "This idempotency key was used for another request",
     "The same key goes with the same body. Take a new key for a new request."},
    {"header-too-large", 431, "The header is too large",
     "It exceeds `server.max_header_bytes` or has more than `server.max_headers` fields."},
    {"internal-error", 500, "Something went wrong in the server",
     "It is the server's fault and is in its log. What became of the request is unknown: send it "
     "again with the same "
     "idempotency key."},
    {"not-implemented", 501, "The server does not do this",
     "The method or the transfer coding is not supported. A body comes by `Content-Length` or by "
     "`Transfer-Encoding: chunked`."},
    {"storage-unavailable", 503, "The storage cannot write",
     "It did not happen. Try again after `Retry-After` seconds."},
    {"line-full", 503, "The line is full",
     "It has `queue.max_waiting` people. Try again after `Retry-After` seconds."},
    {"too-many-connections", 503, "Too many connections",
     "The server, or your address, has as many as are allowed. Try again after `Retry-After` "
     "seconds."},
    {"starting", 503, "The server is starting",
     "It reads its database. It did not happen. Try again after `Retry-After` seconds."},
    {"shutting-down", 503, "The server is stopping",
     "It did not happen. Try again after `Retry-After` seconds."},
    {"version-not-supported", 505, "This version of HTTP is not supported", "Speak HTTP/1.1."},
});

} // namespace

std::span<const ProblemType> problem_types() {
    return types;
}

const ProblemType* find_problem_type(std::string_view code) {
    const auto* const found = std::find_if(types.begin(), types.end(),
                                           [&](const auto& type) { return type.code == code; });
    return found == types.end() ? nullptr : found;
}

Response problem(std::string_view code, std::string_view detail,
                 const boost::json::object& extension) {
    const auto* const type = find_problem_type(code);
    STAGEDOOR_ASSERT(type != nullptr, "every code that is used is in the table");

    boost::json::object body{{"type", fmt::format("/problems/{}", code)},
                             {"title", type->title},
                             {"status", type->status},
                             {"code", code},
                             {"detail", detail}};
    for (const auto& [name, value] : extension) {
        body[name] = value;
    }
    Response response = json_response(type->status, boost::json::serialize(body));
    response.content_type = "application/problem+json";
    if (type->status == 401) {
        response.headers.emplace_back("WWW-Authenticate", "Bearer");
    }
    if (type->status == 429 || type->status == 503) {
        response.headers.emplace_back("Retry-After", "1");
    }
    return response;
}

Response invalid_request(std::string_view field, std::string_view detail) {
    const auto text = field.empty() ? std::string{detail} : fmt::format("`{}` {}", field, detail);
    return problem("invalid-request", text, {{"field", field}});
}

Response storage_unavailable() {
    return problem("storage-unavailable",
                   "The storage cannot write at present; the request had no effect.");
}

} // namespace stagedoor
