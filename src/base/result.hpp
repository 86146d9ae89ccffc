// SPDX-License-Identifier: MIT
// What a caller can cause is a value (a `result` with a refusal in it); what only the machine can
// cause is an exception, caught once per request.
#pragma once

#include <boost/system/result.hpp>

namespace stagedoor {

template<class T, class Refusal>
using result = boost::system::result<T, Refusal>;

} // namespace stagedoor
