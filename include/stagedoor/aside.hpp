// SPDX-License-Identifier: MIT
// A place for work that takes longer than others should wait for it: beside the loop, on a thread
// of its own. src/core has it; a module that computes much asks for it.
#pragma once

#include <functional>

#include "base/task.hpp"

namespace stagedoor {

class Aside {
public:
    virtual ~Aside() = default;

    /// Runs `work` beside the loop, and returns on the loop once it is done; throws what it throws.
    /// `work` touches nothing that the loop may touch meanwhile. A named function object, not a
    /// temporary, should be moved in (g++ 12). Loop thread only.
    [[nodiscard]] virtual task<void> run(std::function<void()> work) = 0;
};

} // namespace stagedoor
