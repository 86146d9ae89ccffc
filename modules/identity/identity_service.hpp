// SPDX-License-Identifier: MIT
// Who somebody is, told at the door of a route: by their queue token, by the operator's key. Loop
// thread only.
#pragma once

#include <optional>

#include "operator_key.hpp"
#include "stagedoor/identity.hpp"
#include "stagedoor/queue.hpp"

namespace stagedoor::identity {

class IdentityService final : public Door {
public:
    /// `queue` must outlive the service.
    IdentityService(const queue::Queue& queue, OperatorKey key)
        : queue_{queue}, key_{std::move(key)} {}

    [[nodiscard]] std::optional<Response> refuse(Access access, const Request& request,
                                                 Caller& caller) const override;
    void keep(Caller& caller) const override;

private:
    [[nodiscard]] std::optional<Response> refuse_operator(const Request& request) const;

    const queue::Queue& queue_;
    OperatorKey key_;
};

} // namespace stagedoor::identity
