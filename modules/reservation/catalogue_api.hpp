// SPDX-License-Identifier: MIT
// The endpoints of the catalogue: concerts, dates, seat maps, and the operator's import. Loop
// thread only.
#pragma once

#include "catalogue_service.hpp"
#include "seat_board.hpp"
#include "stagedoor/queue.hpp"
#include "stagedoor/routes.hpp"
#include "stock_service.hpp"

namespace stagedoor::reservation {

/// What an import has changed, or would: counts, and the first of each by name.
[[nodiscard]] std::string to_json(const Imported& imported);

/// Hangs up the endpoints; all references must outlive `routes`.
void add_catalogue_routes(Routes& routes, const StockService& stock, CatalogueService& service,
                          const queue::Queue& queue, SeatBoard& board);

} // namespace stagedoor::reservation
