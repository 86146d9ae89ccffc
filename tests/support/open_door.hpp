// SPDX-License-Identifier: MIT
// A door for tests that are not about it: lets in whoever comes, or nobody.
#pragma once

#include "base/problem.hpp"
#include "stagedoor/identity.hpp"

namespace stagedoor::test {

struct OpenDoor final : Door {
    bool open = true;
    mutable int kept = 0;

    [[nodiscard]] std::optional<Response> refuse(Access, const Request&, Caller&) const override {
        return open ? std::nullopt : std::optional{problem("token-missing", "Not today.")};
    }
    void keep(Caller&) const override { ++kept; }
};

} // namespace stagedoor::test
