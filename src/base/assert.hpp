// SPDX-License-Identifier: MIT
// What the program does not go on from, rather than selling on: a broken invariant of its own,
// which stops the process at once (in a release too; cheap conditions only), and rows that
// contradict each other.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace stagedoor {

[[noreturn]] inline void assertion_failed(const char* condition, const char* why, const char* file,
                                          int line) {
    std::fprintf(stderr, "stagedoor: broken invariant at %s:%d: %s (%s)\n", file, line, condition,
                 why);
    std::abort();
}

/// What a module's load throws where the rows of what is live contradict each other. `what()` is a
/// sentence about the fault.
class Unsound : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace stagedoor

// A macro, because only a macro knows the place and the text of the condition.
#define STAGEDOOR_ASSERT(condition, why)                                                           \
    ((condition) ? static_cast<void>(0)                                                            \
                 : ::stagedoor::assertion_failed(#condition, why, __FILE__, __LINE__))
