// SPDX-License-Identifier: MIT
// The waiting line (대기열) as the other modules see it: whose a token is, whether it is inside,
// and the two changes that they may cause to it. Implemented by modules/queue. Loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/journal.hpp"
#include "base/time.hpp"

namespace stagedoor::queue {

enum class TokenStatus : std::uint8_t { waiting = 1, admitted, entered, expired };

/// Why a token is over; remembered for 24 h.
enum class ExpiryReason : std::uint8_t {
    paid = 1,
    left,
    abandoned,
    entry_missed,
    session_ended,
    sold_out
};

/// `WAITING`, `ADMITTED`, …: the contract's words, also in the tables.
[[nodiscard]] constexpr std::string_view to_string(TokenStatus status) {
    switch (status) {
    case TokenStatus::waiting:
        return "WAITING";
    case TokenStatus::admitted:
        return "ADMITTED";
    case TokenStatus::entered:
        return "ENTERED";
    case TokenStatus::expired:
        return "EXPIRED";
    }
    return "";
}

[[nodiscard]] constexpr std::string_view to_string(ExpiryReason reason) {
    switch (reason) {
    case ExpiryReason::paid:
        return "PAID";
    case ExpiryReason::left:
        return "LEFT";
    case ExpiryReason::abandoned:
        return "ABANDONED";
    case ExpiryReason::entry_missed:
        return "ENTRY_MISSED";
    case ExpiryReason::session_ended:
        return "SESSION_ENDED";
    case ExpiryReason::sold_out:
        return "SOLD_OUT";
    }
    return "";
}

/// A token of ours, live or remembered as over, as the line has found it. Opaque to everybody else.
/// Valid until the loop goes on, and as long as it is in use.
struct TokenHandle {
    void* record = nullptr;

    explicit operator bool() const { return record != nullptr; }
};

/// What may be known of a token.
struct TokenView {
    ConcertId concert;
    UserId user; ///< empty where the token was over when it was shown, but of `Queue::recall`
    TokenStatus status = TokenStatus::waiting;
    Instant expires_at{};
    ExpiryReason reason{};                    ///< where expired
    PaymentId payment;                        ///< where PAID, of `Queue::recall`
    std::int64_t position = 0;                ///< 1 is next; 0 once not waiting
    std::optional<std::int64_t> wait_seconds; ///< where waiting; nothing while PAUSED or CLOSED
};

/// The scope of an idempotency key that comes with a token: the user in this concert, so that
/// another token of theirs replays as well. Neither id may contain a slash.
[[nodiscard]] inline std::string key_scope(const TokenView& token) {
    return token.concert.value + '/' + token.user.value;
}

class Queue {
public:
    virtual ~Queue() = default;

    /// Empty for any string that is no token of ours. Looked up once a request, at its door.
    [[nodiscard]] virtual TokenHandle find(std::string_view text) const = 0;

    /// The token is in use while the result, or a copy of it, lives: `token` is good for as long,
    /// however long a request waits. To be asked for once a request.
    [[nodiscard]] virtual std::shared_ptr<const void> use(TokenHandle& token) const = 0;

    /// As applied: a token whose time has come is live until its expiry is durable.
    [[nodiscard]] virtual TokenView view(TokenHandle token) const = 0;

    /// As `view`, with the user of one that is over as well, and what it has paid, which are read
    /// from the table. Of a token in use.
    [[nodiscard]] virtual task<TokenView> recall(TokenHandle token) const = 0;

    /// To be called with the user's turn taken, before judging a token: expires it first where its
    /// time had come at `now`. Returns the token as it is then; nothing where that could not be
    /// written.
    [[nodiscard]] virtual task<std::optional<TokenView>> expire_if_due(TokenHandle token,
                                                                       Instant now) = 0;

    /// The Step by which an ADMITTED or ENTERED token is inside at least until `until` (an ADMITTED
    /// one enters).
    [[nodiscard]] virtual Step keep_inside(TokenHandle token, Instant now, Instant until) = 0;

    /// The Step by which a live token is over, since its user has paid; whoever shows it learns
    /// `payment`. It also releases the user's holds, except the one that the payment has pinned,
    /// and frees the place: the next in line is admitted when it is applied.
    [[nodiscard]] virtual Step expire_paid(TokenHandle token, PaymentId payment, Instant now) = 0;

    /// Seats of `concert` have become available, held or sold, or its settings have changed: admit
    /// anew.
    virtual void capacity_changed(const ConcertId& concert) = 0;
};

/// What a refusal tells of: as Queue::view(), and which payment it was where the token has PAID,
/// which is read from the table. Of a token in use.
[[nodiscard]] inline task<TokenView> view_with_payment(const Queue& queue, TokenHandle token) {
    auto view = queue.view(token);
    if (view.reason == ExpiryReason::paid) {
        view = co_await queue.recall(token);
    }
    co_return view;
}

} // namespace stagedoor::queue
