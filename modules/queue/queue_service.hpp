// SPDX-License-Identifier: MIT
// The line's use cases: decide by the rules of WaitingLine, commit through the journal, apply. Owns
// every token and line of the process. Loop thread only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/journal.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/turns.hpp"
#include "line_register.hpp"
#include "stagedoor/agenda.hpp"
#include "stagedoor/queue.hpp"
#include "stagedoor/reservation.hpp"
#include "token.hpp"
#include "waiting_line.hpp"

namespace stagedoor::queue {

struct Joined {
    TokenHandle token;
    bool created = false; ///< false where the user had a live token already
};

enum class JoinRefusal {
    no_such_concert = 1,
    line_closed,         ///< the operator has closed it
    sold_out,            ///< no seat is unsold
    seat_limit,          ///< the user owns as many seats as one may have
    line_full,           ///< `queue.max_waiting` wait
    storage_unavailable, ///< it did not happen
};

enum class EntryRefusal {
    not_admitted = 1,    ///< still waiting
    expired,             ///< the token is over
    storage_unavailable, ///< it did not happen
};

/// A line as everybody may see it.
struct LineView {
    ConcertId concert;
    std::string_view state; ///< `OPEN`, `PAUSED`, `CLOSED` or `SOLD_OUT`
    std::int64_t waiting = 0;
    std::int64_t active = 0;
    std::int64_t max_active = 0;
    std::int64_t serving_number = 0;
    std::int64_t admitted_total = 0;
    std::int64_t rate_per_minute = 0; ///< admissions in the last minute
};

/// Numbers for the metrics.
struct LineStats {
    ConcertId concert;
    std::int64_t waiting = 0;
    std::int64_t active = 0;
    std::int64_t admitted_total = 0;
    std::int64_t joined_total = 0;
};

class QueueService final : public Queue, public Scheduled {
public:
    struct Dependencies {
        Executor executor;
        Clock& clock;
        Random& random;
        Journal& journal;
        Turns& turns;
        Agenda& agenda;
        reservation::Reservations& reservations;
    };

    QueueService(Dependencies dependencies, LineSettings defaults);

    /// Rebuilds everything from the tables, before the journal runs. Who waits is seen anew from
    /// now on. Those who are over and not remembered any more stay in the tables until
    /// `forget_leftovers`.
    void load(Database& database);

    /// Once the server serves: removes from the tables who was over and not remembered when they
    /// were loaded, a slice at a time, however many there are. What the storage cannot write is
    /// left to the next start.
    [[nodiscard]] task<void> forget_leftovers();

    [[nodiscard]] task<result<Joined, JoinRefusal>> join(ConcertId concert, UserId user);
    [[nodiscard]] task<std::optional<EntryRefusal>> enter(TokenHandle token);
    /// Nothing if it is over now, a refusal otherwise (never not_admitted).
    [[nodiscard]] task<std::optional<EntryRefusal>> leave(TokenHandle token);
    /// False where the storage cannot write.
    [[nodiscard]] task<bool> set_state(ConcertId concert, LineState state);

    /// A poll: a sign of life, and an occasion to admit.
    [[nodiscard]] Place poll(TokenHandle token);
    [[nodiscard]] Place look(TokenHandle token) const;
    /// The secret by which its holder shows it.
    [[nodiscard]] static TokenId id_of(TokenHandle token);

    /// What everybody may see of a line; nothing where there is no such concert.
    [[nodiscard]] std::optional<LineView> line_view(const ConcertId& concert);

    [[nodiscard]] std::vector<LineStats> stats() const;
    /// How many who are over are remembered.
    [[nodiscard]] std::size_t ended() const { return register_.tombstones().size(); }

    // Queue
    [[nodiscard]] TokenHandle find(std::string_view text) const override;
    [[nodiscard]] std::shared_ptr<const void> use(TokenHandle& token) const override;
    [[nodiscard]] TokenView view(TokenHandle token) const override;
    [[nodiscard]] task<TokenView> recall(TokenHandle token) const override;
    [[nodiscard]] task<std::optional<TokenView>> expire_if_due(TokenHandle token,
                                                               Instant now) override;
    /// Whether the user has entered, and not left since.
    [[nodiscard]] bool is_inside(const ConcertId& concert, const UserId& user) const;

    [[nodiscard]] Step keep_inside(TokenHandle token, Instant now, Instant until) override;
    [[nodiscard]] Step expire_paid(TokenHandle token, PaymentId payment, Instant now) override;
    void capacity_changed(const ConcertId& concert) override;

    // Scheduled
    [[nodiscard]] std::optional<Instant> next_due() const override;
    [[nodiscard]] task<void> run_due(Instant now) override;

private:
    /// Lines, and admissions in them, that were applied and are not written yet.
    using Unsaved = std::map<ConcertId, std::vector<TokenKey>>;

    [[nodiscard]] std::string_view state_of(const WaitingLine& line) const;
    [[nodiscard]] bool sold_out(const WaitingLine& line) const;
    [[nodiscard]] std::optional<JoinRefusal> refuse_to_join(const WaitingLine& line,
                                                            const UserId& user) const;
    [[nodiscard]] task<std::optional<JoinRefusal>> await_room(Line& line, UserId user);
    static void join_decided(Line& line);

    [[nodiscard]] std::shared_ptr<const void> use(Token& token) const;
    [[nodiscard]] Step expire(Token& token, ExpiryReason reason, PaymentId payment, Instant now);
    [[nodiscard]] task<bool> expire_unless_alive(Token& token, Instant now);
    [[nodiscard]] task<void> expire_in_turn(TokenKey key, Instant now);

    void evaluate(Line& line);
    void admit_all(Line& line, Instant now);
    void sell_out(Line& line, Instant now);
    void settle(Token& token) const;
    [[nodiscard]] Token& record_of(TokenHandle token) const;
    void sweep();
    void admissions_written(const Unsaved& written, Outcome outcome);
    void save_unsaved();
    void resume();
    void hand_over(const Token& token);
    [[nodiscard]] task<void> purge(Instant now);
    [[nodiscard]] task<bool> forget_leftovers_of(Line& line);
    [[nodiscard]] task<Outcome> forget(std::vector<TicketName> tickets);

    Dependencies dependencies_;
    mutable LineRegister register_; ///< also of those who are found to be over
    std::size_t ends_per_turn_;
    Unsaved unsaved_; ///< written as soon as the storage can
};

} // namespace stagedoor::queue
