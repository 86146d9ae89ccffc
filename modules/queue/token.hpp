// SPDX-License-Identifier: MIT
// One person's token: who, where in line, and how long. Owned by the queue service, linked into a
// waiting line while it lives, kept as a tombstone for a day after. Loop thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include <boost/intrusive/list_hook.hpp>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "stagedoor/queue.hpp"

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

class WaitingLine;

struct Token : boost::intrusive::list_base_hook<> {
    TokenKey key;
    UserId user;
    WaitingLine* line = nullptr;
    std::int64_t ticket_number = 0; ///< counts the joins of a line from 1; never repeats
    TokenStatus status = TokenStatus::waiting;
    ExpiryReason reason{}; ///< where expired
    bool pinned =
        false; ///< a Change that ends or moves it is pending: it does not expire meanwhile
    Instant joined_at{};
    Instant seen_at{};     ///< where waiting: the last sign of life; in memory only
    Instant admitted_at{}; ///< epoch until admitted
    Instant entered_at{};  ///< epoch until entered
    Instant expires_at{};  ///< where admitted or entered
    Instant expired_at{};  ///< where expired
};

} // namespace stagedoor::queue

template<>
struct std::hash<stagedoor::queue::TokenKey> {
    /// The bits are random already.
    std::size_t operator()(const stagedoor::queue::TokenKey& key) const noexcept {
        return static_cast<std::size_t>(key.bits[0]);
    }
};
