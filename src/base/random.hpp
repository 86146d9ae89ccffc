// SPDX-License-Identifier: MIT
// Where unguessable names come from. Injected, so that a simulation can replay them.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace stagedoor {

class Random {
public:
    virtual ~Random() = default;

    /// Fills `bytes` from a source fit for secrets (in production the operating system's).
    virtual void fill(std::span<std::byte> bytes) = 0;
};

/// 128 random bits as 32 lower-case hex digits: reservation, payment and charge ids, ticket codes.
[[nodiscard]] std::string random_id(Random& random);

} // namespace stagedoor
