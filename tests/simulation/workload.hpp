// SPDX-License-Identifier: MIT
// A small on-sale in a few acts, always the same: everything that writes happens in it, some of it
// at once. An act can begin in the process of the one before, or in one that was started anew.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "deed.hpp"
#include "facts.hpp"
#include "life.hpp"

namespace stagedoor::simulation {

struct Act {
    const char* name;
    void (*play)(Life& life);
};

[[nodiscard]] std::span<const Act> acts();

/// Before the first act.
[[nodiscard]] Tale first_tale();
/// What the server of the workload is told: its log is folded into the file every few groups.
[[nodiscard]] World::Settings server_settings(std::string database);

// ---- what somebody may ask; the latest token or hold of `user` in `concert` is meant

[[nodiscard]] Deed import_plan(Facts& facts, const Plan& plan);
[[nodiscard]] Deed join(const std::string& user, const std::string& concert);
[[nodiscard]] Deed charge(const std::string& user, std::int64_t amount, const std::string& key);
[[nodiscard]] Deed with_token(const Facts& facts, Deed::Kind kind, const std::string& user,
                              const std::string& concert);
[[nodiscard]] Deed reserve(const Facts& facts, const std::string& user, const std::string& concert,
                           std::vector<std::string> seats, const std::string& key);
[[nodiscard]] Deed release(const Facts& facts, const std::string& user, const std::string& concert);
[[nodiscard]] Deed pay(const Facts& facts, const std::string& user, const std::string& concert,
                       const std::string& key);

/// A concert of one date with seats `A-1` and so on at 50,000 each.
[[nodiscard]] Plan small_plan(const std::string& concert, int seats, std::int64_t max_active);

} // namespace stagedoor::simulation
