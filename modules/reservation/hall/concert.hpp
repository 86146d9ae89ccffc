// SPDX-License-Identifier: MIT
// One concert as the program runs it: what the catalogue says of it, and a seat map for each date.
// Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalogue.hpp"
#include "seat_map.hpp"

namespace stagedoor::reservation {

class Concert {
public:
    explicit Concert(ConcertInfo info, std::int64_t last_version = 0)
        : info_{std::move(info)}, last_version_{last_version} {}

    [[nodiscard]] const ConcertInfo& info() const { return info_; }
    [[nodiscard]] const std::vector<SeatMap>& dates() const { return dates_; }
    /// Behind the others; one date once.
    SeatMap& add(SeatMap map);
    /// The highest version of any date that it no longer plays. A date that comes, and may have
    /// been there before, counts on from here, so that none has a version twice.
    [[nodiscard]] std::int64_t last_version() const { return last_version_; }
    /// nullptr where it does not play on that date.
    [[nodiscard]] SeatMap* find(const Date& date);
    [[nodiscard]] const SeatMap* find(const Date& date) const;

    [[nodiscard]] Capacity capacity() const;
    /// Seats that are sold, over all dates.
    [[nodiscard]] std::int64_t reserved() const;

    // An import, once `plan_import` has said that it may be: each date that stays is renewed, and
    // then the programme changes at once.

    /// `renewed`, which is AVAILABLE throughout, takes over from the map of its date and changes
    /// places with it: what was there is left for the caller to destroy.
    void renew(SeatMap& renewed);
    /// Exactly `dates` are played, in this order: those that are there, and those that `added` has.
    /// Returns what was there and goes.
    std::vector<SeatMap> change_programme(ConcertInfo info, const std::vector<Date>& dates,
                                          std::vector<SeatMap> added);

    /// How many seats a user has bought, over all dates.
    [[nodiscard]] std::int64_t bought(const UserId& user) const;
    void count_bought(const UserId& user, std::int64_t seats) { bought_[user] += seats; }

private:
    ConcertInfo info_;
    std::int64_t last_version_;
    std::vector<SeatMap> dates_;                   ///< in the catalogue's order
    std::unordered_map<Date, std::size_t> places_; ///< of the dates in `dates_`
    std::unordered_map<UserId, std::int64_t> bought_;
};

} // namespace stagedoor::reservation
