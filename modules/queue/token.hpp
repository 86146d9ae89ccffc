// SPDX-License-Identifier: MIT
// One person's token: who, where in line, and how long. Owned by the register of the queue service,
// linked into a waiting line while it lives; a tombstone is what is kept of it for a day after.
// There may be millions: a byte here is a megabyte. Loop thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "stagedoor/queue.hpp"
#include "tokens/slot.hpp"
#include "tokens/user_name.hpp"

namespace stagedoor::queue {

/// The 128 random bits of a token; `qt_` and 32 hex digits where people see it.
struct TokenKey {
    std::array<std::uint64_t, 2> bits{};

    [[nodiscard]] static TokenKey make(Random& random);
    /// Nothing for any text that is not exactly of the form that `text` writes.
    [[nodiscard]] static std::optional<TokenKey> parse(std::string_view text);
    [[nodiscard]] TokenId text() const;

    friend bool operator==(const TokenKey&, const TokenKey&) = default;
};

/// Which row is a token's: the table lies in this order.
struct TicketName {
    ConcertId concert;
    std::int64_t number = 0;
};

class WaitingLine;

struct Token {
    Token() : seen_at{} {}

    TokenKey key;
    UserName user;
    WaitingLine* line = nullptr;
    std::int64_t ticket_number = 0; ///< counts the joins of a line from 1; never repeats
    union {
        Instant seen_at;    ///< where waiting: the last sign of life; in memory only
        Instant expires_at; ///< where admitted or entered
    };
    Instant admitted_at{};       ///< epoch until admitted
    Instant entered_at{};        ///< epoch until entered
    Slot slot = no_slot;         ///< its own
    Slot next_by_key = no_slot;  ///< in the register's index
    Slot next_by_user = no_slot; ///< in its line's index
    Slot seen_before = no_slot;  ///< in its line's list of signs of life
    Slot seen_after = no_slot;   ///< in its line's list of signs of life

    std::uint32_t users : 20 = 0; ///< requests that look at it, of a million connections at most
    TokenStatus status : 3 = TokenStatus::waiting;
    ExpiryReason reason : 4 = {}; ///< where expired
    bool pinned : 1 = false;      ///< a Change that ends or moves it is pending: it does not expire
    bool released : 1 = false;    ///< it is over, and its slot is free once nobody uses it
    bool recalled : 1 = false;    ///< made of a tombstone: the user's name is in the table alone
    bool sighted : 1 = false;     ///< it is in its line's list of signs of life
};

static_assert(sizeof(Token) == 96, "a million people wait in a hundred megabytes");

} // namespace stagedoor::queue
