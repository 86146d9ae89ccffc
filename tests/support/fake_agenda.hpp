// SPDX-License-Identifier: MIT
// Counts how often it was told that something falls due.
#pragma once

#include "stagedoor/agenda.hpp"

namespace stagedoor::test {

struct FakeAgenda final : Agenda {
    void due_changed() override { ++changes; }
    int changes = 0;
};

} // namespace stagedoor::test
