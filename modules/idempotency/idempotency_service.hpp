// SPDX-License-Identifier: MIT
// Implements `Idempotency-Key` (include/stagedoor/idempotency.hpp): which keys are running or kept
// is known in memory, so that a new key costs no look at the disk; the answers are in the database.
// Loop thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "base/time.hpp"
#include "idempotency_settings.hpp"
#include "stagedoor/agenda.hpp"
#include "stagedoor/idempotency.hpp"

namespace stagedoor::idempotency {

class Keys : public Idempotency, public Scheduled {
public:
    /// Reads which keys are kept; at the start, before the first request.
    virtual void load(Database& database) = 0;

    /// How many keys are running or kept.
    [[nodiscard]] virtual std::size_t size() const = 0;
};

/// All three must outlive what is made; requests under way may outlive it, if they are not resumed
/// any more.
[[nodiscard]] std::unique_ptr<Keys> create_idempotency(Journal& journal, const Clock& clock,
                                                       Agenda& agenda,
                                                       IdempotencySettings settings);

} // namespace stagedoor::idempotency
