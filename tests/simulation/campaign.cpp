// SPDX-License-Identifier: MIT
#include "campaign.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simulation.hpp"
#include "support/temp_folder.hpp"

namespace stagedoor::simulation {

namespace {

constexpr std::uint64_t progress_every = 10'000;
constexpr std::uint64_t steps_per_look = 100;
constexpr unsigned look_seconds = 60; // 100 steps take some 10 ms

/// Where an assertion of the server ends the process, and no more than write() is allowed.
std::array<char, 200> epitaph;

void on_abort(int) {
    const auto length = std::strlen(epitaph.data());
    if (::write(STDOUT_FILENO, epitaph.data(), length) < 0) {
        std::_Exit(1);
    }
    std::_Exit(1); // the default action would be to dump core
}

std::string replay_command(std::uint64_t seed, std::uint64_t steps) {
    return fmt::format("stagedoor-simulate --seed {} --steps {} --verbose", seed, steps);
}

/// Events of a run that held, nothing where it did not.
std::optional<Events> run_seed(std::uint64_t seed, std::uint64_t steps, bool verbose) {
    const test::TempFolder folder;
    Simulation::Settings settings;
    settings.seed = seed;
    settings.steps = steps;
    settings.database = folder / "simulated.db";
    settings.verbose = verbose;
    settings.progress = [seed, steps](std::uint64_t step) {
        auto* const end =
            fmt::format_to_n(
                epitaph.data(), epitaph.size() - 1,
                "BROKEN: seed {} step {}: an assertion of the server, or no end of it\n"
                "replay with: stagedoor-simulate --seed {} --steps {} --verbose\n",
                seed, step, seed, steps)
                .out;
        *end = '\0';
        if (step % steps_per_look == 0) {
            ::alarm(look_seconds);
        }
        if (step % progress_every == 0) {
            fmt::print("seed {}: {} of {} steps\n", seed, step, steps);
        }
    };
    std::signal(SIGABRT, on_abort);
    std::signal(SIGSEGV, on_abort);
    std::signal(SIGALRM, on_abort);
    Simulation simulation{settings};
    try {
        simulation.run();
    } catch (const std::exception& error) {
        fmt::print("BROKEN: seed {} step {}: {}\nreplay with: {}\n", seed, simulation.step(),
                   error.what(), replay_command(seed, steps));
        std::fflush(stdout);
        std::_Exit(1); // what is left of that world is not worth taking apart
    }
    fmt::print("seed {}: sound, {} steps, trace {:016x}\n", seed, simulation.step(),
               simulation.trace());
    return simulation.events();
}

struct Child {
    std::uint64_t seed;
    int results; ///< reads the child's events
};

Child start_child(std::uint64_t seed, std::uint64_t steps, std::map<pid_t, Child>& children) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) {
        throw std::runtime_error{"no pipe"};
    }
    std::fflush(stdout);
    const pid_t pid = ::fork();
    if (pid < 0) {
        throw std::runtime_error{"no fork"};
    }
    if (pid == 0) {
        ::close(ends[0]);
        const auto events = run_seed(seed, steps, false);
        std::fflush(stdout);
        const auto size = sizeof events->counts;
        const bool told =
            ::write(ends[1], events->counts.data(), size) == static_cast<ssize_t>(size);
        std::_Exit(told ? 0 : 1);
    }
    ::close(ends[1]);
    return children.emplace(pid, Child{seed, ends[0]}).first->second;
}

/// Waits for one child. False where its run was broken.
bool await_child(std::map<pid_t, Child>& children, Events& all) {
    int status = 0;
    const pid_t pid = ::wait(&status);
    const auto child = children.extract(pid);
    if (child.empty()) {
        return false;
    }
    Events events;
    const auto size = sizeof events.counts;
    const bool told =
        ::read(child.mapped().results, events.counts.data(), size) == static_cast<ssize_t>(size);
    ::close(child.mapped().results);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !told) {
        if (!WIFEXITED(status)) {
            fmt::print("BROKEN: seed {}: the run was ended by signal {}\n", child.mapped().seed,
                       WTERMSIG(status));
        }
        return false;
    }
    all += events;
    return true;
}

int report(const Events& events, bool all_must_happen) {
    int missing = 0;
    for (std::size_t i = 0; i < event_count; ++i) {
        fmt::print("{:>10}  {}\n", events.counts[i], to_string(static_cast<Occurrence>(i)));
        missing += events.counts[i] == 0 ? 1 : 0;
    }
    if (all_must_happen && missing > 0) {
        fmt::print("BROKEN: {} kinds of event never happened, so that nothing is known of them\n",
                   missing);
        return 1;
    }
    return 0;
}

} // namespace

int run_one(std::uint64_t seed, std::uint64_t steps, bool verbose) {
    const auto events = run_seed(seed, steps, verbose);
    return report(*events, false);
}

int run_all(const Campaign& campaign) {
    constexpr std::uint64_t enough_for_everything = 500'000;
    std::map<pid_t, Child> children;
    Events events;
    bool sound = true;
    std::uint64_t next = 0;
    while (next < campaign.seeds || !children.empty()) {
        if (next < campaign.seeds && children.size() < campaign.jobs) {
            start_child(campaign.first_seed + next, campaign.steps, children);
            ++next;
        } else {
            sound = await_child(children, events) && sound;
        }
    }
    if (!sound) {
        return 1;
    }
    fmt::print("{} steps over {} seeds\n", campaign.seeds * campaign.steps, campaign.seeds);
    return report(events, campaign.seeds * campaign.steps >= enough_for_everything);
}

} // namespace stagedoor::simulation
