// SPDX-License-Identifier: MIT
// The endpoints of the catalogue: concerts, dates, seat maps, and the operator's import. Loop
// thread only.
#pragma once

#include <string>

#include "base/http.hpp"
#include "reservation_service.hpp"
#include "stagedoor/identity.hpp"

namespace stagedoor::reservation {

/// Hangs up the endpoints; all references must outlive `routes`. `currency` is the configured one.
void add_catalogue_routes(Routes& routes, ReservationService& service, const queue::Queue& queue,
                          const OperatorGate& gate, std::string currency);

/// Imports a catalogue file's text and answers as the operator's endpoint does.
[[nodiscard]] task<Response> import_catalogue_file(ReservationService& service, std::string text,
                                                   std::string currency);

} // namespace stagedoor::reservation
