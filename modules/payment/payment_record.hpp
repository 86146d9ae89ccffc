// SPDX-License-Identifier: MIT
// What the till keeps: sales, charges and the lines of the ledger, as their owners see them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "stagedoor/reservation.hpp"

namespace stagedoor::payment {

/// The most that a balance may be: 2^53 - 1, so that every JSON reader holds it exactly (RFC 8259,
/// section 6).
inline constexpr std::int64_t balance_max = 9'007'199'254'740'991;

/// The most that one charge may bring.
inline constexpr std::int64_t charge_max = 1'000'000'000;

struct Ticket {
    reservation::Seat seat;
    std::string code; ///< 32 hex digits, unguessable; what is checked at the door
};

/// A sale that has happened. Amounts in minor units.
struct Payment {
    PaymentId payment;
    ReservationId reservation;
    ConcertId concert;
    UserId user;
    Date date;
    std::vector<Ticket> tickets;
    std::int64_t amount = 0;
    std::string currency;
    std::int64_t balance_after = 0; ///< within the same commit
    ShownTime paid_at{};            ///< as shown then
};

/// Money that a user has brought.
struct Charge {
    std::string id; ///< 32 or 44 hex digits
    UserId user;
    std::int64_t amount = 0;
    std::int64_t balance_after = 0; ///< within the same commit
    ShownTime charged_at{};         ///< as shown then
};

/// One line of a user's ledger.
struct LedgerEntry {
    std::int64_t id = 0;     ///< grows; also the cursor of a page
    std::string kind;        ///< `CHARGE` or `PAYMENT`
    std::int64_t amount = 0; ///< not negative; the kind tells the direction
    std::int64_t balance_after = 0;
    ShownTime at{};        ///< as shown then
    std::string reference; ///< the id of the charge or payment
};

} // namespace stagedoor::payment
