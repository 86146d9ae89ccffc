// SPDX-License-Identifier: MIT
// The live holds, by id, by holder and by the instant at which they run out. Pure. Loop thread
// only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/multi_index/composite_key.hpp>
#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index_container.hpp>

#include "base/ids.hpp"
#include "base/time.hpp"
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
    ShownTime held_shown_at{}; ///< `held_at` as it was shown then
    Instant expires_at{};      ///< held_at + `reservation.hold_seconds`; never moved
    bool pinned =
        false; ///< a Change that makes, sells or ends it is pending: it does not expire meanwhile
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
    /// All of them, in no order.
    [[nodiscard]] auto begin() const { return holds_.begin(); }
    [[nodiscard]] auto end() const { return holds_.end(); }

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

} // namespace stagedoor::reservation
