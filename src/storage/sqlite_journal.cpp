// SPDX-License-Identifier: MIT
#include "sqlite_journal.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <exception>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace stagedoor::storage {

namespace {

using SteadyClock = std::chrono::steady_clock;

struct Write {
    Change change;
    std::function<void(Outcome)> done;
    ClockMark mark;
    std::uint64_t epoch = 0; ///< of the loop when it submitted; an older one is refused
    bool admitted = true;    ///< false: answered `unavailable` in its turn, whatever happens
};

struct Read {
    std::function<void(Database&)> query;
    std::function<void()> done;
};

using Item = std::variant<Write, Read>;

struct Job {
    std::function<bool(Database&)> step;
    std::function<void()> done;
};

struct Answer {
    std::function<void(Outcome)> done;
    Outcome outcome = Outcome::unavailable;
};

/// What one transaction came to, on its way to the loop.
struct GroupResult {
    std::vector<Answer> answers; ///< in the order of submission
    std::chrono::nanoseconds commit_time{};
    bool writable = true;
};

} // namespace

/// All that lives on the loop. Shared with the posted handlers, which may outlive the journal. The
/// functions are noexcept because an exception in a completion would leave those behind it
/// unanswered.
struct SqliteJournal::LoopSide {
    using WorkGuard = asio::executor_work_guard<Executor>;

    explicit LoopSide(Executor on) : executor{std::move(on)} {}

    Executor executor;
    bool writable = true;
    std::uint64_t epoch = 0;
    std::vector<std::function<void()>> resume;
    JournalStats stats;
    std::size_t expected = 0; ///< completions that will still be posted
    std::optional<WorkGuard> work;
    std::atomic<bool> stopping{false}; ///< read by the helpers
    std::list<std::thread>
        helpers; ///< see `aside`; each is joined when its work is done, or at the stop

    void expect_completion() {
        if (expected++ == 0) {
            work.emplace(asio::make_work_guard(executor));
        }
    }

    void completed(std::size_t count) {
        expected -= count;
        if (expected == 0) {
            work.reset();
        }
    }

    void settle(GroupResult& group) noexcept {
        // Before the answers: whoever hears that it failed must find `writable()` false.
        writable = writable && group.writable;
        stats.groups += 1;
        stats.commit_time += group.commit_time;
        for (Answer& answer : group.answers) {
            stats.pending_changes -= 1;
            count(answer.outcome);
            answer.done(answer.outcome);
        }
        completed(group.answers.size());
    }

    void count(Outcome outcome) {
        stats.committed += outcome == Outcome::committed ? 1U : 0U;
        stats.refused += outcome == Outcome::refused ? 1U : 0U;
        stats.unavailable += outcome == Outcome::unavailable ? 1U : 0U;
    }

    void finish(std::vector<std::function<void()>>& done) noexcept {
        for (auto& each : done) {
            each();
        }
        completed(done.size());
    }

    void resume_writing(std::uint64_t new_epoch) noexcept {
        epoch = new_epoch;
        writable = true;
        const auto listeners = resume; // a listener may add another
        for (const auto& listener : listeners) {
            listener();
        }
    }
};

/// The writer's thread and what it shares with the loop: the queue, behind one mutex.
class SqliteJournal::Writer {
public:
    Writer(Database database, std::shared_ptr<LoopSide> loop, JournalSettings settings,
           std::shared_ptr<spdlog::logger> logger, Fatal fatal)
        : loop_{std::move(loop)},
          settings_{std::move(settings)},
          logger_{std::move(logger)},
          fatal_{std::move(fatal)},
          database_{std::move(database)},
          thread_{[this] { run(); }} {}

    void push(Item item) {
        {
            const std::lock_guard lock{mutex_};
            queue_.push_back(std::move(item));
        }
        wake_.notify_one();
    }

    void push_job(Job job) {
        {
            const std::lock_guard lock{mutex_};
            jobs_.push_back(std::move(job));
        }
        wake_.notify_one();
    }

    void stop() {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

private:
    void run() {
        {
            GroupCommit group{*database_, {settings_.boot_id, settings_.checkpoint_pages}, fatal_};
            while (take_slice(group.writable())) {
                commit_writes(group);
                run_reads();
                group.checkpoint_if_due();
                if (note_if_full(group)) {
                    asio::post(loop_->executor, [loop = loop_] { loop->writable = false; });
                }
                run_job_step();
                probe_if_due(group);
            }
            abandon_jobs();
            if (!group.checkpoint_and_truncate()) {
                logger_->warn("the disk is full: the write-ahead log stays beside the database");
            }
        }
        database_.reset();
    }

    /// Waits for something to do and moves what can be done in one go out of the queue: a run of
    /// Changes, or a run of reads. False once stopped with an empty queue.
    bool take_slice(bool writable) {
        std::unique_lock lock{mutex_};
        const auto ready = [this] { return stopping_ || !queue_.empty() || !jobs_.empty(); };
        if (writable) {
            wake_.wait(lock, ready);
        } else {
            wake_.wait_until(lock, next_probe_, ready);
        }
        if (queue_.empty()) {
            return !stopping_;
        }
        const std::size_t kind = queue_.front().index();
        std::size_t room = settings_.max_group;
        for (; room > 0 && !queue_.empty() && queue_.front().index() == kind; --room) {
            if (auto* write = std::get_if<Write>(&queue_.front())) {
                writes_.push_back(std::move(*write));
            } else {
                reads_.push_back(std::move(std::get<Read>(queue_.front())));
            }
            queue_.pop_front();
        }
        return true;
    }

    void commit_writes(GroupCommit& group) {
        if (writes_.empty()) {
            return;
        }
        std::vector<Change> changes;
        std::vector<std::size_t> places; // of `changes` among the answers
        GroupResult result;
        result.answers.reserve(writes_.size());
        ClockMark mark;
        for (Write& write : writes_) {
            if (write.admitted && write.epoch == epoch_) {
                places.push_back(result.answers.size());
                changes.push_back(std::move(write.change));
                mark = write.mark;
            }
            result.answers.push_back({std::move(write.done), Outcome::unavailable});
        }
        writes_.clear();
        const auto start = SteadyClock::now();
        const std::vector<Outcome> outcomes = group.commit(changes, mark);
        result.commit_time = SteadyClock::now() - start;
        for (std::size_t i = 0; i < places.size(); ++i) {
            result.answers[places[i]].outcome = outcomes[i];
        }
        static_cast<void>(note_if_full(group)); // the loop hears of it with the answers
        result.writable = group.writable();
        asio::post(loop_->executor,
                   [loop = loop_, result = std::move(result)]() mutable { loop->settle(result); });
    }

    void run_reads() {
        if (reads_.empty()) {
            return;
        }
        std::vector<std::function<void()>> done;
        done.reserve(reads_.size());
        for (Read& read : reads_) {
            run_query(read.query);
            done.push_back(std::move(read.done));
        }
        reads_.clear();
        post_done(std::move(done));
    }

    void run_query(const std::function<void(Database&)>& query) {
        try {
            query(*database_);
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

    void run_job_step() {
        Job* job = nullptr;
        {
            const std::lock_guard lock{mutex_};
            if (jobs_.empty()) {
                return;
            }
            job = &jobs_.front(); // stays put: the loop only appends, and only this thread removes
        }
        bool more = false;
        try {
            more = job->step(*database_);
        } catch (const std::exception& error) {
            logger_->error("a background job failed: {}", error.what());
        }
        if (!more) {
            end_first_job();
        }
    }

    void abandon_jobs() {
        for (;;) {
            {
                const std::lock_guard lock{mutex_};
                if (jobs_.empty()) {
                    return;
                }
            }
            end_first_job();
        }
    }

    void end_first_job() {
        std::optional<Job> job;
        {
            const std::lock_guard lock{mutex_};
            job.emplace(std::move(jobs_.front()));
            jobs_.pop_front();
        }
        job->step = nullptr; // it may hold something of the connection, which ends on this thread
        post_done({std::move(job->done)});
    }

    void post_done(std::vector<std::function<void()>> done) {
        asio::post(loop_->executor,
                   [loop = loop_, done = std::move(done)]() mutable { loop->finish(done); });
    }

    /// From here on only Changes count that the loop submits once it knows that it may write again:
    /// those that are queued behind the failed ones were decided on top of them.
    bool note_if_full(const GroupCommit& group) {
        if (group.writable() || full_) {
            return false;
        }
        full_ = true;
        epoch_ += 1;
        next_probe_ = SteadyClock::now() + settings_.probe_interval;
        logger_->error("the disk is full: nothing is written until there is room again");
        return true;
    }

    void probe_if_due(GroupCommit& group) {
        if (!full_ || SteadyClock::now() < next_probe_) {
            return;
        }
        next_probe_ = SteadyClock::now() + settings_.probe_interval;
        if (!group.probe()) {
            return;
        }
        full_ = false;
        logger_->info("the disk takes writes again");
        asio::post(loop_->executor,
                   [loop = loop_, epoch = epoch_] { loop->resume_writing(epoch); });
    }

    std::shared_ptr<LoopSide> loop_;
    JournalSettings settings_;
    std::shared_ptr<spdlog::logger> logger_;
    Fatal fatal_;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Item> queue_; ///< guarded by mutex_
    std::deque<Job> jobs_;   ///< guarded by mutex_
    bool stopping_ = false;  ///< guarded by mutex_

    // The rest is the writer's thread's own.
    std::optional<Database> database_;
    std::vector<Write> writes_;
    std::vector<Read> reads_;
    std::uint64_t epoch_ = 0; ///< counts the failures
    bool full_ = false;
    SteadyClock::time_point next_probe_{};

    std::thread thread_; ///< last: it uses all the others
};

Fatal abort_process(std::shared_ptr<spdlog::logger> logger) {
    return [logger = std::move(logger)](const std::string& message) {
        logger->critical("{}; aborting: the next start recovers what is durable", message);
        logger->flush();
        std::abort();
    };
}

SqliteJournal::SqliteJournal(Database database, Executor executor, std::function<ClockMark()> clock,
                             JournalSettings settings, std::shared_ptr<spdlog::logger> logger,
                             Fatal fatal)
    : loop_{std::make_shared<LoopSide>(std::move(executor))},
      clock_{std::move(clock)},
      max_pending_changes_{settings.max_pending_changes} {
    Fatal chosen = fatal ? std::move(fatal) : abort_process(logger);
    writer_ = std::make_unique<Writer>(std::move(database), loop_, std::move(settings),
                                       std::move(logger), std::move(chosen));
}

SqliteJournal::~SqliteJournal() {
    stop();
}

void SqliteJournal::submit(Change change, std::function<void(Outcome)> done) {
    loop_->expect_completion();
    loop_->stats.pending_changes += 1;
    if (!writer_) {
        GroupResult result;
        result.answers.push_back({std::move(done), Outcome::unavailable});
        asio::post(loop_->executor,
                   [loop = loop_, result = std::move(result)]() mutable { loop->settle(result); });
        return;
    }
    const bool refusable = !change.is_follow_up();
    Write write{std::move(change), std::move(done), clock_(), loop_->epoch, true};
    if (refusable && loop_->stats.pending_changes > max_pending_changes_) {
        // It still queues, without its Change, so that the answers keep their order.
        write.change = Change{};
        write.admitted = false;
    }
    writer_->push(std::move(write));
}

void SqliteJournal::read(std::function<void(Database&)> query, std::function<void()> done) {
    loop_->expect_completion();
    if (!writer_) {
        std::vector<std::function<void()>> unread;
        unread.push_back(std::move(done));
        asio::post(loop_->executor,
                   [loop = loop_, unread = std::move(unread)]() mutable { loop->finish(unread); });
        return;
    }
    writer_->push(Read{std::move(query), std::move(done)});
}

bool SqliteJournal::writable() const {
    return loop_->writable && writer_ != nullptr;
}

void SqliteJournal::on_writable(std::function<void()> resume) {
    loop_->resume.push_back(std::move(resume));
}

void SqliteJournal::background(std::function<bool(Database&)> step, std::function<void()> done) {
    loop_->expect_completion();
    if (!writer_) {
        step = nullptr;
        std::vector<std::function<void()>> abandoned;
        abandoned.push_back(std::move(done));
        asio::post(loop_->executor, [loop = loop_, abandoned = std::move(abandoned)]() mutable {
            loop->finish(abandoned);
        });
        return;
    }
    writer_->push_job({std::move(step), std::move(done)});
}

void SqliteJournal::aside(std::function<void(const std::atomic<bool>&)> work,
                          std::function<void()> done) {
    loop_->expect_completion();
    // The thread holds no share of LoopSide while it posts: the last share must not end on it.
    LoopSide* const loop = loop_.get();
    const auto helper = loop->helpers.emplace(loop->helpers.end());
    auto finished = [keep = loop_, helper, done = std::move(done)]() mutable {
        if (helper->joinable()) {
            helper->join();
        }
        keep->helpers.erase(helper);
        std::vector<std::function<void()>> all;
        all.push_back(std::move(done));
        keep->finish(all);
    };
    *helper = std::thread{[loop, work = std::move(work), finished = std::move(finished)]() mutable {
        work(loop->stopping);
        work = nullptr;
        asio::post(loop->executor, std::move(finished));
    }};
}

void SqliteJournal::stop() {
    loop_->stopping = true;
    for (std::thread& helper : loop_->helpers) {
        if (helper.joinable()) {
            helper.join();
        }
    }
    if (writer_) {
        writer_->stop();
        writer_.reset();
    }
}

JournalStats SqliteJournal::stats() const {
    return loop_->stats;
}

const Executor& SqliteJournal::executor() const {
    return loop_->executor;
}

} // namespace stagedoor::storage
