// SPDX-License-Identifier: MIT
#include "stagedoor/queue.hpp"

#include "stagedoor/problem.hpp"
#include "stagedoor/queue_problem.hpp"

namespace stagedoor::queue {

std::string_view to_string(TokenStatus status) {
    switch (status) {
    case TokenStatus::waiting:
        return "WAITING";
    case TokenStatus::admitted:
        return "ADMITTED";
    case TokenStatus::entered:
        return "ENTERED";
    case TokenStatus::expired:
        return "EXPIRED";
    }
    return "";
}

std::string_view to_string(ExpiryReason reason) {
    switch (reason) {
    case ExpiryReason::paid:
        return "PAID";
    case ExpiryReason::left:
        return "LEFT";
    case ExpiryReason::abandoned:
        return "ABANDONED";
    case ExpiryReason::entry_missed:
        return "ENTRY_MISSED";
    case ExpiryReason::session_ended:
        return "SESSION_ENDED";
    case ExpiryReason::sold_out:
        return "SOLD_OUT";
    }
    return "";
}

Response no_token(const Request& request) {
    if (!request.bearer) {
        return problem("token-missing", "Send the queue token as `Authorization: Bearer qt_…`.");
    }
    return problem("token-unknown", "The credential is not a queue token that this server knows.");
}

Response not_inside(const TokenView& token) {
    switch (token.status) {
    case TokenStatus::expired:
        return problem("token-expired", "This token is over; join the line again for another.",
                       {{"reason", to_string(token.reason)}});
    case TokenStatus::waiting: {
        boost::json::value wait = nullptr;
        if (token.wait_seconds) {
            wait = *token.wait_seconds;
        }
        return problem("not-admitted", "You are still in line.",
                       {{"position", token.position}, {"estimatedWaitSeconds", wait}});
    }
    default:
        return problem("not-entered", "You are admitted, but have not entered.");
    }
}

} // namespace stagedoor::queue
