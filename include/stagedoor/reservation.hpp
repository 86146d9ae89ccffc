// SPDX-License-Identifier: MIT
// The concert reservation server (콘서트 예약 서버) as the other modules see it: its capacity, the
// people whom the line hands over, and the holds that a payment turns into sales. Implemented by
// modules/reservation. Loop thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/journal.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "stagedoor/line_settings.hpp"

namespace stagedoor::reservation {

/// What the line asks before it lets anybody in.
struct Capacity {
    std::int64_t seats_available = 0; ///< neither held, nor sold, nor claimed by a pending Change
    std::int64_t seats_unsold =
        0; ///< not RESERVED; 0 means sold out (where there are seats at all)
};

/// Somebody who has entered.
struct Visitor {
    ConcertId concert;
    UserId user;
    Instant session_ends_at; ///< entry + session_seconds; a hold taken later than this is refused
};

struct Seat {
    SeatNumber number;
    std::string category;
    std::int64_t price = 0; ///< minor units
};

/// A live hold that is about to be paid.
struct Sale {
    ReservationId reservation;
    ConcertId concert;
    UserId user;
    Date date;
    std::vector<Seat> seats; ///< in the order in which they were reserved
    std::int64_t amount = 0; ///< the sum of the prices, minor units
    std::string currency;
    Step step; ///< makes the seats RESERVED; from now on the hold is pinned and cannot expire
};

/// The seats that somebody wants to pay: by name, or by their reservation.
struct SeatsOfDate {
    Date date;
    std::vector<SeatNumber> seats;
};
using SaleSubject = std::variant<SeatsOfDate, ReservationId>;

enum class SaleRefusal {
    no_such_date = 1,
    no_such_seat,
    hold_gone,            ///< no live hold of this user on those seats
    reservation_mismatch, ///< some of them are held, but they are not exactly one reservation
};

class Reservations {
public:
    virtual ~Reservations() = default;

    /// Nothing where there is no such concert.
    [[nodiscard]] virtual std::optional<Capacity> capacity(const ConcertId& concert) const = 0;

    /// False where the user owns as many seats of this concert as one may have: there is nothing to
    /// wait for. With the turn taken.
    [[nodiscard]] virtual bool may_own_more(const ConcertId& concert, const UserId& user) const = 0;

    /// How its line differs from the configuration's; nullptr where there is no such concert. Valid
    /// until the loop goes on.
    [[nodiscard]] virtual const queue::LineOverrides*
    line_overrides(const ConcertId& concert) const = 0;

    [[nodiscard]] virtual std::vector<ConcertId> concerts() const = 0;

    /// The line hands a person over (on entry, and again for each who is inside at the start).
    virtual void receive(const Visitor& visitor) = 0;

    /// The Step by which a visitor is gone: their holds are released, except one that is pinned.
    [[nodiscard]] virtual Step depart(const ConcertId& concert, const UserId& user,
                                      Instant now) = 0;

    /// Pins the hold that `subject` names, judged at `arrived`, when the payment came in. With the
    /// turn taken.
    [[nodiscard]] virtual result<Sale, SaleRefusal> sell(const ConcertId& concert,
                                                         const UserId& user,
                                                         const SaleSubject& subject,
                                                         Instant arrived) = 0;
};

} // namespace stagedoor::reservation
