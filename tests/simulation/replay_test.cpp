// SPDX-License-Identifier: MIT
// The program as it is called by hand: a seed is one run, always the same.
#include "support/catch.hpp"

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <sys/wait.h>

namespace {

struct Ran {
    int status = 0;
    std::string output;
};

Ran simulate(const std::string& arguments) {
    const std::string command = std::string{SIMULATE} + ' ' + arguments + " 2>&1";
    FILE* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) {
        throw std::runtime_error{"cannot run " + command};
    }
    Ran ran;
    std::array<char, 4096> part{};
    while (const auto got = std::fread(part.data(), 1, part.size(), pipe)) {
        ran.output.append(part.data(), got);
    }
    ran.status = WEXITSTATUS(::pclose(pipe));
    return ran;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a seed replays exactly, every request, answer and crash of it") {
    const auto first = simulate("--seed 2 --steps 3000 --verbose");
    const auto again = simulate("--seed 2 --steps 3000 --verbose");
    REQUIRE(first.status == 0);
    CHECK(contains(first.output, "seed 2: sound, 3000 steps, trace "));
    CHECK(contains(first.output, "the power is cut"));
    CHECK((first.output == again.output)); // without both in the report: they are long
}

TEST_CASE("another seed is another run") {
    CHECK(simulate("--seed 7 --steps 500").output != simulate("--seed 8 --steps 500").output);
}

TEST_CASE("a wrong command line is refused") {
    CHECK(simulate("--steps some").status == 2);
    CHECK(simulate("--seed 1 --seeds 3").status == 2);
    CHECK(simulate("--help").status == 0);
}
