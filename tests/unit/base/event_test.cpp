// SPDX-License-Identifier: MIT
#include "base/event.hpp"

#include <memory>

#include "support/catch.hpp"
#include "support/run.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

TEST_CASE("An event wakes all who wait, and nobody before") {
    Loop loop;
    Event event{loop.executor()};
    const auto first = loop.start(event.wait());
    const auto second = loop.start(event.wait());
    REQUIRE_FALSE(first.done());
    REQUIRE_FALSE(second.done());

    event.notify();
    loop.poll();
    REQUIRE(first.done());
    REQUIRE(second.done());
    REQUIRE(loop.idle());
}

TEST_CASE("An event remembers nothing: who comes later waits for the next time") {
    Loop loop;
    Event event{loop.executor()};
    event.notify();
    const auto late = loop.start(event.wait());
    REQUIRE_FALSE(late.done());

    event.notify();
    loop.poll();
    REQUIRE(late.done());
}

TEST_CASE("To destroy an event wakes those who wait") {
    Loop loop;
    auto event = std::make_unique<Event>(loop.executor());
    const auto waiting = loop.start(event->wait());
    event.reset();
    loop.poll();
    REQUIRE(waiting.done());
    REQUIRE(loop.idle());
}

TEST_CASE("Whoever has no patience does not wait, and the event serves again") {
    Loop loop;
    Event event{loop.executor()};
    const auto impatient = loop.start(event.wait_at_most(std::chrono::nanoseconds{0}));
    loop.poll();
    REQUIRE(impatient.done());

    const auto patient = loop.start(event.wait_at_most(std::chrono::hours{1}));
    REQUIRE_FALSE(patient.done());
    event.notify();
    loop.poll();
    REQUIRE(patient.done());

    const auto for_ever = loop.start(event.wait());
    loop.poll();
    REQUIRE_FALSE(for_ever.done());
}
