// SPDX-License-Identifier: MIT
// The rules of one concert's line: places, admission, deadlines. Pure: no clock, no IO, no
// coroutine; `now` is an argument and never runs backwards. It links tokens that somebody else
// owns. Loop thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "stagedoor/line_settings.hpp"
#include "ticket_order.hpp"
#include "token.hpp"
#include "tokens/chained_index.hpp"
#include "tokens/sight_list.hpp"
#include "tokens/token_pool.hpp"
#include "wait_estimate.hpp"

namespace stagedoor::queue {

/// What the operator has set. A line is also SOLD_OUT, whatever is set, while its concert has no
/// unsold seat.
enum class LineState { open = 1, paused, closed };

[[nodiscard]] std::string_view to_string(LineState state);
[[nodiscard]] std::optional<LineState> parse_line_state(std::string_view text);

/// What must last of a line, beside its tokens.
struct LineRecord {
    LineState state = LineState::open;
    std::int64_t last_ticket = 0;    ///< the last ticket number given out
    std::int64_t serving_number = 0; ///< every ticket up to this one has been called
    std::int64_t admitted_total = 0;
    Instant last_admission{}; ///< epoch before the first
    std::int64_t sold_out_through =
        0;                 ///< every ticket up to this one that still waited is over: SOLD_OUT
    Instant sold_out_at{}; ///< when that was
};

/// Why a live token of this status is over when its time has come.
[[nodiscard]] ExpiryReason reason_of_time(TokenStatus status);

class WaitingLine {
public:
    /// Its tokens lie in `pool`, which outlives it.
    WaitingLine(ConcertId concert, LineSettings settings, LineRecord record, TokenPool& pool)
        : concert_{std::move(concert)},
          settings_{settings},
          record_{record},
          pool_{pool},
          by_seen_{pool},
          by_user_{ByUser{pool}} {}
    WaitingLine(const WaitingLine&) = delete;
    WaitingLine& operator=(const WaitingLine&) = delete;

    [[nodiscard]] const ConcertId& concert() const { return concert_; }
    [[nodiscard]] const LineSettings& settings() const { return settings_; }
    [[nodiscard]] const LineRecord& record() const { return record_; }
    void configure(const LineSettings& settings) {
        settings_ = settings;
        forecast_.moved();
    }
    void set_state(LineState state) { record_.state = state; }
    /// Whether every unsold seat is held: nobody is admitted then, and the waits say so.
    void set_all_held(bool all_held);

    /// The next ticket number; it is used up even if the join that it is for fails.
    [[nodiscard]] std::int64_t take_ticket() { return ++record_.last_ticket; }

    /// Links a WAITING, ADMITTED or ENTERED token. Waiting ones come in the order of their tickets
    /// and are seen `now`.
    void add(Token& token, Instant now);

    /// A sign of life of a waiting token: its place is kept from here on. Ignored once its time has
    /// come.
    void see(Token& token, Instant now);

    /// A Change that ends or moves the token is pending: it neither expires nor is admitted
    /// meanwhile, and if it is the front, nobody is admitted past it.
    void pin(Token& token);
    void unpin(Token& token);

    /// The token who is to be admitted now, nullptr where nobody may be: the front of the line,
    /// while there is room, pace and an available seat, and no expiry is due that should come
    /// first.
    [[nodiscard]] Token* next_to_admit(std::int64_t seats_available, Instant now) const;

    /// False where nobody can be admitted whatever the seats: a cheap look before asking for the
    /// capacity.
    [[nodiscard]] bool may_admit(Instant now) const;

    /// When the pace allows the front in; nothing where something else than the pace keeps it out.
    [[nodiscard]] std::optional<Instant> next_admission() const;

    void admit(Token& token, Instant now);
    /// An admitted or entered token, which is pinned, is inside since `entered_at` and until
    /// `expires_at`.
    void stay_inside(Token& token, Instant entered_at, Instant expires_at);
    /// The token is over and unlinked.
    void expire(Token& token, ExpiryReason reason, Instant now);

    /// From here on everybody who waits is over, SOLD_OUT, and so is every ticket that has been
    /// given out and is not in line yet. It costs nothing: each token learns of it in settle() or
    /// in sweep(), whichever comes first. One that is pinned does not: its own Change ends it, and
    /// whoever unpins it settles it. Until then nobody is admitted past it.
    void sell_out(Instant now);
    /// Expires a token which the line's selling-out has ended. To be called before its status is
    /// looked at; true where the token is over only now.
    bool settle(Token& token) {
        const bool over = is_sold_out(token) && !token.pinned;
        if (over) {
            expire(token, ExpiryReason::sold_out, record_.sold_out_at);
        }
        return over;
    }
    /// Settles some more of those whom nobody has looked at, at most `limit`, in the order of
    /// tickets, and returns them.
    [[nodiscard]] std::vector<Token*> sweep(std::size_t limit);
    /// Since when there is something to sweep; nothing where there is not.
    [[nodiscard]] std::optional<Instant> next_sweep() const;

    /// Everybody who waits is seen now, in the order that they have.
    void see_all(Instant now);

    [[nodiscard]] Token* find(const UserId& user) const;
    [[nodiscard]] std::int64_t waiting() const { return order_.size() - over_; }
    [[nodiscard]] std::int64_t active() const { return active_; }

    /// 1 is next; 0 once not waiting.
    [[nodiscard]] std::int64_t position(const Token& token) const;
    [[nodiscard]] Instant expires_at(const Token& token) const;
    /// Whole seconds, at least 1, until the one at `position` (from 1) is called.
    [[nodiscard]] std::int64_t wait_seconds(std::int64_t position, Instant now);
    [[nodiscard]] std::int64_t admissions_in_last_minute(Instant now) const {
        return admissions_.in_last_minute(now);
    }

    /// The earliest expiry of a token that is not pinned.
    [[nodiscard]] std::optional<Instant> next_expiry() const;
    /// At most `limit` tokens that are not pinned and whose time has come.
    [[nodiscard]] std::vector<Token*> due(Instant now, std::size_t limit);

    /// 60/N seconds, rounded up to the millisecond, so that no half-open minute has more than N; 0
    /// without a bound.
    [[nodiscard]] Milliseconds admission_interval() const;

private:
    struct Deadline {
        Instant at;
        std::int64_t ticket;
        Token* token;
        friend auto operator<=>(const Deadline&, const Deadline&) = default;
    };

    struct ByUser {
        TokenPool& pool;
        [[nodiscard]] Slot& next(Slot slot) const { return pool[slot].next_by_user; }
        [[nodiscard]] std::uint64_t hash(Slot slot) const {
            return SeededHash{}(pool[slot].user.text());
        }
    };

    [[nodiscard]] static Deadline deadline_of(Token& token) {
        return {token.expires_at, token.ticket_number, &token};
    }
    [[nodiscard]] static Deadline sight_of(Token& token) {
        return {token.seen_at, token.ticket_number, &token};
    }
    /// nullptr where `slot` is none.
    [[nodiscard]] Token* at(Slot slot) const { return slot == no_slot ? nullptr : &pool_[slot]; }
    [[nodiscard]] bool is_sold_out(const Token& token) const {
        return token.status == TokenStatus::waiting &&
               token.ticket_number <= record_.sold_out_through;
    }
    [[nodiscard]] Token* front() const;
    [[nodiscard]] LineSituation situation(Instant now) const;
    [[nodiscard]] Milliseconds stayed(const Token& token, Instant now) const;
    void unlink(Token& token);
    void forget_sight(Token& token);

    ConcertId concert_;
    LineSettings settings_;
    LineRecord record_;
    TokenPool& pool_;
    TicketOrder order_;               ///< who waits, pinned ones included
    SightList by_seen_;               ///< who waits and is not pinned, longest unseen first
    std::set<Deadline> unseen_since_; ///< of those, who was pinned: by the last sign of life before
    std::set<Deadline> deadlines_;    ///< who is admitted or inside and not pinned
    ChainedIndex<ByUser> by_user_;
    bool all_held_ = false;
    std::int64_t active_ = 0;
    std::int64_t pinned_ = 0;    ///< how many in `order_` are pinned
    std::int64_t over_ = 0;      ///< how many in `order_` the selling-out has ended
    std::int64_t undecided_ = 0; ///< of those, who is pinned
    std::int64_t swept_ = 0;     ///< every ticket up to this one has been swept
    LineMovement admissions_;
    WaitForecast forecast_;
};

} // namespace stagedoor::queue
