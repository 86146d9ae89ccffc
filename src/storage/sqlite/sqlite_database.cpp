// SPDX-License-Identifier: MIT
#include "sqlite_database.hpp"

#include <stdexcept>

#include <fmt/format.h>
#include <sqlite3.h>

#include "audit.hpp"

namespace stagedoor::storage::sqlite {

namespace {

/// Binds without a copy: the caller's values outlive the run. An empty text must have an address,
/// or it would be NULL.
struct Bind {
    sqlite3_stmt* prepared;
    int index;

    int operator()(std::monostate) const { return sqlite3_bind_null(prepared, index); }
    int operator()(std::int64_t number) const {
        return sqlite3_bind_int64(prepared, index, number);
    }
    int operator()(std::string_view text) const {
        return sqlite3_bind_text64(prepared, index, address(text), text.size(), SQLITE_STATIC,
                                   SQLITE_UTF8);
    }
    int operator()(Blob blob) const {
        return sqlite3_bind_blob64(prepared, index, address(blob.bytes), blob.bytes.size(),
                                   SQLITE_STATIC);
    }

private:
    static const char* address(std::string_view text) {
        return text.data() == nullptr ? "" : text.data();
    }
};

class SqliteRow final : public Row {
public:
    explicit SqliteRow(sqlite3_stmt* prepared) : prepared_{prepared} {}

    [[nodiscard]] bool is_null(int column) const override {
        return sqlite3_column_type(prepared_, column) == SQLITE_NULL;
    }
    [[nodiscard]] std::int64_t integer(int column) const override {
        return sqlite3_column_int64(prepared_, column);
    }
    [[nodiscard]] std::string text(int column) const override { return std::string{bytes(column)}; }
    [[nodiscard]] std::string blob(int column) const override { return std::string{bytes(column)}; }
    [[nodiscard]] std::string_view bytes(int column) const override {
        // Whatever it is, it is given as it is stored: UTF-8.
        const auto* const first = static_cast<const char*>(sqlite3_column_blob(prepared_, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(prepared_, column));
        return first == nullptr ? std::string_view{} : std::string_view{first, size};
    }

private:
    sqlite3_stmt* prepared_;
};

/// SQLite numbers $1, $2 … by their first use, whatever they are called.
void check_parameters(sqlite3_stmt* prepared, const Statement& statement) {
    for (int index = 1; index <= sqlite3_bind_parameter_count(prepared); ++index) {
        const char* const name = sqlite3_bind_parameter_name(prepared, index);
        if (name == nullptr || name != fmt::format("${}", index)) {
            throw std::logic_error{
                fmt::format("parameter {0} is not ${0} in {1}", index, statement.sql())};
        }
    }
}

} // namespace

/// One run of a prepared statement, which is ready for the next one when this goes out of scope.
class SqliteDatabase::Run {
public:
    Run(SqliteDatabase& database, const Statement& statement, std::span<const Value> values)
        : connection_{database.connection_.getHandle()}, prepared_{database.prepare(statement)} {
        if (values.size() != static_cast<std::size_t>(sqlite3_bind_parameter_count(prepared_))) {
            throw std::logic_error{fmt::format("{} values for {}", values.size(), statement.sql())};
        }
        int index = 0;
        for (const Value& value : values) {
            check(std::visit(Bind{prepared_, ++index}, value));
        }
    }
    // What it returns is the error of the last step once more, which whoever stepped has seen.
    ~Run() { sqlite3_reset(prepared_); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    /// Whether there is a row.
    bool step() {
        const int code = sqlite3_step(prepared_);
        if (code != SQLITE_ROW && code != SQLITE_DONE) {
            throw SQLite::Exception{connection_, code};
        }
        return code == SQLITE_ROW;
    }
    [[nodiscard]] SqliteRow row() const { return SqliteRow{prepared_}; }

private:
    void check(int code) const {
        if (code != SQLITE_OK) {
            throw SQLite::Exception{connection_, code};
        }
    }

    sqlite3* connection_;
    sqlite3_stmt* prepared_;
};

void SqliteDatabase::Finalize::operator()(sqlite3_stmt* prepared) const {
    sqlite3_finalize(prepared);
}

void SqliteDatabase::select(const Statement& statement, Values values,
                            const std::function<void(const Row&)>& each) {
    Run run{*this, statement, values};
    while (run.step()) {
        each(run.row());
    }
}

void SqliteDatabase::run(const Statement& statement, Values values) {
    execute(statement, values);
}

int SqliteDatabase::execute(const Statement& statement, std::span<const Value> values) {
    Run run{*this, statement, values};
    while (run.step()) {
    }
    return sqlite3_changes(connection_.getHandle());
}

std::vector<std::string> SqliteDatabase::audit() {
    return sqlite::audit(connection_);
}

void SqliteDatabase::interrupt_when(const std::atomic<bool>* stopped) {
    constexpr int steps_between_looks = 1000; // of SQLite's virtual machine: some 50 µs
    const auto look = [](void* flag) {
        return static_cast<const std::atomic<bool>*>(flag)->load() ? 1 : 0;
    };
    sqlite3_progress_handler(connection_.getHandle(), stopped == nullptr ? 0 : steps_between_looks,
                             stopped == nullptr ? nullptr : +look,
                             const_cast<std::atomic<bool>*>(stopped));
}

sqlite3_stmt* SqliteDatabase::prepare(const Statement& statement) {
    auto& known = prepared_[&statement];
    if (!known) {
        sqlite3_stmt* made = nullptr;
        const int code = sqlite3_prepare_v3(connection_.getHandle(), statement.sql(), -1,
                                            SQLITE_PREPARE_PERSISTENT, &made, nullptr);
        if (code != SQLITE_OK) {
            throw SQLite::Exception{connection_.getHandle(), code};
        }
        std::unique_ptr<sqlite3_stmt, Finalize> prepared{made};
        check_parameters(made, statement);
        known = std::move(prepared);
    }
    return known.get();
}

} // namespace stagedoor::storage::sqlite
