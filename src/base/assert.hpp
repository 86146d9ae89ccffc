// SPDX-License-Identifier: MIT
// Assertions that stay on in a release: a broken invariant stops the process rather than selling
// on. Cheap conditions only.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace stagedoor {

[[noreturn]] inline void assertion_failed(const char* condition, const char* why, const char* file,
                                          int line) {
    std::fprintf(stderr, "stagedoor: broken invariant at %s:%d: %s (%s)\n", file, line, condition,
                 why);
    std::abort();
}

} // namespace stagedoor

// A macro, because only a macro knows the place and the text of the condition.
#define STAGEDOOR_ASSERT(condition, why)                                                           \
    ((condition) ? static_cast<void>(0)                                                            \
                 : ::stagedoor::assertion_failed(#condition, why, __FILE__, __LINE__))
