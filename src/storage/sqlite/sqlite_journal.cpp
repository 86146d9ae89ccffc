// SPDX-License-Identifier: MIT
#include "sqlite_journal.hpp"

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <exception>
#include <list>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace stagedoor::storage::sqlite {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// The calling thread gives way to the loop and the writer where processors are few. Nothing rests
/// on it: where it is not permitted the thread is as urgent as the others.
void give_way(Urgency urgency) {
    if (urgency == Urgency::awaited) { // a quarter of a core that all of them want (sched(7))
        static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 5));
        return;
    }
    const sched_param none{}; // what is left over
    static_cast<void>(pthread_setschedparam(pthread_self(), SCHED_IDLE, &none));
}

struct Job {
    std::function<bool(SqliteDatabase&)> step;
    std::function<void()> done;
};

} // namespace

/// What else lives on the loop. Shared with the posted handlers, which may outlive the journal.
struct SqliteJournal::LoopSide : JournalLoop {
    using JournalLoop::JournalLoop;

    std::atomic<bool> stopping{false}; ///< read by the helpers
    std::list<std::thread>
        helpers; ///< see `aside`; each is joined when its work is done, or at the stop
};

/// The writer's thread and what it shares with the loop: the queue, behind one mutex.
class SqliteJournal::Thread {
public:
    Thread(SqliteDatabase database, std::shared_ptr<LoopSide> loop, StorageSettings settings,
           EngineContext context, std::shared_ptr<spdlog::logger> logger, Fatal fatal)
        : loop_{std::move(loop)},
          settings_{std::move(settings)},
          context_{std::move(context)},
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
            auto post = [this](std::function<void()> work) {
                asio::post(loop_->executor(), std::move(work));
            };
            JournalWriter writer{*database_, context_, fatal_, logger_, loop_, post};
            while (auto slice = next_slice(writer.writable())) {
                work(writer, std::move(*slice));
            }
            abandon_jobs();
            if (!writer.close()) {
                logger_->warn("the disk is full: the write-ahead log stays beside the database");
            }
        }
        database_.reset();
    }

    /// Waits for something to do. Nothing once stopped with an empty queue.
    std::optional<Slice> next_slice(bool writable) {
        std::unique_lock lock{mutex_};
        const auto ready = [this] { return stopping_ || !queue_.empty() || !jobs_.empty(); };
        if (writable) {
            wake_.wait(lock, ready);
        } else {
            wake_.wait_until(lock, next_probe_, ready);
        }
        if (queue_.empty() && stopping_) {
            return std::nullopt;
        }
        return take_slice(queue_, settings_.max_group);
    }

    void work(JournalWriter& writer, Slice slice) {
        const bool was_writable = writer.writable();
        writer.work(std::move(slice));
        run_job_step();
        if (writer.writable()) {
            return;
        }
        const auto now = SteadyClock::now();
        if (was_writable) {
            next_probe_ = now + context_.probe_interval;
        } else if (now >= next_probe_) {
            next_probe_ = now + context_.probe_interval;
            writer.probe();
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
        std::this_thread::yield(); // the next step is at hand, and the loop may share the core
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
        asio::post(loop_->executor(),
                   [loop = loop_, done = std::move(job->done)] { loop->finish({done}); });
    }

    std::shared_ptr<LoopSide> loop_;
    StorageSettings settings_;
    EngineContext context_;
    std::shared_ptr<spdlog::logger> logger_;
    Fatal fatal_;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Item> queue_; ///< guarded by mutex_
    std::deque<Job> jobs_;   ///< guarded by mutex_
    bool stopping_ = false;  ///< guarded by mutex_

    // The rest is the writer's thread's own.
    std::optional<SqliteDatabase> database_;
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

SqliteJournal::SqliteJournal(SqliteDatabase database, Executor executor,
                             std::function<ClockMark()> clock, StorageSettings settings,
                             EngineContext context, std::shared_ptr<spdlog::logger> logger,
                             Fatal fatal)
    : loop_{std::make_shared<LoopSide>(std::move(executor))},
      clock_{std::move(clock)},
      max_pending_changes_{settings.max_pending_changes} {
    Fatal chosen = fatal ? std::move(fatal) : abort_process(logger);
    context.checkpoint_pages = settings.checkpoint_pages;
    thread_ = std::make_unique<Thread>(std::move(database), loop_, std::move(settings),
                                       std::move(context), std::move(logger), std::move(chosen));
}

SqliteJournal::~SqliteJournal() {
    stop();
}

void SqliteJournal::submit(Change change, std::function<void(Outcome)> done) {
    auto write = loop_->accept(std::move(change), std::move(done), clock_(), max_pending_changes_);
    if (thread_) {
        thread_->push(std::move(write));
        return;
    }
    GroupResult result;
    result.answers.push_back({std::move(write.done), Outcome::unavailable});
    asio::post(loop_->executor(),
               [loop = loop_, result = std::move(result)] { loop->answer(result); });
}

void SqliteJournal::read(std::function<void(Database&)> query, std::function<void()> done) {
    loop_->expect_completion();
    if (thread_) {
        thread_->push(Read{std::move(query), std::move(done)});
    } else {
        post_done(std::move(done));
    }
}

bool SqliteJournal::writable() const {
    return loop_->writable() && thread_ != nullptr;
}

void SqliteJournal::on_writable(std::function<void()> resume) {
    loop_->on_writable(std::move(resume));
}

void SqliteJournal::background(std::function<bool(SqliteDatabase&)> step,
                               std::function<void()> done) {
    loop_->expect_completion();
    if (thread_) {
        thread_->push_job({std::move(step), std::move(done)});
    } else {
        step = nullptr;
        post_done(std::move(done));
    }
}

void SqliteJournal::post_done(std::function<void()> done) {
    asio::post(loop_->executor(), [loop = loop_, done = std::move(done)] { loop->finish({done}); });
}

bool SqliteJournal::aside(std::function<void(const std::atomic<bool>&)> work,
                          std::function<void()> done, Urgency urgency) {
    if (!thread_) { // nobody would wait for a thread that begins now
        loop_->expect_completion();
        work(loop_->stopping);
        post_done(std::move(done));
        return true;
    }
    // The thread holds no share of LoopSide while it posts: the last share must not end on it.
    LoopSide* const loop = loop_.get();
    const auto helper = loop->helpers.emplace(loop->helpers.end());
    auto finished = [keep = loop_, helper, done = std::move(done)] {
        if (helper->joinable()) {
            helper->join();
        }
        keep->helpers.erase(helper);
        keep->finish({done});
    };
    try {
        *helper = std::thread{
            [loop, work = std::move(work), finished = std::move(finished), urgency]() mutable {
                give_way(urgency);
                work(loop->stopping);
                work = nullptr;
                asio::post(loop->executor(), std::move(finished));
            }};
    } catch (const std::system_error&) { // a limit on threads, or no room for a stack
        loop->helpers.erase(helper);
        return false;
    }
    loop_->expect_completion(); // in time: `finished` runs on this thread
    return true;
}

void SqliteJournal::stop() {
    loop_->stopping = true;
    for (std::thread& helper : loop_->helpers) {
        if (helper.joinable()) {
            helper.join();
        }
    }
    if (thread_) {
        thread_->stop();
        thread_.reset();
    }
}

JournalStats SqliteJournal::stats() const {
    return loop_->stats();
}

const Executor& SqliteJournal::executor() const {
    return loop_->executor();
}

} // namespace stagedoor::storage::sqlite
