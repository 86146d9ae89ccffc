// SPDX-License-Identifier: MIT
#include "snapshot.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include <sqlite3.h>

#include "audit.hpp"
#include "database_file.hpp"

namespace stagedoor::storage::sqlite {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// How long the log may grow behind a statement at first, and at most; twice as long each time that
/// the statement had to give way, so that it comes to its end under any load.
constexpr int log_pages_at_first = 16'384; // 64 MiB, what the log's file keeps
constexpr int log_pages_at_most = 131'072; // 512 MiB

constexpr std::chrono::milliseconds look_interval{10}; // at `stopping_`, while it rests
constexpr std::chrono::seconds rest_max{1};

/// Gives the file back, however the reading of it ends.
class Reading {
public:
    explicit Reading(FileUse& use) : use_{use} {}
    ~Reading() { use_.end_reading(); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

private:
    FileUse& use_;
};

/// What SQLite asks while it runs a statement.
struct Patience {
    const std::atomic<bool>& stopping;
    const FileUse& use;
    bool found = false;

    [[nodiscard]] bool ended() const { return stopping || (use.give_way() && !found); }
};

int ask_patience(void* patience) {
    return static_cast<const Patience*>(patience)->ended() ? 1 : 0;
}

} // namespace

void Snapshot::select(const Statement& statement, Values values,
                      const std::function<void(const Row&)>& each) {
    ask([&](SqliteDatabase& database, bool& found) {
        database.select(statement, values, [&](const Row& row) {
            found = true;
            each(row);
        });
    });
}

void Snapshot::run(const Statement&, Values) {
    throw std::logic_error{"a snapshot is only read"};
}

std::vector<std::string> Snapshot::audit() {
    std::vector<std::string> tables;
    ask([&tables](SqliteDatabase& database, bool&) { tables = tables_of(database.connection()); });
    std::vector<std::string> faults;
    for (const auto& table : tables) {
        std::vector<std::string> found;
        ask([&](SqliteDatabase& database, bool&) {
            found = audit_table(database.connection(), table);
        });
        faults.insert(faults.end(), found.begin(), found.end());
    }
    return faults;
}

void Snapshot::ask(const Question& question) {
    for (int log_pages_max = log_pages_at_first; !ask_once(question, log_pages_max);
         log_pages_max = std::min(2 * log_pages_max, log_pages_at_most)) {
    }
}

/// False where it had to give way.
bool Snapshot::ask_once(const Question& question, int log_pages_max) {
    while (!file_use_->begin_reading(log_pages_max)) {
        rest(look_interval);
    }
    const auto begin = SteadyClock::now();
    Patience patience{stopping_, *file_use_};
    bool gave_way = false;
    try {
        const Reading reading{*file_use_};
        auto database = open_unchanging(path_);
        // What does not fit into memory goes to a temporary file: no commit depends on it here.
        database.connection().exec("PRAGMA temp_store = FILE");
        constexpr int steps_between_looks = 1000; // of SQLite's virtual machine: some 50 µs
        sqlite3_progress_handler(database.connection().getHandle(), steps_between_looks,
                                 ask_patience, &patience);
        question(database, patience.found);
    } catch (const SQLite::Exception& error) {
        if (error.getErrorCode() != SQLITE_INTERRUPT) {
            throw;
        }
        gave_way = true;
    }
    rest(std::min<SteadyClock::duration>(SteadyClock::now() - begin, rest_max));
    return !gave_way;
}

/// Nobody wakes it: what ends the rest early is a flag.
void Snapshot::rest(SteadyClock::duration time) const {
    std::mutex mutex;
    std::condition_variable nobody;
    std::unique_lock lock{mutex};
    const auto end = SteadyClock::now() + time;
    for (auto now = SteadyClock::now(); !stopping_ && now < end; now = SteadyClock::now()) {
        nobody.wait_until(lock, std::min(end, now + look_interval));
    }
    if (stopping_) {
        throw ReadingStopped{};
    }
}

bool says_damaged(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const OpenError& error) {
        return error.code() == OpenErrc::damaged;
    } catch (const SQLite::Exception& error) {
        return error.getErrorCode() == SQLITE_CORRUPT || error.getErrorCode() == SQLITE_NOTADB;
    } catch (...) {
        return false;
    }
}

} // namespace stagedoor::storage::sqlite
