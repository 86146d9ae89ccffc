// SPDX-License-Identifier: MIT
// Arguments in, exit code out.
#include "app/commands.hpp"

int main(int argc, char** argv) {
    const auto parsed = stagedoor::app::parse_options(argc, argv);
    return parsed.options ? stagedoor::app::run_command(*parsed.options) : parsed.exit_code;
}
