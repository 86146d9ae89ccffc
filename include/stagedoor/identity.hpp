// SPDX-License-Identifier: MIT
// Who may use the operator's endpoints under /api/v1/admin. Loop thread only.
#pragma once

#include <optional>

#include "base/http.hpp"

namespace stagedoor {

class OperatorGate {
public:
    virtual ~OperatorGate() = default;

    /// The refusal to answer with; nothing for a request that came through the Unix socket (the
    /// permission of its file is the guard) or that carries the operator's key.
    [[nodiscard]] virtual std::optional<Response> refuse(const Request& request) const = 0;
};

} // namespace stagedoor
