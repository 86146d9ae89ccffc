// SPDX-License-Identifier: MIT
// A database in memory with the schema of some modules, as the program would make it.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <span>
#include <vector>

#include "modules/idempotency/idempotency_service.hpp"
#include "src/storage/database_file.hpp"
#include "src/storage/migrate.hpp"

namespace stagedoor::test {

/// The first steps of the program and `modules`, which must be numbered on without a gap.
inline storage::SqliteDatabase
memory_database(std::initializer_list<std::span<const Migration>> modules) {
    std::vector<Migration> steps;
    const auto add = [&steps](std::span<const Migration> part) {
        steps.insert(steps.end(), part.begin(), part.end());
    };
    add(storage::migrations());
    add(idempotency::migrations());
    std::for_each(modules.begin(), modules.end(), add);
    auto database = storage::open_database(":memory:", storage::OpenMode::create);
    storage::migrate(database, steps);
    return database;
}

} // namespace stagedoor::test
