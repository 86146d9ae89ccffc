// SPDX-License-Identifier: MIT
// What a module's load throws where the rows of what is live contradict each other. A value; any
// thread.
#pragma once

#include <stdexcept>

namespace stagedoor {

/// `what()` is a sentence about the fault.
class Unsound : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace stagedoor
