// SPDX-License-Identifier: MIT
// What modules compute beside the loop: each on a thread that the journal's stop waits for, so that
// it ends before what it looks at. Loop thread only.
#pragma once

#include "src/storage/sqlite/sqlite_journal.hpp"
#include "stagedoor/aside.hpp"

namespace stagedoor::core {

class AsideThread final : public Aside {
public:
    explicit AsideThread(storage::sqlite::SqliteJournal& journal) : journal_{journal} {}

    [[nodiscard]] task<void> run(std::function<void()> work) override;

private:
    storage::sqlite::SqliteJournal& journal_;
};

} // namespace stagedoor::core
