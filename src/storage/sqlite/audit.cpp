// SPDX-License-Identifier: MIT
#include "audit.hpp"

#include <charconv>

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "src/storage/file_system.hpp"

namespace stagedoor::storage::sqlite {

namespace {

constexpr std::size_t faults_max = 100;

} // namespace

void throw_if_unreadable(std::string_view finding) {
    constexpr std::string_view before_code = "error code=";
    // Of the list of free pages it says no code (checkList() of SQLite's btree.c); a number out of
    // range, which would be damage, is told in other words.
    if (finding.find("failed to get page") != std::string_view::npos) {
        throw SQLite::Exception{sqlite3_errstr(SQLITE_IOERR_READ), SQLITE_IOERR_READ};
    }
    const auto place = finding.find(before_code);
    if (place == std::string_view::npos) {
        return;
    }
    const auto digits = finding.substr(place + before_code.size());
    int code = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), code);
    if ((code & 0xff) == SQLITE_IOERR) {
        throw SQLite::Exception{sqlite3_errstr(code), code};
    }
}

namespace {

/// `what` is empty for all of it, or a table.
std::vector<std::string> audit_with(SQLite::Database& connection, const std::string& what) {
    std::vector<std::string> faults;
    SQLite::Statement structure{connection,
                                fmt::format("PRAGMA integrity_check({})",
                                            what.empty() ? std::to_string(faults_max) : what)};
    while (structure.executeStep()) {
        std::string line = structure.getColumn(0).getString();
        if (line != "ok") {
            throw_if_unreadable(line);
            faults.push_back(one_line(std::move(line)));
        }
    }
    const std::size_t limit = faults.size() + faults_max;
    SQLite::Statement references{connection,
                                 what.empty() ? std::string{"PRAGMA foreign_key_check"}
                                              : fmt::format("PRAGMA foreign_key_check({})", what)};
    while (faults.size() < limit && references.executeStep()) {
        faults.push_back(fmt::format("row {} of {} refers to a row of {} that does not exist",
                                     references.getColumn(1).getString(),
                                     references.getColumn(0).getString(),
                                     references.getColumn(2).getString()));
    }
    return faults;
}

} // namespace

std::vector<std::string> audit(SQLite::Database& connection) {
    return audit_with(connection, "");
}

std::vector<std::string> tables_of(SQLite::Database& connection) {
    std::vector<std::string> tables;
    SQLite::Statement names{connection,
                            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"};
    while (names.executeStep()) {
        tables.push_back(names.getColumn(0).getString());
    }
    return tables;
}

std::vector<std::string> audit_table(SQLite::Database& connection, const std::string& table) {
    return audit_with(connection, table);
}

} // namespace stagedoor::storage::sqlite
