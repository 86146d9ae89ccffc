// SPDX-License-Identifier: MIT
// Decide, commit, apply: the three steps of everything that changes state, and the journal that
// makes the middle one durable. Contract between the modules (which decide) and src/storage (which
// writes). Everything here is called on the loop thread; the closures inside a Change run on the
// writer's.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/task.hpp"

namespace stagedoor {

// Defined in include/stagedoor/database.hpp, for `*_store` files and src/storage alone.
class Database;
class Transaction;

/// What must become durable: parts, each owned by the module whose tables it writes, which record
/// what they write in a Transaction. All of them run in order, each once; they commit together or
/// not at all. A part may refuse, which undoes this Change and no other. A part touches nothing
/// that the loop thread may touch meanwhile, except state shared for its result.
class Change {
public:
    using Part = std::function<void(Transaction&)>;

    Change() = default;
    explicit Change(Part part) { parts_.push_back(std::move(part)); }

    /// Appends the parts of `other`, and what they need, behind one's own.
    Change& operator+=(Change other);

    /// Declares an account whose balance the parts look at or change.
    void use_account(std::string account) { accounts_.push_back(std::move(account)); }
    [[nodiscard]] const std::vector<std::string>& accounts() const { return accounts_; }

    /// Marks what must share its transaction with nothing: it writes rows that others have written
    /// once a group, or removes what they refer to.
    void stand_alone() { alone_ = true; }
    [[nodiscard]] bool is_alone() const { return alone_; }

    /// Marks what follows from what is durable already (an admission, an expiry) and not from a
    /// request: it is written however much is waiting, since there is nobody to whom it could be
    /// refused.
    void follows() { follows_ = true; }
    [[nodiscard]] bool is_follow_up() const { return follows_; }

    [[nodiscard]] bool empty() const { return parts_.empty(); }
    [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }

private:
    std::vector<Part> parts_;
    std::vector<std::string> accounts_;
    bool alone_ = false;
    bool follows_ = false;
};

enum class Outcome {
    committed = 1, ///< durable: it is on disk and fsynced
    refused,       ///< a part said no; nothing of it happened
    unavailable,   ///< the storage cannot write (full, or stopping); nothing of it happened
};

class Journal {
public:
    virtual ~Journal() = default;

    /// Queues a Change behind all earlier ones. `done` is called on the loop thread with the
    /// outcome, in the order of submission. Never throws for what the disk does; an I/O error that
    /// leaves the outcome unknown aborts the process.
    virtual void submit(Change change, std::function<void(Outcome)> done) = 0;

    /// Runs `query` against the database once everything submitted before is durable, then calls
    /// `done` on the loop thread, behind the outcomes of all that `query` has seen: it may see what
    /// was submitted after it. Bounded in rows by the caller: the writer is busy meanwhile.
    virtual void read(std::function<void(Database&)> query, std::function<void()> done) = 0;

    /// False from the first failed group until a probe write has worked again.
    [[nodiscard]] virtual bool writable() const = 0;

    /// Called (loop thread) each time that the storage can write again after it could not.
    virtual void on_writable(std::function<void()> resume) = 0;
};

/// `Journal::submit`, awaited.
[[nodiscard]] task<Outcome> commit(Journal& journal, Change change);

/// A read that will never run: the journal was stopped before its turn came.
struct StorageStopped : std::runtime_error {
    StorageStopped() : std::runtime_error{"the storage has stopped"} {}
};

/// `Journal::read`, awaited. Throws what `query` throws, and StorageStopped. A named function
/// object, not a temporary, should be passed (g++ 12).
[[nodiscard]] task<void> read(Journal& journal, std::function<void(Database&)> query);

/// A decision that has been taken and pinned in memory, and is not durable yet: what to write, what
/// to do in memory once it is written, and how to take the pin back if it is not.
struct Step {
    Change change;
    std::vector<std::function<void()>> apply; ///< run in order after the commit
    std::vector<std::function<void()>> undo;  ///< run in reverse order if there was no commit

    /// Both or neither: `other` is committed in the same transaction, applied after and undone
    /// before.
    Step& operator+=(Step other);
};

/// Commits a Step, then applies or undoes it, on the loop.
[[nodiscard]] task<Outcome> carry_out(Journal& journal, Step step);

} // namespace stagedoor
