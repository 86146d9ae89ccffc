// SPDX-License-Identifier: MIT
// stagedoor-simulate: one run by its seed, or many side by side. Exit 0 sound, 1 with the seed, the
// step and what is broken, 2 for a wrong command line.
#include <cstdio>
#include <cstdlib>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "campaign.hpp"

int main(int argc, char** argv) {
    using namespace stagedoor::simulation;

    CLI::App app{"Simulates the server: real modules, simulated clock, disk and people."};
    Campaign campaign;
    bool verbose = false;
    std::uint64_t seed = 0;
    auto* const one = app.add_option("--seed", seed, "run this seed alone");
    app.add_option("--steps", campaign.steps, "steps of each run")->capture_default_str();
    app.add_option("--seeds", campaign.seeds, "how many seeds, from --first-seed on")
        ->capture_default_str()
        ->excludes(one);
    app.add_option("--first-seed", campaign.first_seed, "the first seed")
        ->capture_default_str()
        ->excludes(one);
    app.add_option("--jobs", campaign.jobs, "how many run side by side")->capture_default_str();
    app.add_flag("--verbose", verbose, "show every step (with --seed)");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    ::dup2(STDOUT_FILENO, STDERR_FILENO); // an assertion's line belongs beside the seed
    return one->count() > 0 ? run_one(seed, campaign.steps, verbose) : run_all(campaign);
}
