// SPDX-License-Identifier: MIT
// Arguments in, exit code out.
#include <csignal>

#include "cli/commands.hpp"

int main(int argc, char** argv) {
    // A write beyond a limit on file sizes is an error that the journal judges, not a signal that
    // ends the process.
    std::signal(SIGXFSZ, SIG_IGN);
    // Nor does a log that nobody reads any more end it.
    std::signal(SIGPIPE, SIG_IGN);
    const auto parsed = stagedoor::cli::parse_options(argc, argv);
    return parsed.options ? stagedoor::cli::run_command(*parsed.options) : parsed.exit_code;
}
