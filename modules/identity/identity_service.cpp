// SPDX-License-Identifier: MIT
#include "identity_service.hpp"

#include "base/problem.hpp"
#include "stagedoor/queue_problem.hpp"

namespace stagedoor::identity {

std::optional<Response> IdentityService::refuse(Access access, const Request& request,
                                                Caller& caller) const {
    switch (access) {
    case Access::anyone:
        return std::nullopt;
    case Access::operator_key:
        return refuse_operator(request);
    case Access::token:
    case Access::perhaps_token:
        break;
    }
    if (request.bearer) {
        caller.token = queue_.find(*request.bearer);
    }
    return caller.token || access == Access::perhaps_token
               ? std::nullopt
               : std::optional{queue::no_token(request)};
}

void IdentityService::keep(Caller& caller) const {
    if (caller.token) {
        caller.in_use = queue_.use(caller.token);
    }
}

std::optional<Response> IdentityService::refuse_operator(const Request& request) const {
    if (request.by_socket) {
        return std::nullopt;
    }
    if (!request.bearer) {
        return problem("operator-key-missing",
                       "Send the operator's key as `Authorization: Bearer op_…`.");
    }
    return key_.matches(*request.bearer)
               ? std::nullopt
               : std::optional{
                     problem("operator-key-unknown", "The credential is not the operator's key.")};
}

} // namespace stagedoor::identity
