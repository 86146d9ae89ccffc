// SPDX-License-Identifier: MIT
// A response as a client reads it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/http.hpp"
#include "base/time.hpp"

namespace stagedoor::simulation {

struct Answer {
    explicit Answer(const Response& response);

    int status;
    std::string body;
    boost::json::object fields; ///< empty where the body is
    std::string code;           ///< of a problem
    std::string etag;
    bool replay = false;

    [[nodiscard]] bool success() const { return status < 300; }

    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::int64_t number(std::string_view name) const;
    [[nodiscard]] Instant instant(std::string_view name) const;
};

/// Of `2026-12-24T10:00:00.000Z`, which must be of that form.
/// The simulated world shows the process's own time.
[[nodiscard]] Instant parse_instant(std::string_view text);
[[nodiscard]] std::string instant_text(Instant instant);

} // namespace stagedoor::simulation
