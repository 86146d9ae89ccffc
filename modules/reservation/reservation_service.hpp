// SPDX-License-Identifier: MIT
// The use cases of seats: catalogue, holds, and the part that a payment plays on them. Decides
// against memory, commits through the journal, applies. Owns every concert, seat and hold of the
// process. Loop thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/journal.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/turns.hpp"
#include "catalogue.hpp"
#include "concert.hpp"
#include "hold_map.hpp"
#include "reservation_record.hpp"
#include "stagedoor/agenda.hpp"
#include "stagedoor/queue.hpp"
#include "stagedoor/reservation.hpp"

namespace stagedoor::reservation {

struct ReservationSettings {
    Seconds hold{300};
    std::int64_t max_seats_per_user = 4;
};

/// A seat of a request that somebody has.
struct SeatConflict {
    SeatNumber seat;
    SeatStatus status;
};

struct ReserveRefusal {
    enum class Code {
        not_inside = 1, ///< the token is over or still waits: `token`
        no_such_date,
        no_such_seat, ///< `detail` names it
        seat_limit,
        seat_taken, ///< `conflicts`
        session_ending,
        storage_unavailable, ///< it did not happen
    };
    Code code;
    std::optional<queue::TokenView> token;
    std::vector<SeatConflict> conflicts;
    std::string detail;
};

struct Reserved {
    Reservation reservation;
    bool created = false; ///< false where the user held exactly these seats already
};

/// Makes the Change that stores the answer with the reservation (see Idempotency).
using KeepReserved = std::function<Change(const Reserved&)>;

enum class ReleaseRefusal {
    no_such_reservation = 1, ///< none with this id that is the user's
    hold_gone,               ///< it is PAID or EXPIRED
    not_inside,              ///< the token is over
    storage_unavailable,     ///< it did not happen
};

class ReservationService final : public Reservations, public Scheduled {
public:
    struct Dependencies {
        Executor executor;
        Clock& clock;
        Random& random;
        Journal& journal;
        Turns& turns;
        Agenda& agenda;
    };

    ReservationService(Dependencies dependencies, ReservationSettings settings);

    /// The line, which needs this service first: set once before anything else.
    void connect(queue::Queue& queue) { queue_ = &queue; }

    /// Rebuilds everything from the tables, before the journal runs.
    void load(Database& database);

    /// nullptr where there is no such concert.
    [[nodiscard]] const Concert* find(const ConcertId& concert) const;
    [[nodiscard]] const std::map<ConcertId, Concert>& all() const { return concerts_; }
    [[nodiscard]] std::size_t live_holds() const { return holds_.size(); }

    struct Unwritten {}; ///< the storage cannot write: nothing was changed
    using ImportRefusal = std::variant<ImportConflict, Unwritten>;
    [[nodiscard]] task<result<ImportPlan, ImportRefusal>> import(Catalogue catalogue);

    /// All of `seats` (at least one, none twice) or none, for whom the token is of.
    [[nodiscard]] task<result<Reserved, ReserveRefusal>>
    reserve(TokenId token, Date date, std::vector<SeatNumber> seats, KeepReserved keep);
    [[nodiscard]] task<std::optional<Reservation>> find(ConcertId concert, UserId user,
                                                        ReservationId id);
    [[nodiscard]] task<std::optional<ReleaseRefusal>> release(TokenId token, ReservationId id);

    // Reservations
    [[nodiscard]] std::optional<Capacity> capacity(const ConcertId& concert) const override;
    [[nodiscard]] std::vector<ConcertId> concerts() const override;
    void receive(const Visitor& visitor) override;
    [[nodiscard]] Step depart(const ConcertId& concert, const UserId& user, Instant now) override;
    [[nodiscard]] result<Sale, SaleRefusal> sell(const ConcertId& concert, const UserId& user,
                                                 const SaleSubject& subject,
                                                 Instant arrived) override;

    // Scheduled
    [[nodiscard]] std::optional<Instant> next_due() const override { return holds_.next_expiry(); }
    [[nodiscard]] task<void> run_due(Instant now) override;

private:
    using VisitorKey = std::pair<ConcertId, UserId>;

    /// What a request to reserve comes to, judged against memory.
    struct Existing {
        ReservationId id;
    };
    struct WaitFor {
        ReservationId id; ///< a hold whose pending Change, or due expiry, decides
    };
    struct Claim {
        Hold hold;
    };
    using Judgement = std::variant<Existing, WaitFor, Claim, ReserveRefusal>;

    [[nodiscard]] Judgement judge(const queue::TokenView& token, const Date& date,
                                  const std::vector<SeatNumber>& numbers, Instant now);
    [[nodiscard]] std::optional<ReserveRefusal>
    refuse_visitor(const queue::TokenView& token, std::size_t wanted, Instant now) const;
    [[nodiscard]] Hold make_hold(const queue::TokenView& token, const Concert& concert,
                                 const SeatMap& map, const std::vector<SeatNumber>& numbers,
                                 Instant now);
    [[nodiscard]] task<result<Reserved, ReserveRefusal>> write_claim(TokenId token, Hold hold,
                                                                     KeepReserved keep);
    [[nodiscard]] task<result<Reserved, ReserveRefusal>> answer_existing(ReservationId id,
                                                                         KeepReserved keep);

    [[nodiscard]] Step claim_step(const Hold& hold);
    [[nodiscard]] Step release_step(const Hold& hold, ReservationStatus status, Instant now);
    [[nodiscard]] Step sell_step(const Hold& hold, Instant now);

    [[nodiscard]] task<void> await_import(ConcertId concert);
    [[nodiscard]] task<void> await_decision(ReservationId id);
    [[nodiscard]] task<void> expire_in_turn(ReservationId id, Instant now);
    void pin(const Hold& hold);
    void settle(const ReservationId& id);
    [[nodiscard]] SeatMap& seats_of(const Hold& hold);

    Dependencies dependencies_;
    ReservationSettings settings_;
    queue::Queue* queue_ = nullptr;
    std::map<ConcertId, Concert> concerts_;
    HoldMap holds_;
    std::map<VisitorKey, Visitor> visitors_;  ///< who is inside
    std::map<ReservationId, Event> deciding_; ///< for those who wait for a pinned hold's Change
    std::map<ConcertId, Event> importing_;    ///< no seat is claimed meanwhile
};

} // namespace stagedoor::reservation
