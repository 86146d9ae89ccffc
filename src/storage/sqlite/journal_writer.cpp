// SPDX-License-Identifier: MIT
#include "journal_writer.hpp"

#include <chrono>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

namespace stagedoor::storage::sqlite {

Slice take_slice(std::deque<Item>& queue, std::size_t most) {
    Slice slice;
    bool alone = false;
    for (; most > 0 && !alone && !queue.empty(); --most) {
        if (auto* const write = std::get_if<Write>(&queue.front())) {
            alone = write->change.is_alone();
            if (alone && !slice.writes.empty()) {
                break;
            }
            slice.writes.push_back(std::move(*write));
        } else {
            slice.reads.push_back(std::move(std::get<Read>(queue.front())));
        }
        queue.pop_front();
    }
    return slice;
}

JournalWriter::JournalWriter(SqliteDatabase& database, EngineContext context, Fatal fatal,
                             std::shared_ptr<spdlog::logger> logger,
                             std::shared_ptr<JournalLoop> loop, Post post)
    : database_{database},
      group_{database, std::move(context), fatal},
      fatal_{std::move(fatal)},
      logger_{std::move(logger)},
      loop_{std::move(loop)},
      post_{std::move(post)} {}

void JournalWriter::work(Slice slice) {
    if (!slice.writes.empty()) {
        commit_writes(std::move(slice.writes));
    }
    if (!slice.reads.empty()) {
        run_reads(std::move(slice.reads));
    }
    group_.checkpoint_if_due();
    if (note_if_full()) {
        post_([loop = loop_] { loop->stop_writing(); });
    }
}

void JournalWriter::commit_writes(std::vector<Write> writes) {
    std::vector<Change> changes;
    std::vector<std::size_t> places; // of `changes` among the answers
    GroupResult result;
    result.answers.reserve(writes.size());
    ClockMark mark;
    for (Write& write : writes) {
        if (write.admitted && write.epoch == epoch_) {
            places.push_back(result.answers.size());
            changes.push_back(std::move(write.change));
            mark = write.mark;
        }
        result.answers.push_back({std::move(write.done), Outcome::unavailable});
    }
    const auto start = std::chrono::steady_clock::now();
    const std::vector<Outcome> outcomes = group_.commit(changes, mark);
    result.commit_time = std::chrono::steady_clock::now() - start;
    for (std::size_t i = 0; i < places.size(); ++i) {
        result.answers[places[i]].outcome = outcomes[i];
    }
    static_cast<void>(note_if_full()); // the loop hears of it with the answers
    result.writable = writable();
    post_([loop = loop_, result = std::move(result)] { loop->answer(result); });
}

void JournalWriter::run_reads(std::vector<Read> reads) {
    std::vector<std::function<void()>> done;
    done.reserve(reads.size());
    for (Read& read : reads) {
        run_query(read.query);
        done.push_back(std::move(read.done));
    }
    post_([loop = loop_, done = std::move(done)] { loop->finish(done); });
}

void JournalWriter::run_query(const std::function<void(Database&)>& query) {
    try {
        query(database_);
    } catch (const SQLite::Exception& error) {
        if (is_storage_failure(error)) {
            fatal_(std::string{"a read failed: "} + error.what());
            std::abort();
        }
        logger_->error("a query failed: {}", error.what());
    } catch (const std::exception& error) {
        logger_->error("a query failed: {}", error.what());
    }
}

bool JournalWriter::note_if_full() {
    if (group_.writable() || full_) {
        return false;
    }
    full_ = true;
    epoch_ += 1;
    logger_->error("the disk is full: nothing is written until there is room again");
    return true;
}

void JournalWriter::probe() {
    if (!full_ || !group_.probe()) {
        return;
    }
    full_ = false;
    logger_->info("the disk takes writes again");
    post_([loop = loop_, epoch = epoch_] { loop->resume_writing(epoch); });
}

} // namespace stagedoor::storage::sqlite
