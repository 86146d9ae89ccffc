// SPDX-License-Identifier: MIT
#include "opening.hpp"

#include <boost/asio/post.hpp>

namespace stagedoor::run {

Opening::Opening(asio::io_context& io, const config::Config& config,
                 std::optional<core::TestClock> test_clock,
                 const std::shared_ptr<spdlog::logger>& logger, storage::Progress& progress)
    : progress_{progress}, done_event_{io.get_executor()}, thread_{[=, this, &io, &config] {
          try {
              opened_.emplace(core::open(config, test_clock, *logger, progress_));
          } catch (...) {
              failure_ = std::current_exception();
          }
          asio::post(io, [this] {
              done_ = true;
              done_event_.notify();
          });
      }} {}

Opening::~Opening() {
    if (!done_) {
        progress_.stop();
    }
    thread_.join();
}

task<core::Opened> Opening::result() {
    while (!done_) {
        co_await done_event_.wait();
    }
    if (failure_) {
        std::rethrow_exception(failure_);
    }
    co_return std::move(*opened_);
}

} // namespace stagedoor::run
