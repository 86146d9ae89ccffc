// SPDX-License-Identifier: MIT
// A database in memory with the program's schema.
#pragma once

#include "src/storage/sqlite/database_file.hpp"
#include "src/storage/sqlite/migrate.hpp"

namespace stagedoor::test {

inline storage::sqlite::SqliteDatabase memory_database() {
    auto database = storage::sqlite::open_database(":memory:", storage::sqlite::OpenMode::create);
    storage::sqlite::migrate(database, storage::schema_steps());
    return database;
}

} // namespace stagedoor::test
