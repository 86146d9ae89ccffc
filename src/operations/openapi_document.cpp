// SPDX-License-Identifier: MIT
#include "openapi_document.hpp"

#include <string_view>

namespace stagedoor::embedded {
extern const std::string_view openapi_yaml;
} // namespace stagedoor::embedded

namespace stagedoor::operations {

void add_openapi_route(Routes& routes) {
    routes.add(Method::get, "/api/v1/openapi.yaml", Access::anyone, [](const Call&) {
        Response response;
        response.content_type = "application/yaml";
        response.body = embedded::openapi_yaml;
        response.cache_control = public_for_minutes;
        return response;
    });
}

} // namespace stagedoor::operations
