// SPDX-License-Identifier: MIT
// The Database over one SQLite connection, which it owns, with every statement prepared once. On
// the journal's writer thread once the server runs. All throws are SQLite::Exception.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <SQLiteCpp/Database.h>

#include "stagedoor/database.hpp"

struct sqlite3_stmt;

namespace stagedoor::storage::sqlite {

class SqliteDatabase final : public Database {
public:
    explicit SqliteDatabase(SQLite::Database connection) : connection_{std::move(connection)} {}

    void select(const Statement& statement, Values values,
                const std::function<void(const Row&)>& each) override;
    void run(const Statement& statement, Values values) override;
    [[nodiscard]] std::vector<std::string> audit() override;

    /// Runs `statement` to its end and returns how many rows it changed.
    int execute(const Statement& statement, std::span<const Value> values);

    /// From now on every statement ends with SQLITE_INTERRUPT soon after `stopped` has become true;
    /// with nullptr none does any more. `stopped` must outlive that.
    void interrupt_when(const std::atomic<bool>* stopped);

    /// For what only SQLite has: transactions, PRAGMAs, backups, schema steps.
    [[nodiscard]] SQLite::Database& connection() { return connection_; }

private:
    struct Finalize {
        void operator()(sqlite3_stmt* prepared) const;
    };
    class Run;

    [[nodiscard]] sqlite3_stmt* prepare(const Statement& statement);

    SQLite::Database connection_;
    std::unordered_map<const Statement*, std::unique_ptr<sqlite3_stmt, Finalize>> prepared_;
};

} // namespace stagedoor::storage::sqlite
