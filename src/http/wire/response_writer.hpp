// SPDX-License-Identifier: MIT
// From a Response to the bytes on the wire, appended to a string that is used again and again.
// Owned by the server, one for all its sessions; loop thread only.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "base/http.hpp"
#include "base/time.hpp"

namespace stagedoor::http::wire {

/// How one answer is to be sent.
struct Framing {
    bool keep_alive = true;    ///< whether another request may follow
    bool http_1_0 = false;     ///< the client's version, for which keeping alive must be said
    bool without_body = false; ///< an answer to HEAD
};

class ResponseWriter {
public:
    /// From now on `Date` says what `clock` shows; before, the wall clock's time.
    void tell_time_by(const Clock& clock) { clock_ = &clock; }

    /// Appends status line, header and `body`; the pieces that follow it are the caller's to send.
    /// A line break or NUL in a header value becomes a space, so that no value can begin a header
    /// of its own.
    void append(std::string& out, const Response& response, const Framing& framing);

    /// The line `Date: …` with its line end, made anew once a second. `now` is Unix time in
    /// seconds.
    [[nodiscard]] std::string_view date_line(std::time_t now);

private:
    [[nodiscard]] std::time_t now() const;

    const Clock* clock_ = nullptr;
    std::time_t date_of_ = -1;
    std::string date_;
};

/// Whether an answer of this status may have a body, and so a Content-Length.
[[nodiscard]] constexpr bool may_have_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

} // namespace stagedoor::http::wire
