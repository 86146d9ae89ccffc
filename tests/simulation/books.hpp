// SPDX-License-Identifier: MIT
// The tables, as read: what is durable where nothing is under way.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "stagedoor/database.hpp"

namespace stagedoor::simulation {

struct BookedToken {
    std::string id;
    std::string concert;
    std::string user;
    std::int64_t ticket = 0;
    std::string status; ///< as the line understands it: also over by selling out
    std::string reason;
    Instant joined_at{};
    Instant admitted_at{};
    Instant entered_at{};
    Instant expires_at{};
};

struct BookedReservation {
    std::string id;
    std::string concert;
    std::string user;
    std::string date;
    std::string status;
    std::int64_t amount = 0;
    Instant held_at{};
    Instant expires_at{};
    std::vector<std::string> seats;
};

struct BookedPayment {
    std::string id;
    std::string reservation;
    std::string user;
    std::int64_t amount = 0;
    Instant paid_at{};
    std::int64_t tickets = 0;
};

/// One side of a transfer, where a user has it.
struct BookedEntry {
    std::string transfer;
    std::string user;
    std::string kind;
    std::int64_t amount = 0;
    std::int64_t balance_after = 0;
};

struct BookedSeat {
    std::string concert;
    std::string date;
    std::string number;
    std::string status;
    std::string reservation;
    std::int64_t price = 0;
};

struct Books {
    std::vector<BookedToken> tokens; ///< by concert and ticket
    std::vector<BookedReservation> reservations;
    std::vector<BookedPayment> payments;
    std::vector<BookedEntry> entries; ///< in the order of booking
    std::vector<BookedSeat> seats;
    std::map<std::string, std::string> titles;    ///< by concert
    std::map<std::string, std::int64_t> accounts; ///< all of them
};

[[nodiscard]] Books read_books(Database& database);

/// The accounts alone, added up.
struct Totals {
    std::int64_t all = 0;
    std::int64_t cash = 0;
    std::int64_t revenue = 0;
    std::int64_t least = 0; ///< of the users' balances, at most 0
};

[[nodiscard]] Totals read_totals(Database& database);

} // namespace stagedoor::simulation
