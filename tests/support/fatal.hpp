// SPDX-License-Identifier: MIT
// What ends the server's process is an exception in a test.
#pragma once

#include <stdexcept>

#include "storage/sqlite/group_commit.hpp"

namespace stagedoor::test {

struct FatalError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline storage::sqlite::Fatal throwing_fatal() {
    return [](const std::string& message) { throw FatalError{message}; };
}

} // namespace stagedoor::test
