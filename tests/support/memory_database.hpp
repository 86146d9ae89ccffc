// SPDX-License-Identifier: MIT
// A database in memory with the program's schema.
#pragma once

#include "src/storage/database_file.hpp"
#include "src/storage/migrate.hpp"

namespace stagedoor::test {

inline storage::SqliteDatabase memory_database() {
    auto database = storage::open_database(":memory:", storage::OpenMode::create);
    storage::migrate(database, storage::schema_steps());
    return database;
}

} // namespace stagedoor::test
