// SPDX-License-Identifier: MIT
// Opens the database on a thread of its own, so that the loop answers meanwhile. Owned by the
// Program. Loop thread only, but for the opening itself.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <spdlog/logger.h>

#include "base/event.hpp"
#include "src/core/core.hpp"

namespace stagedoor::run {

class Opening {
public:
    /// Begins. All must outlive it.
    Opening(asio::io_context& io, const config::Config& config,
            std::optional<core::TestClock> test_clock,
            const std::shared_ptr<spdlog::logger>& logger, storage::Progress& progress);
    /// Stops `progress` where the opening is not done yet, and waits for the thread.
    ~Opening();
    Opening(const Opening&) = delete;
    Opening& operator=(const Opening&) = delete;

    /// Returns once it is done; once. Throws what core::open() throws.
    [[nodiscard]] task<core::Opened> result();

private:
    storage::Progress& progress_;
    std::optional<core::Opened> opened_;
    std::exception_ptr failure_;
    bool done_ = false; ///< said by the loop, which may read the two from then on
    Event done_event_;
    std::thread thread_; ///< last: it uses the others
};

} // namespace stagedoor::run
