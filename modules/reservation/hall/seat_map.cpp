// SPDX-License-Identifier: MIT
#include "seat_map.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace stagedoor::reservation {

std::string_view to_string(SeatStatus status) {
    switch (status) {
    case SeatStatus::available:
        return "AVAILABLE";
    case SeatStatus::held:
        return "HELD";
    case SeatStatus::reserved:
        return "RESERVED";
    }
    return "";
}

SeatMap::SeatMap(Date date, std::int64_t version, const std::vector<Seat>& seats)
    : date_{std::move(date)}, version_{version}, available_{std::ssize(seats)} {
    changed_at_.assign((seats.size() + block_seats - 1) / block_seats, version);
    seats_.resize(seats.size());
    index_.reserve(seats.size());
    for (std::size_t place = 0; place < seats.size(); ++place) {
        seats_[place].seat = seats[place];
        index_.emplace(seats[place].number, place);
    }
}

const SeatState* SeatMap::find(const SeatNumber& number) const {
    const auto found = index_.find(number);
    return found == index_.end() ? nullptr : &seats_[found->second];
}

SeatState& SeatMap::state_of(const Seat& seat) {
    return seats_[index_.at(seat.number)];
}

SeatState& SeatMap::changing(const Seat& seat) {
    const auto place = index_.at(seat.number);
    changed_at_[place / block_seats] = version_;
    return seats_[place];
}

std::span<const SeatState> SeatMap::block(std::size_t which) const {
    const auto first = which * block_seats;
    return std::span{seats_}.subspan(first, std::min(block_seats, seats_.size() - first));
}

void SeatMap::count(const SeatState& state, int difference) {
    available_ += state.status == SeatStatus::available ? difference : 0;
    reserved_ += state.status == SeatStatus::reserved ? difference : 0;
}

void SeatMap::claim(std::span<const Seat> seats, const ReservationId& reservation,
                    const UserId& user) {
    for (const auto& seat : seats) {
        auto& state = state_of(seat);
        STAGEDOOR_ASSERT(state.status == SeatStatus::available && !state.claimed,
                         "a seat is claimed by one at a time");
        state.claimed = true;
        state.reservation = reservation;
        state.user = user;
        ++claimed_;
    }
}

void SeatMap::drop_claim(std::span<const Seat> seats) {
    for (const auto& seat : seats) {
        auto& state = state_of(seat);
        state.claimed = false;
        state.reservation = {};
        state.user = {};
        --claimed_;
    }
}

void SeatMap::hold(std::span<const Seat> seats) {
    ++version_;
    for (const auto& seat : seats) {
        auto& state = changing(seat);
        STAGEDOOR_ASSERT(state.claimed, "what is held was claimed before");
        state.claimed = false;
        --claimed_;
        --available_;
        state.status = SeatStatus::held;
    }
}

void SeatMap::release(std::span<const Seat> seats) {
    ++version_;
    for (const auto& seat : seats) {
        auto& state = changing(seat);
        STAGEDOOR_ASSERT(state.status == SeatStatus::held, "only a held seat is released");
        state.status = SeatStatus::available;
        state.reservation = {};
        state.user = {};
        ++available_;
    }
}

void SeatMap::sell(std::span<const Seat> seats) {
    ++version_;
    for (const auto& seat : seats) {
        auto& state = changing(seat);
        STAGEDOOR_ASSERT(state.status == SeatStatus::held, "only a held seat is sold");
        state.status = SeatStatus::reserved;
        ++reserved_;
    }
}

void SeatMap::take_over(const SeatMap& before) {
    STAGEDOOR_ASSERT(before.claimed_ == 0, "no seat is claimed while its concert is imported");
    version_ = before.version_ + 1;
    std::fill(changed_at_.begin(), changed_at_.end(), version_);
    if (before.available_ == before.total()) {
        return; // as most are while a hall is still being arranged
    }
    for (const auto& state : before.seats_) {
        if (state.status == SeatStatus::available) {
            continue;
        }
        const bool is_here =
            restore(state.seat.number, state.status, state.reservation, state.user);
        STAGEDOOR_ASSERT(is_here, "an import takes no seat away that is held or sold");
    }
}

bool SeatMap::restore(const SeatNumber& number, SeatStatus status, const ReservationId& reservation,
                      const UserId& user) {
    const auto found = index_.find(number);
    if (found == index_.end()) {
        return false;
    }
    auto& state = seats_[found->second];
    count(state, -1);
    state.status = status;
    state.reservation = reservation;
    state.user = user;
    count(state, 1);
    return true;
}

} // namespace stagedoor::reservation
