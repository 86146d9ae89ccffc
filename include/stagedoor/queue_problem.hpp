// SPDX-License-Identifier: MIT
// How a queue token that does not do is answered: the same words for every endpoint that takes one.
#pragma once

#include "base/http.hpp"
#include "base/problem.hpp"
#include "stagedoor/queue.hpp"

namespace stagedoor::queue {

/// For a request whose credential is no token of ours: 401 `token-missing` without any bearer
/// credential, otherwise `token-unknown`.
[[nodiscard]] inline Response no_token(const Request& request) {
    if (!request.bearer) {
        return problem("token-missing", "Send the queue token as `Authorization: Bearer qt_…`.");
    }
    return problem("token-unknown", "The credential is not a queue token that this server knows.");
}

/// For a token that is not ENTERED: 401 `token-expired` with its reason, and its payment where that
/// is in `token`; 403 `not-admitted` with the place where it waits; 403 `not-entered` where it is
/// admitted.
[[nodiscard]] inline Response not_inside(const TokenView& token) {
    switch (token.status) {
    case TokenStatus::expired: {
        boost::json::object extension{{"reason", to_string(token.reason)}};
        if (!token.payment.value.empty()) {
            extension["paymentId"] = token.payment.value;
        }
        return problem("token-expired", "This token is over; join the line again for another.",
                       extension);
    }
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
