// SPDX-License-Identifier: MIT
// Where endpoints are hung up: a method, a pattern, who may come, and the handler, which gets the
// caller and reads the body's fields. Implemented by src/http. Loop thread only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/http.hpp"
#include "base/json.hpp"
#include "base/problem.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "stagedoor/identity.hpp"

namespace stagedoor {

/// One request at its handler, past the door. Outlives the handler.
struct Call {
    const Request& request;
    Caller caller;
    boost::json::value body; ///< once `read_body` has parsed it
};

using Handler = std::function<Response(const Call&)>;     ///< reads memory, answers at once
using TaskHandler = std::function<task<Response>(Call&)>; ///< waits for the journal

/// Patterns are `/`-separated, a segment `{name}` takes any one segment.
class Routes {
public:
    virtual ~Routes() = default;
    virtual void add(Method method, std::string_view pattern, Access access, Handler handler) = 0;
    virtual void add_task(Method method, std::string_view pattern, Access access,
                          TaskHandler handler) = 0;
};

/// What `read` makes of the fields of the body's one JSON object, or 400 `invalid-request` that
/// names the field at fault: where it is not JSON, where `read` has recorded a fault, and where
/// there is a field that `read` has not read.
template<class Body>
[[nodiscard]] result<Body, Response> read_body(Call& call, Body (*read)(FieldReader&)) {
    auto parsed = parse_json(call.request.body);
    if (!parsed) {
        return invalid_request(parsed.error().field, parsed.error().detail);
    }
    call.body = std::move(*parsed);
    FieldReader fields{call.body, ""};
    Body body = read(fields);
    if (const auto fault = fields.finish()) {
        return invalid_request(fault->field, fault->detail);
    }
    return {boost::system::in_place_value, std::move(body)};
}

} // namespace stagedoor
