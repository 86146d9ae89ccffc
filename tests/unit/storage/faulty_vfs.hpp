// SPDX-License-Identifier: MIT
// A disk that fails on demand: SQLite's default file system with errors put in front of its writes
// and syncs.
#pragma once

#include <string>

#include <sqlite3.h>

namespace stagedoor::test {

/// While it lives, new connections go through it. One at a time.
class FaultyVfs {
public:
    FaultyVfs();
    ~FaultyVfs();
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;

    /// What the next writes to, or syncs of, files whose name ends in `suffix` return; SQLITE_OK
    /// ends it.
    void fail_writes(int code, std::string suffix = "");
    void fail_syncs(int code, std::string suffix = "");
};

} // namespace stagedoor::test
