// SPDX-License-Identifier: MIT
// The SQLite session that the stores write their SQL against. Included by `*_store` files and
// src/storage alone (tests/arch enforces it), so that another engine needs new stores and nothing
// else. Lives on the journal's writer thread once the server runs.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "stagedoor/migration.hpp"

namespace stagedoor {

class Database {
public:
    /// A prepared statement on loan from the cache: reset, with its bindings cleared, when it goes
    /// out of scope.
    class Query {
    public:
        explicit Query(SQLite::Statement& statement) : statement_{&statement} {}
        ~Query();
        Query(const Query&) = delete;
        Query& operator=(const Query&) = delete;

        SQLite::Statement* operator->() const { return statement_; }
        SQLite::Statement& operator*() const { return *statement_; }

    private:
        SQLite::Statement* statement_;
    };

    explicit Database(SQLite::Database connection);

    /// The cached statement for `sql`, which is prepared on first use. Not for two uses of one text
    /// at a time.
    [[nodiscard]] Query query(std::string_view sql);

    /// Binds `values` in order to `sql`, runs it to the end and returns how many rows it changed.
    template<class... Values>
    int run(std::string_view sql, const Values&... values) {
        Query statement = query(sql);
        int index = 0;
        (statement->bind(++index, values), ...);
        return statement->exec();
    }

    /// The first column of every row of every query, as text.
    [[nodiscard]] std::vector<std::string> texts(std::span<const std::string_view> queries);

    [[nodiscard]] SQLite::Database& connection() { return connection_; }

private:
    SQLite::Database connection_;
    std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> statements_;
};

} // namespace stagedoor
