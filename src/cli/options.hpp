// SPDX-License-Identifier: MIT
// The command line: which command, with what. Main thread, before anything else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/core/system_clock.hpp"

namespace stagedoor::cli {

enum class Command { serve = 1, demo, import, check, backup };

struct Options {
    Command command = Command::serve;
    std::optional<std::string> config_file;
    std::vector<std::string> settings;   ///< `key=value`, in order
    std::vector<std::string> catalogues; ///< files; import: folders and `-` too
    bool dry_run = false;                ///< import: say what would change
    bool allow_removal = false;          ///< import: what the file does not have may go
    std::optional<std::string> database; ///< instead of storage.path
    std::string backup_to;
    std::optional<core::TestClock> test_clock;
};

/// What to do; or, for --help, --version and mistakes, the exit code after what had to be said is
/// said.
struct Parsed {
    std::optional<Options> options;
    int exit_code = 0;
};

[[nodiscard]] Parsed parse_options(int argc, const char* const* argv);

} // namespace stagedoor::cli
