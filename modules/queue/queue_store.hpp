// SPDX-License-Identifier: MIT
// The tables of the line and their only SQL. Every write is a whole row, so that a later Change
// also carries what an earlier one, which was not awaited, should have written. Functions that take
// a Database run on the writer's thread (or before it starts); the others only make Changes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/journal.hpp"
#include "token.hpp"
#include "waiting_line.hpp"

namespace stagedoor::queue {

/// A token as it lies in the table: the fields of `Token` that last.
struct TokenRow {
    TokenKey key;
    ConcertId concert;
    UserId user;
    std::int64_t ticket_number = 0;
    TokenStatus status = TokenStatus::waiting;
    ExpiryReason reason{};
    PaymentId payment; ///< where PAID; not loaded
    Instant joined_at{};
    Instant admitted_at{};
    Instant entered_at{};
    Instant expires_at{};
    Instant expired_at{};
};

/// Of a live token; `joined_at` is in the table alone.
[[nodiscard]] TokenRow row_of(const Token& token);

/// Inserts a token that has joined, and waits.
[[nodiscard]] Change insert_token(TokenRow row);
[[nodiscard]] Change update_token(TokenRow row);
/// Admits a token whose row still waits. It may be written late: what has become of the token since
/// stays.
[[nodiscard]] Change admit_token(TokenRow row);
/// Everything of a line but its state, which only `put_state` changes: a record that was made
/// before a new state was decided may be written after it.
[[nodiscard]] Change put_line(ConcertId concert, LineRecord record);
[[nodiscard]] Change put_state(ConcertId concert, LineState state);

[[nodiscard]] Change forget_tokens(std::vector<TicketName> tickets);

/// What the table alone has of a token that is over; empty where it has been forgotten.
struct Recollection {
    UserId user;
    PaymentId payment; ///< where PAID, but for those whom an early version of the schema had
};
[[nodiscard]] Recollection recollect(Database& database, const TicketName& ticket);
/// The tokens behind `ticket`, in the order of tickets, at most `limit`, as `load` gives them where
/// `line` is the record.
[[nodiscard]] std::vector<TokenRow> tokens_behind(Database& database, const TicketName& ticket,
                                                  const LineRecord& line, std::size_t limit);

/// Calls `line` for every line, then `token` for every token in the order of concert and ticket. A
/// token that a selling-out has ended is given as EXPIRED.
void load(Database& database, const std::function<void(const ConcertId&, const LineRecord&)>& line,
          const std::function<void(const TokenRow&)>& token);

/// Every broken invariant of these tables, a sentence each.
[[nodiscard]] std::vector<std::string> audit(Database& database);

} // namespace stagedoor::queue
