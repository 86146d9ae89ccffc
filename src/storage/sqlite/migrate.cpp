// SPDX-License-Identifier: MIT
#include "migrate.hpp"

#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <sqlite3.h>

#include "database_file.hpp"
#include "src/storage/file_system.hpp"

namespace stagedoor::storage::sqlite {

namespace {

void check_numbering(std::span<const SchemaStep> steps) {
    int expected = 0;
    for (const SchemaStep& step : steps) {
        if (step.version != ++expected) {
            throw std::logic_error{fmt::format("step \"{}\" is numbered {}, not {}", step.name,
                                               step.version, expected)};
        }
    }
}

void take_step(SQLite::Database& connection, const SchemaStep& step) {
    connection.exec("BEGIN IMMEDIATE");
    try {
        connection.exec(std::string{step.sqlite});
        connection.exec(fmt::format("PRAGMA application_id = {}", application_id));
        connection.exec(fmt::format("PRAGMA user_version = {}", step.version));
        connection.exec("COMMIT");
    } catch (const SQLite::Exception& error) {
        const std::string reason = one_line(error.what());
        if (sqlite3_get_autocommit(connection.getHandle()) == 0) {
            connection.exec("ROLLBACK");
        }
        throw OpenError{
            OpenErrc::migration,
            fmt::format("bringing the database to schema {} ({}) failed and was undone: "
                        "{}; look at the disk and the room on it, then start again",
                        step.version, step.name, reason)};
    }
}

} // namespace

int schema_version(SqliteDatabase& database) {
    return database.connection().execAndGet("PRAGMA user_version").getInt();
}

std::span<const SchemaStep> migrate(SqliteDatabase& database, std::span<const SchemaStep> steps) {
    check_numbering(steps);
    const int version = schema_version(database);
    const int newest = static_cast<int>(steps.size());
    if (version > newest) {
        throw OpenError{OpenErrc::newer,
                        fmt::format("the database was written by a newer version of stagedoor "
                                    "(schema {}, this program knows {}): use that version",
                                    version, newest)};
    }
    const auto lacking = steps.subspan(static_cast<std::size_t>(version < 0 ? 0 : version));
    for (const SchemaStep& step : lacking) {
        take_step(database.connection(), step);
    }
    return lacking;
}

} // namespace stagedoor::storage::sqlite
