// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <fmt/format.h>

namespace stagedoor::storage {

void Progress::go_on() const {
    if (stopped_) {
        throw StartStopped{};
    }
}

void Progress::enter(const char* doing) {
    rows_ = 0;
    doing_ = doing;
    go_on();
}

void Progress::read_row() {
    rows_.fetch_add(1, std::memory_order_relaxed);
    go_on();
}

std::string Progress::sentence() const {
    const std::uint64_t rows = rows_;
    const char* const doing = doing_;
    return rows == 0 ? fmt::format("The server is starting. {}.", doing)
                     : fmt::format("The server is starting. {}: {} rows so far.", doing, rows);
}

void WatchedDatabase::select(const Statement& statement, Values values,
                             const std::function<void(const Row&)>& each) {
    database_.select(statement, values, [&](const Row& row) {
        progress_.read_row();
        each(row);
    });
}

void WatchedDatabase::run(const Statement& statement, Values values) {
    database_.run(statement, values);
}

std::vector<std::string> WatchedDatabase::audit() {
    return database_.audit();
}

} // namespace stagedoor::storage
