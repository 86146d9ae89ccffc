// SPDX-License-Identifier: MIT
// Every error that a caller can meet: one table of codes, from which the RFC 9457 answers and the
// pages at /problems/{code} are made. Thread-safe (constant data).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/http.hpp"

namespace stagedoor {

/// One kind of error. `code` is stable and machine-readable; the page explains it and says what to
/// do.
struct ProblemType {
    std::string_view code;
    int status;
    std::string_view title;
    std::string_view explanation; ///< two or three sentences, for a person
};

[[nodiscard]] std::span<const ProblemType> problem_types();

/// nullptr where there is no such code.
[[nodiscard]] const ProblemType* find_problem_type(std::string_view code);

/// The `application/problem+json` answer of `code` (which must exist), with the `extension` members
/// appended. 401 carries `WWW-Authenticate`, 503 and 429 `Retry-After: 1`.
[[nodiscard]] Response problem(std::string_view code, std::string_view detail,
                               const boost::json::object& extension = {});

/// 400 `invalid-request` that names the field at fault.
[[nodiscard]] Response invalid_request(std::string_view field, std::string_view detail);

/// 503 `storage-unavailable`: it did not happen.
[[nodiscard]] Response storage_unavailable();

} // namespace stagedoor
