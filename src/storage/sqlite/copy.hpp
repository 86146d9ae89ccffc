// SPDX-License-Identifier: MIT
// A copy of the database, also while it is written to: pages are copied a few at a time on the
// connection that writes, so that no write makes it start over. What becomes of it, a backup or a
// check, is its owner's.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/Backup.h>

#include "sqlite_database.hpp"

namespace stagedoor::storage::sqlite {

class SqliteJournal;

/// What must hold of a database: a line for each fault.
using Audit = std::function<std::vector<std::string>(Database&)>;

/// One copy under way. Everything here throws SQLite::Exception.
class Copy {
public:
    /// Into the file at `path`, an absolute one, which is there and empty; or into `:memory:`.
    explicit Copy(const std::string& path);

    /// Copies the next 64 pages; false once all are copied. On the thread of `source`, which must
    /// be the same at every step and outlive the last one (or this object).
    bool step(SqliteDatabase& source);

    /// What `audit` finds in it. Any thread, after the last step; it reads the whole copy, which
    /// stands alone from then on. Ends early with an exception once `stopping` is true.
    [[nodiscard]] std::vector<std::string> faults(const Audit& audit,
                                                  const std::atomic<bool>& stopping);

private:
    SqliteDatabase database_;
    std::optional<SQLite::Backup> pages_; ///< ends on the source's thread, and before `database_`
    bool begun_ = false;
};

/// Something that is made of a copy. An exception from it ends it; `what()` is one line.
class Copying {
public:
    virtual ~Copying() = default;
    virtual bool step(SqliteDatabase& source) = 0;              ///< see Copy::step
    virtual void finish(const std::atomic<bool>& stopping) = 0; ///< what comes behind the last step
};

/// Does that beside the running journal, which must live until `done` has been called (on the loop,
/// with the error, empty for success). What `make` makes is stepped in turns with the groups, then
/// finished and destroyed on a thread of its own. `nothing` begins the errors: "no backup".
void copy_beside(SqliteJournal& journal, std::function<std::unique_ptr<Copying>()> make,
                 std::string nothing, std::function<void(std::string error)> done);

} // namespace stagedoor::storage::sqlite
