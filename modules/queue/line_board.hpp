// SPDX-License-Identifier: MIT
// The public state of the lines as it is sent: the same bytes for everybody, made anew at most once
// a second, at once when `state` changes, and each time where a test has frozen the clock, so that
// a cache in front can answer any number of pollers. Loop thread only.
#pragma once

#include <string>
#include <unordered_map>

#include "base/time.hpp"
#include "queue_service.hpp"

namespace stagedoor::queue {

class LineBoard {
public:
    struct Shown {
        std::string state;
        std::string body; ///< JSON
        std::string etag;
        Instant made_at{};
    };

    /// Both must outlive the board.
    LineBoard(QueueService& service, const Clock& clock) : service_{service}, clock_{clock} {}

    /// nullptr where there is no such concert; valid until the next call.
    [[nodiscard]] const Shown* show(const ConcertId& concert);

private:
    QueueService& service_;
    const Clock& clock_;
    std::unordered_map<ConcertId, Shown> shown_;
};

} // namespace stagedoor::queue
