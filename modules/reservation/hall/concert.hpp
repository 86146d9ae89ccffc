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
    explicit Concert(ConcertInfo info) : info_{std::move(info)} {}

    [[nodiscard]] const ConcertInfo& info() const { return info_; }
    [[nodiscard]] const std::vector<SeatMap>& dates() const { return dates_; }
    [[nodiscard]] std::vector<SeatMap>& dates() { return dates_; }
    /// nullptr where it does not play on that date.
    [[nodiscard]] SeatMap* find(const Date& date);
    [[nodiscard]] const SeatMap* find(const Date& date) const;

    [[nodiscard]] Capacity capacity() const;

    /// Makes it what the catalogue says; the caller has checked with `plan_import` that it may be.
    void become(const Catalogue& catalogue);

    /// How many seats a user has bought, over all dates.
    [[nodiscard]] std::int64_t bought(const UserId& user) const;
    void count_bought(const UserId& user, std::int64_t seats) { bought_[user] += seats; }

private:
    ConcertInfo info_;
    std::int64_t imports_ = 0;   ///< by this process
    std::vector<SeatMap> dates_; ///< in the catalogue's order
    std::unordered_map<UserId, std::int64_t> bought_;
};

} // namespace stagedoor::reservation
