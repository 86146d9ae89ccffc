// SPDX-License-Identifier: MIT
// The database as it was when the log was last folded into its file, read beside the running
// journal: each statement has a connection of its own to the file alone, which is not written
// meanwhile (file_use.hpp), and rests afterwards as long as it took. For one thread that is neither
// the loop's nor the writer's.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "file_use.hpp"
#include "sqlite_database.hpp"

namespace stagedoor::storage::sqlite {

/// The reading has come to no end, since it was told to stop.
class ReadingStopped : public std::exception {
public:
    [[nodiscard]] const char* what() const noexcept override { return "the reading was stopped"; }
};

class Snapshot final : public Database {
public:
    /// `file_use` is the journal's; `stopping` must outlive this.
    Snapshot(std::string path, std::shared_ptr<FileUse> file_use, const std::atomic<bool>& stopping)
        : path_{std::move(path)}, file_use_{std::move(file_use)}, stopping_{stopping} {}

    /// Each sees one instant, not necessarily the same. One that has to give way to the writer
    /// before it has found a row begins again. Throws ReadingStopped; OpenError or
    /// SQLite::Exception where the file cannot be read.
    void select(const Statement& statement, Values values,
                const std::function<void(const Row&)>& each) override;

    /// Throws std::logic_error: nothing is written here.
    void run(const Statement& statement, Values values) override;

    /// Table by table. Not looked at is the list of the free pages.
    [[nodiscard]] std::vector<std::string> audit() override;

private:
    /// Asks `connection`; whoever asks says by `found` that it may not begin again any more.
    using Question = std::function<void(SqliteDatabase& database, bool& found)>;

    void ask(const Question& question);
    [[nodiscard]] bool ask_once(const Question& question, int log_pages_max);
    void rest(std::chrono::steady_clock::duration time) const;

    std::string path_;
    std::shared_ptr<FileUse> file_use_;
    const std::atomic<bool>& stopping_;
};

/// Whether `failure` says that the database is damaged, and not that it could not be read.
[[nodiscard]] bool says_damaged(const std::exception_ptr& failure);

} // namespace stagedoor::storage::sqlite
