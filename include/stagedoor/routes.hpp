// SPDX-License-Identifier: MIT
// Where endpoints are hung up: a method, a pattern, who may come, and the handler, which gets the
// caller and reads the body's fields. Implemented by src/http. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/http.hpp"
#include "base/task.hpp"
#include "stagedoor/identity.hpp"

namespace boost::json {
class value; // its header would be a third of what a route compiles
}

namespace stagedoor {

/// One request at its handler, past the door. Outlives the handler.
struct Call {
    const Request& request;
    Caller caller;
    std::shared_ptr<const boost::json::value> body; ///< once `read_body` has parsed it
};

using Handler = std::function<Response(const Call&)>;     ///< reads memory, answers at once
using TaskHandler = std::function<task<Response>(Call&)>; ///< waits for the journal

/// The status of the Response by which a Handler leaves the request to the TaskHandler beside it.
inline constexpr int left_to_task = 0;

/// Patterns are `/`-separated, a segment `{name}` takes any one segment.
class Routes {
public:
    virtual ~Routes() = default;
    virtual void add(Method method, std::string_view pattern, Access access, Handler handler) = 0;
    virtual void add_task(Method method, std::string_view pattern, Access access,
                          TaskHandler handler) = 0;
    /// For what memory answers nearly always: `handler` is asked first, and may leave it to the
    /// other by the status `left_to_task`.
    virtual void add_both(Method method, std::string_view pattern, Access access, Handler handler,
                          TaskHandler task_handler) = 0;
};

} // namespace stagedoor
