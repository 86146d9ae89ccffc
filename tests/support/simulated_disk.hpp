// SPDX-License-Identifier: MIT
// A disk in memory, as an SQLite VFS: it knows which writes a sync has made durable, and can lose
// the others, tear them, fail or run full. What it holds outlives the connections that use it, so
// that a test can cut the power, and open again what is left. One at a time, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

namespace stagedoor::test {

class FakeRandom;

/// The content of one file: what is durable, what a reader sees, and the way from one to the other.
struct SimulatedFile {
    struct Change {
        std::int64_t offset = 0;         ///< of a write; the new size of a truncation
        std::optional<std::string> data; ///< nothing for a truncation
    };

    std::string durable;
    std::string current;
    std::vector<Change> unsynced; ///< in order
    bool created_durably = false; ///< false until the first sync: a power cut may lose the name

    void apply(Change change);
    void sync();
};

/// What a disk holds, apart from how it is reached. A value: copies are snapshots.
struct DiskContent {
    std::map<std::string, SimulatedFile, std::less<>> files;

    /// What a power cut leaves: of each unsynced change, in order and by the dice, all, nothing, or
    /// some of its 512-byte sectors. Then everything that is left is durable.
    void cut_power(FakeRandom& dice);
};

/// What happened to a disk, in order, for those who want to cut the power at every sync.
struct DiskEvent {
    enum class Kind { open = 1, write, truncate, sync, remove };
    Kind kind;
    std::string file;
    SimulatedFile::Change change; ///< where write or truncate
};

/// Does `event` to `content`.
void replay(DiskContent& content, const DiskEvent& event);

enum class DiskCall { read = 1, write, sync, truncate };

class SimulatedDisk {
public:
    /// From now on new connections of this process go through it; files of any path are here.
    SimulatedDisk();
    ~SimulatedDisk();
    SimulatedDisk(const SimulatedDisk&) = delete;
    SimulatedDisk& operator=(const SimulatedDisk&) = delete;

    DiskContent content;

    /// How many bytes files may still grow by before writes are answered with SQLITE_FULL; nothing
    /// = no bound.
    std::optional<std::int64_t> room;
    /// Writing over what is there takes room as well, as on Btrfs or ZFS.
    bool copy_on_write = false;

    /// The `nth` (from 1) `call` from now on is answered with `code` and does nothing; where
    /// `for_good` all later ones, too.
    void fail(DiskCall call, std::uint64_t nth, int code, bool for_good);
    /// After `calls` more writes, syncs or truncations every call fails: the machine is losing its
    /// power.
    void lose_power_after(std::uint64_t calls);
    /// Calls work again, as after a restart.
    void mend();
    /// True once a failure that was asked for has happened.
    [[nodiscard]] bool failed() const { return failed_; }

    /// All that happens from now on is appended to `events`; nullptr ends it.
    void record(std::vector<DiskEvent>* events) { events_ = events; }

    // For the VFS alone.
    [[nodiscard]] int judge(DiskCall call);
    [[nodiscard]] bool take_room(std::int64_t bytes);
    void note(DiskEvent event);

private:
    struct Fault {
        DiskCall call{};
        std::uint64_t left = 0; ///< calls until it happens; 0 = it has
        int code = SQLITE_OK;
        bool for_good = false;
    };

    std::optional<Fault> fault_;
    std::optional<std::uint64_t> power_left_; ///< calls
    bool failed_ = false;
    std::vector<DiskEvent>* events_ = nullptr;
};

} // namespace stagedoor::test
