// SPDX-License-Identifier: MIT
// The seats of one concert on one date: which are AVAILABLE, HELD or RESERVED, and for whom. Pure.
// A claim is a hold that is not durable yet: it keeps others off the seat, but shows nowhere. Loop
// thread only.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "stagedoor/reservation.hpp"

namespace stagedoor::reservation {

enum class SeatStatus { available = 1, held, reserved };

[[nodiscard]] std::string_view to_string(SeatStatus status);

struct SeatState {
    Seat seat;
    SeatStatus status = SeatStatus::available;
    bool claimed = false;      ///< AVAILABLE to the eye, but a hold of it is being written
    ReservationId reservation; ///< where claimed, held or reserved
    UserId user;               ///< where claimed, held or reserved
};

class SeatMap {
public:
    /// Seats that lie beside each other and whose changes are noted together.
    static constexpr std::size_t block_seats = 64;

    /// All of `seats` are AVAILABLE; none is there twice.
    SeatMap(Date date, std::int64_t version, const std::vector<Seat>& seats = {});

    [[nodiscard]] const Date& date() const { return date_; }
    /// Grows with every change that shows; the same number is in the table.
    [[nodiscard]] std::int64_t version() const { return version_; }
    [[nodiscard]] const std::vector<SeatState>& seats() const { return seats_; }
    /// In blocks of `block_seats`, the last of which may be shorter.
    [[nodiscard]] std::size_t blocks() const { return changed_at_.size(); }
    [[nodiscard]] std::span<const SeatState> block(std::size_t which) const;
    /// The version as of which the block is what it is.
    [[nodiscard]] std::int64_t changed_at(std::size_t block) const { return changed_at_[block]; }
    /// nullptr where there is no such seat.
    [[nodiscard]] const SeatState* find(const SeatNumber& number) const;

    [[nodiscard]] std::int64_t available() const { return available_; }
    [[nodiscard]] std::int64_t claimed() const { return claimed_; }
    [[nodiscard]] std::int64_t reserved() const { return reserved_; }
    [[nodiscard]] std::int64_t total() const { return static_cast<std::int64_t>(seats_.size()); }

    /// All `seats` must be AVAILABLE and unclaimed.
    void claim(std::span<const Seat> seats, const ReservationId& reservation, const UserId& user);
    /// The claim was not written after all.
    void drop_claim(std::span<const Seat> seats);
    /// The claim is durable: the seats are HELD.
    void hold(std::span<const Seat> seats);
    /// HELD seats are AVAILABLE again.
    void release(std::span<const Seat> seats);
    /// HELD seats are RESERVED.
    void sell(std::span<const Seat> seats);

    /// Follows `before`, whose date's seats an import replaces by these, which are AVAILABLE: takes
    /// over the states by number, and the version, one higher. What is held or sold must be here.
    void take_over(const SeatMap& before);
    /// A seat that is AVAILABLE is held or sold, as found in the table when the program starts.
    /// False where there is no such seat.
    [[nodiscard]] bool restore(const SeatNumber& number, SeatStatus status,
                               const ReservationId& reservation, const UserId& user);

private:
    SeatState& state_of(const Seat& seat);
    /// Of a change that shows, with the version that it makes.
    SeatState& changing(const Seat& seat);
    void count(const SeatState& state, int difference);

    Date date_;
    std::int64_t version_;
    std::vector<SeatState> seats_;
    std::vector<std::int64_t> changed_at_; ///< of each block
    std::unordered_map<SeatNumber, std::size_t> index_;
    std::int64_t available_ = 0; ///< claimed ones included
    std::int64_t claimed_ = 0;
    std::int64_t reserved_ = 0;
};

} // namespace stagedoor::reservation
