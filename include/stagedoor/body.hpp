// SPDX-License-Identifier: MIT
// How a handler reads the body of its request: one function a route, over the fields of one JSON
// object. Loop thread only.
#pragma once

#include <memory>
#include <utility>

#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "base/problem.hpp"
#include "base/result.hpp"
#include "stagedoor/routes.hpp"

namespace stagedoor {

/// What `read` makes of the fields of the body's one JSON object, or 400 `invalid-request` that
/// names the field at fault: where it is not JSON, where `read` has recorded a fault, and where
/// there is a field that `read` has not read.
template<class Body>
[[nodiscard]] result<Body, Response> read_body(Call& call, Body (*read)(FieldReader&)) {
    auto parsed = parse_json(call.request.body);
    if (!parsed) {
        return invalid_request(parsed.error().field, parsed.error().detail);
    }
    call.body = std::make_shared<boost::json::value>(std::move(*parsed));
    FieldReader fields{*call.body, ""};
    Body body = read(fields);
    if (const auto fault = fields.finish()) {
        return invalid_request(fault->field, fault->detail);
    }
    return {boost::system::in_place_value, std::move(body)};
}

} // namespace stagedoor
