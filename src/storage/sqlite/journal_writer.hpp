// SPDX-License-Identifier: MIT
// The writer's side of the journal, without its thread: what is done with the next slice of the
// queue, and what a full disk means for all that is queued behind. In the server it lives on the
// writer's thread; a simulation drives it by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include <spdlog/logger.h>

#include "group_commit.hpp"
#include "sqlite_database.hpp"
#include "src/storage/journal_loop.hpp"

namespace stagedoor::storage::sqlite {

struct Read {
    std::function<void(Database&)> query;
    std::function<void()> done;
};

using Item = std::variant<Write, Read>;

/// What is done in one go: first the Changes, in one transaction (or one that stands alone), then
/// the reads that lay among them. A read sees all that was submitted before it, and may see what
/// came after: it cuts no group.
struct Slice {
    std::vector<Write> writes;
    std::vector<Read> reads;
};

/// Moves the next slice, of at most `most` items, out of `queue`.
[[nodiscard]] Slice take_slice(std::deque<Item>& queue, std::size_t most);

class JournalWriter {
public:
    /// Hands something over to the loop, which does it in the order of the calls.
    using Post = std::function<void(std::function<void()>)>;

    JournalWriter(SqliteDatabase& database, EngineContext context, Fatal fatal,
                  std::shared_ptr<spdlog::logger> logger, std::shared_ptr<JournalLoop> loop,
                  Post post);

    /// Does all that `slice` asks for, posts what came of it, and folds the log if it is due.
    void work(Slice slice);

    /// False from the first failed group until a probe has worked. From then on only Changes count
    /// that the loop submits once it knows that it may write again: those that are queued behind
    /// the failed ones were decided on top of them.
    [[nodiscard]] bool writable() const { return !full_; }

    /// Tries whether a full disk takes writes again, and tells the loop if so.
    void probe();

    /// At the end: folds the log into the file. False where the disk is full.
    [[nodiscard]] bool close() { return group_.checkpoint_and_truncate(); }

private:
    void commit_writes(std::vector<Write> writes);
    void run_reads(std::vector<Read> reads);
    void run_query(const std::function<void(Database&)>& query);
    bool note_if_full();

    SqliteDatabase& database_;
    GroupCommit group_;
    Fatal fatal_;
    std::shared_ptr<spdlog::logger> logger_;
    std::shared_ptr<JournalLoop> loop_;
    Post post_;
    std::uint64_t epoch_ = 0; ///< counts the failures
    bool full_ = false;
};

} // namespace stagedoor::storage::sqlite
