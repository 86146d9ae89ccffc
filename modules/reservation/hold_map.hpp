// SPDX-License-Identifier: MIT
// The live holds, by id, by holder and by the instant at which they run out, and which of a user's
// holds a request means. Pure. Loop thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/multi_index/composite_key.hpp>
#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index_container.hpp>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "seat_map.hpp"
#include "stagedoor/reservation.hpp"

namespace stagedoor::reservation {

struct Hold {
    ReservationId id;
    ConcertId concert;
    UserId user;
    Date date;
    std::vector<Seat> seats; ///< in the order of the request
    std::int64_t amount = 0; ///< minor units
    std::string currency;
    Instant held_at{};
    Instant expires_at{}; ///< held_at + `reservation.hold_seconds`; never moved
    bool pinned =
        false; ///< a Change that makes, sells or ends it is pending: it does not expire meanwhile
};

/// What became of a hold; `HELD`, `PAID`, …: the contract's words, also in the tables.
enum class ReservationStatus { held = 1, paid, released, expired };

[[nodiscard]] std::string_view to_string(ReservationStatus status);

/// A reservation as its holder sees it, live or past.
struct Reservation {
    Hold hold;
    ReservationStatus status = ReservationStatus::held;
};

class HoldMap {
public:
    void add(Hold hold);
    void remove(const ReservationId& id);
    void set_pinned(const ReservationId& id, bool pinned);

    /// nullptr where it is not live.
    [[nodiscard]] const Hold* find(const ReservationId& id) const;
    [[nodiscard]] std::vector<const Hold*> of(const ConcertId& concert, const UserId& user) const;
    [[nodiscard]] const Hold* any_pinned(const ConcertId& concert) const;

    /// The earliest end of a hold that is not pinned.
    [[nodiscard]] std::optional<Instant> next_expiry() const;
    /// The holds that are not pinned and have run out: a hold lasts until just before `expires_at`.
    [[nodiscard]] std::vector<ReservationId> due(Instant now) const;

    [[nodiscard]] std::size_t size() const { return holds_.size(); }

private:
    struct ById {};
    struct ByHolder {};
    struct ByExpiry {};

    using Holds = boost::multi_index_container<
        Hold, boost::multi_index::indexed_by<
                  boost::multi_index::hashed_unique<
                      boost::multi_index::tag<ById>,
                      boost::multi_index::member<Hold, ReservationId, &Hold::id>,
                      std::hash<ReservationId>>,
                  boost::multi_index::ordered_non_unique<
                      boost::multi_index::tag<ByHolder>,
                      boost::multi_index::composite_key<
                          Hold, boost::multi_index::member<Hold, ConcertId, &Hold::concert>,
                          boost::multi_index::member<Hold, UserId, &Hold::user>>>,
                  boost::multi_index::ordered_non_unique<
                      boost::multi_index::tag<ByExpiry>,
                      boost::multi_index::composite_key<
                          Hold, boost::multi_index::member<Hold, bool, &Hold::pinned>,
                          boost::multi_index::member<Hold, Instant, &Hold::expires_at>>>>>;

    Holds holds_;
};

/// The hold among `holds` that is on `date` and for exactly `seats`, in whatever order; nullptr if
/// there is none.
[[nodiscard]] const Hold* held_exactly(const std::vector<const Hold*>& holds,
                                       const SeatsOfDate& wanted);

/// The hold among a user's `holds` that a payment for `wanted`, which came in at `arrived`, is to
/// pay. `map` is the seat map of the date, nullptr where the concert does not play on it.
[[nodiscard]] result<const Hold*, SaleRefusal> choose_hold(const std::vector<const Hold*>& holds,
                                                           const SeatMap* map,
                                                           const SeatsOfDate& wanted,
                                                           Instant arrived);

} // namespace stagedoor::reservation
