// SPDX-License-Identifier: MIT
// Concerts, dates and seats as an import writes them and the start reads them.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/journal.hpp"
#include "hall/catalogue.hpp"
#include "hall/concert.hpp"

namespace stagedoor::reservation {

/// Seats of a date that an import adds, written ahead of it and seen by nobody until then: `count`
/// of the catalogue's from `first` on. They are copied from `like`, which is quicker, where a date
/// has them all already. The first of them remove what an import without an end has left.
[[nodiscard]] Change prepare_seats(std::shared_ptr<const Catalogue> catalogue, Date date,
                                   std::optional<Date> like, std::int64_t first,
                                   std::int64_t count);

/// Writes what `plan` says of `catalogue`; the seats of the dates that come have been prepared. A
/// seat that goes or changes must be AVAILABLE. Stands alone in its transaction.
[[nodiscard]] Change import_catalogue(std::shared_ptr<const Catalogue> catalogue,
                                      std::shared_ptr<const ImportPlan> plan);

/// Calls `concert` for every concert, with its dates, seats and their states, in the order of ids.
void load_concerts(Database& database, const std::function<void(Concert)>& concert);

} // namespace stagedoor::reservation
