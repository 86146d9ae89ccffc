// SPDX-License-Identifier: MIT
// What the stores write their SQL against, whichever engine runs it: a Database to read from, and a
// Transaction in which the parts of a Change record what they write. Included by `*_store` files
// and src/storage alone (tests/arch enforces it). Lives on the journal's writer thread once the
// server runs.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace stagedoor {

/// The text of one statement, in the SQL that SQLite 3.40 and PostgreSQL 15 both read. Parameters
/// are $1, $2 … in the order of their first use. Constants at namespace scope: engines know a
/// statement that they have prepared by its address, and the tests prepare all that there are.
class Statement {
public:
    explicit Statement(const char* sql) noexcept : sql_{sql}, next_{newest} { newest = this; }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    [[nodiscard]] const char* sql() const { return sql_; }

    /// Every statement of the program. For tests.
    [[nodiscard]] static std::vector<const Statement*> all() {
        std::vector<const Statement*> found;
        for (const auto* each = newest; each != nullptr; each = each->next_) {
            found.push_back(each);
        }
        return found;
    }

private:
    static inline constinit const Statement* newest = nullptr;

    const char* sql_;
    const Statement* next_;
};

/// Bytes that are no text.
struct Blob {
    std::string_view bytes;

    auto operator<=>(const Blob&) const = default;
};

/// What a parameter is set to; monostate is NULL. Texts and blobs need only live during the call
/// that they are handed to.
using Value = std::variant<std::monostate, std::int64_t, std::string_view, Blob>;
using Values = std::initializer_list<Value>;

/// One row of a result, during the call that shows it. Columns count from 0.
class Row {
public:
    [[nodiscard]] virtual bool is_null(int column) const = 0;
    [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
    [[nodiscard]] virtual std::string text(int column) const = 0;
    [[nodiscard]] virtual std::string blob(int column) const = 0;
    /// Of a text or a blob, without a copy.
    [[nodiscard]] virtual std::string_view bytes(int column) const = 0;

protected:
    ~Row() = default;
};

class Database {
public:
    virtual ~Database() = default;

    /// Calls `each` for every row that `statement` finds. `each` may ask for more, though not by
    /// the same statement.
    virtual void select(const Statement& statement, Values values,
                        const std::function<void(const Row&)>& each) = 0;

    /// Writes at once, for what the start writes before the journal runs.
    virtual void run(const Statement& statement, Values values) = 0;

    /// What the engine's own checks find wrong, a line each. Reads everything.
    [[nodiscard]] virtual std::vector<std::string> audit() = 0;

    /// The first column of every row of every statement, as text.
    [[nodiscard]] std::vector<std::string> texts(std::span<const Statement> statements) {
        std::vector<std::string> found;
        for (const auto& statement : statements) {
            select(statement, {}, [&found](const Row& row) { found.push_back(row.text(0)); });
        }
        return found;
    }
};

/// What one Change writes, as its parts record it: nothing is written, and nothing can be read,
/// before all Changes of the group have recorded theirs. Either all of it is written or, where a
/// part refuses, nothing.
class Transaction {
public:
    /// Records a statement; statements run in the order of recording.
    virtual void run(const Statement& statement, Values values) = 0;

    /// Records one that must change exactly `rows` rows. Another number says that memory and tables
    /// disagree, which ends the process.
    virtual void expect(std::int64_t rows, const Statement& statement, Values values) = 0;

    /// Records a row that many Changes of a group write whole. It is written once a group, before
    /// all that run() and expect() record: the last one of those that have the same first value,
    /// which names the row.
    virtual void keep_last(const Statement& statement, Values values) = 0;

    /// Records a sum that many Changes of a group add to. It is written once a group, like
    /// keep_last(): the first values of those that have the same others are added up.
    virtual void add_up(const Statement& statement, Values values) = 0;

    /// What an account that the Change has declared holds, after all that was accepted before; 0
    /// for one that is not known.
    [[nodiscard]] virtual std::int64_t balance(std::string_view account) const = 0;

    /// Adds `amount` to a declared account and returns its new balance, which is written before all
    /// else.
    virtual std::int64_t post(std::string_view account, std::int64_t amount) = 0;

    /// Undoes what this Change has recorded; the parts behind are not run.
    virtual void refuse() = 0;

protected:
    ~Transaction() = default;
};

} // namespace stagedoor
