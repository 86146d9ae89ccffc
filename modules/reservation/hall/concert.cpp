// SPDX-License-Identifier: MIT
#include "concert.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace stagedoor::reservation {

SeatMap* Concert::find(const Date& date) {
    const auto place = places_.find(date);
    return place == places_.end() ? nullptr : &dates_[place->second];
}

const SeatMap* Concert::find(const Date& date) const {
    const auto place = places_.find(date);
    return place == places_.end() ? nullptr : &dates_[place->second];
}

SeatMap& Concert::add(SeatMap map) {
    const bool is_new = places_.emplace(map.date(), dates_.size()).second;
    STAGEDOOR_ASSERT(is_new, "a concert plays on a date once");
    return dates_.emplace_back(std::move(map));
}

Capacity Concert::capacity() const {
    Capacity capacity;
    for (const auto& map : dates_) {
        capacity.seats_available += map.available() - map.claimed();
        capacity.seats_unsold += map.total() - map.reserved();
    }
    return capacity;
}

std::int64_t Concert::reserved() const {
    std::int64_t reserved = 0;
    for (const auto& map : dates_) {
        reserved += map.reserved();
    }
    return reserved;
}

void Concert::renew(SeatMap& renewed) {
    auto* const before = find(renewed.date());
    STAGEDOOR_ASSERT(before != nullptr, "a date that is renewed was there before");
    renewed.take_over(*before);
    std::swap(*before, renewed);
}

std::vector<SeatMap> Concert::change_programme(ConcertInfo info, const std::vector<Date>& dates,
                                               std::vector<SeatMap> added) {
    info_ = std::move(info);
    for (auto& map : added) {
        add(std::move(map));
    }
    auto before = std::exchange(dates_, {});
    const auto places = std::exchange(places_, {});
    std::vector<bool> stays(before.size());
    dates_.reserve(dates.size());
    for (const auto& date : dates) {
        const auto place = places.at(date);
        stays[place] = true;
        add(std::move(before[place]));
    }
    std::vector<SeatMap> gone;
    for (std::size_t place = 0; place < before.size(); ++place) {
        if (!stays[place]) {
            last_version_ = std::max(last_version_, before[place].version());
            gone.push_back(std::move(before[place]));
        }
    }
    return gone;
}

std::int64_t Concert::bought(const UserId& user) const {
    const auto found = bought_.find(user);
    return found == bought_.end() ? 0 : found->second;
}

} // namespace stagedoor::reservation
