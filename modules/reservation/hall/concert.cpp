// SPDX-License-Identifier: MIT
#include "concert.hpp"

#include <algorithm>

namespace stagedoor::reservation {

SeatMap* Concert::find(const Date& date) {
    const auto found = std::find_if(dates_.begin(), dates_.end(),
                                    [&](const SeatMap& map) { return map.date() == date; });
    return found == dates_.end() ? nullptr : &*found;
}

const SeatMap* Concert::find(const Date& date) const {
    const auto found = std::find_if(dates_.begin(), dates_.end(),
                                    [&](const SeatMap& map) { return map.date() == date; });
    return found == dates_.end() ? nullptr : &*found;
}

Capacity Concert::capacity() const {
    Capacity capacity;
    for (const auto& map : dates_) {
        capacity.seats_available += map.available() - map.claimed();
        capacity.seats_unsold += map.total() - map.reserved();
    }
    return capacity;
}

void Concert::become(const Catalogue& catalogue) {
    info_ = catalogue.info;
    ++imports_;
    std::vector<SeatMap> dates;
    for (const auto& date : catalogue.dates) {
        const auto* const before = find(date);
        dates.push_back(before == nullptr ? SeatMap{date, 0, imports_} : *before);
        dates.back().replace(catalogue.seats);
    }
    dates_ = std::move(dates);
}

std::int64_t Concert::bought(const UserId& user) const {
    const auto found = bought_.find(user);
    return found == bought_.end() ? 0 : found->second;
}

} // namespace stagedoor::reservation
