// SPDX-License-Identifier: MIT
#include "health.hpp"

namespace stagedoor::operations {

namespace {

Response text(std::string content) {
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(content);
    return response;
}

} // namespace

void add_health_routes(Routes& routes, std::function<std::optional<Response>()> unready) {
    routes.add(Method::get, "/healthz", Access::anyone,
               [](const Call&) { return text("alive\n"); });
    routes.add(Method::get, "/readyz", Access::anyone, [unready = std::move(unready)](const Call&) {
        return unready().value_or(text("ready\n"));
    });
}

} // namespace stagedoor::operations
