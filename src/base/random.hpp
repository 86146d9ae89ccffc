// SPDX-License-Identifier: MIT
// Where unguessable names come from. Injected, so that a simulation can replay them.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "base/time.hpp"

namespace stagedoor {

class Random {
public:
    virtual ~Random() = default;

    /// Fills `bytes` from a source fit for secrets (in production the operating system's).
    virtual void fill(std::span<std::byte> bytes) = 0;
};

/// 128 random bits as 32 lower-case hex digits.
[[nodiscard]] std::string random_id(Random& random);

/// The milliseconds of `now` and 128 random bits, as 12 and 32 lower-case hex digits: reservation,
/// payment and charge ids, ticket codes. As unguessable as `random_id`; what is made later is
/// greater, so that new rows and their index entries lie side by side: in bare SQLite 2.5 times the
/// payments a second of random ids.
[[nodiscard]] std::string growing_id(Random& random, Instant now);

} // namespace stagedoor
