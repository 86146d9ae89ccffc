// SPDX-License-Identifier: MIT
#include "stagedoor/database.hpp"

#include <utility>

namespace stagedoor {

Database::Query::~Query() {
    // An error of the last step is reported a second time by the reset; whoever ran it has seen it.
    static_cast<void>(statement_->tryReset());
    try {
        statement_->clearBindings();
    } catch (const SQLite::Exception&) {
        // Cannot happen: sqlite3_clear_bindings always returns SQLITE_OK.
    }
}

Database::Database(SQLite::Database connection) : connection_{std::move(connection)} {}

Database::Query Database::query(std::string_view sql) {
    std::string text{sql};
    if (const auto known = statements_.find(text); known != statements_.end()) {
        return Query{*known->second};
    }
    auto prepared = std::make_unique<SQLite::Statement>(connection_, text);
    const auto added = statements_.emplace(std::move(text), std::move(prepared)).first;
    return Query{*added->second};
}

std::vector<std::string> Database::texts(std::span<const std::string_view> queries) {
    std::vector<std::string> found;
    for (const auto sql : queries) {
        const auto rows = query(sql);
        while (rows->executeStep()) {
            found.push_back(rows->getColumn(0).getString());
        }
    }
    return found;
}

} // namespace stagedoor
