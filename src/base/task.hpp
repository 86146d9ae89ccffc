// SPDX-License-Identifier: MIT
// The coroutine type of everything that waits for a commit. It names the io_context's executor,
// which spares the type-erased one on every step. Everything runs on the one loop thread.
#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace stagedoor {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;

template<class T>
using task = asio::awaitable<T, Executor>;

using use_task_t = asio::use_awaitable_t<Executor>;
inline constexpr use_task_t use_task{};

/// Runs `tasks` side by side and returns when the last is done. An exception in one ends the
/// process: they carry out decisions, and what is left of one that threw half-way is not known.
[[nodiscard]] task<void> run_all(Executor executor, std::vector<task<void>> tasks);

} // namespace stagedoor
