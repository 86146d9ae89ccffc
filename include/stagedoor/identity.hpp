// SPDX-License-Identifier: MIT
// The door at the route: who may come to it, and who it is that comes. Implemented by
// modules/identity, asked by src/http before a handler is called. Loop thread only.
#pragma once

#include <memory>
#include <optional>

#include "base/http.hpp"
#include "stagedoor/queue.hpp"

namespace stagedoor {

/// Who may come to a route. A route says one of these; there is no default.
enum class Access {
    anyone = 1,
    /// Who shows a queue token of ours, live or over: what an expired one is worth is for the
    /// handler to say, since a replay comes before that judgement.
    token,
    /// As `token`, and whoever shows none as well, so that the handler can say first what is not
    /// there.
    perhaps_token,
    /// The operator: by the key, or through the Unix socket, whose file's permission is the guard.
    operator_key,
};

/// Who has come.
struct Caller {
    queue::TokenHandle token;           ///< of `token`, and where one was shown of `perhaps_token`
    std::shared_ptr<const void> in_use; ///< see `Door::keep`
};

class Door {
public:
    virtual ~Door() = default;

    /// The refusal (401) to answer with, or nothing and `caller` filled in.
    [[nodiscard]] virtual std::optional<Response> refuse(Access access, const Request& request,
                                                         Caller& caller) const = 0;

    /// For a handler that waits: what `caller` names is not forgotten while `caller` lives.
    virtual void keep(Caller& caller) const = 0;
};

} // namespace stagedoor
