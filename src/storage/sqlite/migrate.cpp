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

int hex_digit(unsigned char letter) {
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/// `unhex(text)`, which SQLite itself has since 3.41, for lower case: the bytes that pairs of
/// digits write; NULL for anything else.
void unhex(sqlite3_context* context, int, sqlite3_value** values) {
    const unsigned char* const text = sqlite3_value_text(values[0]);
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
    std::string bytes(size / 2, '\0');
    bool valid = text != nullptr && size % 2 == 0;
    for (std::size_t i = 0; valid && i < bytes.size(); ++i) {
        const int high = hex_digit(text[2 * i]);
        const int low = hex_digit(text[2 * i + 1]);
        valid = high >= 0 && low >= 0;
        bytes[i] = static_cast<char>(high * 16 + low);
    }
    if (valid) {
        sqlite3_result_blob64(context, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
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
    sqlite3_create_function(database.connection().getHandle(), "unhex", 1,
                            SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, &unhex, nullptr, nullptr);
    const auto lacking = steps.subspan(static_cast<std::size_t>(version < 0 ? 0 : version));
    for (const SchemaStep& step : lacking) {
        take_step(database.connection(), step);
    }
    return lacking;
}

} // namespace stagedoor::storage::sqlite
