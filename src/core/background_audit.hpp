// SPDX-License-Identifier: MIT
// The audit of the whole database beside the running server. A start judges what it loads; damage
// to what is past is found by this, on a thread of its own behind all others, and the server
// does not outlive it: a mark beside the database makes the next start audit everything before it
// serves. Loop thread only, but for what is said to run aside.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <spdlog/logger.h>

#include "src/storage/sqlite/file_use.hpp"
#include "src/storage/sqlite/sqlite_journal.hpp"

namespace stagedoor::core {

/// The file beside the database whose being there says that damage was found in it.
[[nodiscard]] std::string unsound_mark(const std::string& database);

/// Why nobody is served from `database` any more, for a person. `faults` is not empty.
[[nodiscard]] std::string unsound_sentence(const std::string& database,
                                           const std::vector<std::string>& faults);

struct AuditStats {
    bool complete = false; ///< everything has been looked at since the start
    std::size_t faults = 0;
};

class BackgroundAudit {
public:
    /// `file_use` is the journal's. The journal must outlive this.
    BackgroundAudit(std::string path, std::shared_ptr<storage::sqlite::FileUse> file_use,
                    storage::sqlite::SqliteJournal& journal,
                    std::shared_ptr<spdlog::logger> logger);

    /// Begins; once. `on_unsound` is called where there are faults, with unsound_sentence(), after
    /// they have been logged and the mark is durable.
    void start(std::function<void(const std::string& sentence)> on_unsound);

    /// Begins no more.
    void stop() { again_.cancel(); }

    [[nodiscard]] const AuditStats& stats() const { return stats_; }

private:
    struct Finding;

    void run();
    void judge(const Finding& finding);

    std::string path_;
    std::shared_ptr<storage::sqlite::FileUse> file_use_;
    storage::sqlite::SqliteJournal& journal_;
    std::shared_ptr<spdlog::logger> logger_;
    asio::steady_timer again_;
    std::function<void(const std::string& sentence)> on_unsound_;
    AuditStats stats_;
};

} // namespace stagedoor::core
