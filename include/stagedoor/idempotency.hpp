// SPDX-License-Identifier: MIT
// `Idempotency-Key`: a success is kept with its effect, in one commit, and answered again byte for
// byte; a refusal binds nothing. Used by the endpoints of reservations, payments and charges. Loop
// thread only.
#pragma once

#include <functional>
#include <string>

#include "base/http.hpp"
#include "base/journal.hpp"

namespace stagedoor {

/// Makes the Change that stores the answer; to be appended to the Change that it answers for.
/// `answer` is called by the writer, behind the parts before it, so that it may show what only they
/// know (a balance). Without a key in the request the Change is empty.
using KeepAnswer = std::function<Change(std::function<Response()> answer)>;

using KeyedHandler = std::function<task<Response>(const Request& request, KeepAnswer keep)>;

class Idempotency {
public:
    virtual ~Idempotency() = default;

    /// Answers `request` from its key's record where there is one; otherwise runs `handler`, and
    /// keeps what it answers if that is a success. `caller` (who asks) and the request's method and
    /// path are the key's scope; `fingerprint` stands for the body: another one under the same key
    /// is 422 `idempotency-key-reused`, a key that is still running 409 `idempotency-in-progress`.
    [[nodiscard]] virtual task<Response> once(const Request& request, std::string caller,
                                              std::string fingerprint, KeyedHandler handler) = 0;
};

} // namespace stagedoor
