// SPDX-License-Identifier: MIT
// How a queue token that does not do is answered: the same words for every endpoint that takes one.
#pragma once

#include "stagedoor/http.hpp"
#include "stagedoor/queue.hpp"

namespace stagedoor::queue {

/// For a request whose credential is no token of ours: 401 `token-missing` without any bearer
/// credential, otherwise `token-unknown`.
[[nodiscard]] Response no_token(const Request& request);

/// For a token that is not ENTERED: 401 `token-expired` with its reason, 403 `not-admitted` with
/// the place where it waits, 403 `not-entered` where it is admitted.
[[nodiscard]] Response not_inside(const TokenView& token);

} // namespace stagedoor::queue
