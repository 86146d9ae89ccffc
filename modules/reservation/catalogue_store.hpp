// SPDX-License-Identifier: MIT
// Concerts, dates and seats as an import writes them and the start reads them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/journal.hpp"
#include "hall/catalogue.hpp"
#include "hall/concert.hpp"

namespace stagedoor::reservation {

/// Writes what `plan` says of `catalogue`. A seat that goes or changes must be AVAILABLE. Stands
/// alone in its transaction.
[[nodiscard]] Change import_catalogue(std::shared_ptr<const Catalogue> catalogue,
                                      std::shared_ptr<const ImportPlan> plan);

/// Calls `concert` for every concert, with its dates, seats and their states, in the order of ids.
void load_concerts(Database& database, const std::function<void(Concert)>& concert);

/// A sentence for each seat that is held or sold and not in its concert's hall.
[[nodiscard]] std::vector<std::string> audit_halls(Database& database);

} // namespace stagedoor::reservation
