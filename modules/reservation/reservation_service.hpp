// SPDX-License-Identifier: MIT
// The use cases of who is inside: reserve, look, release, and the part that a payment plays on a
// hold. Decides against the stock, commits through the journal, applies. Loop thread only.
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
#include "hall/hold_map.hpp"
#include "hall/reservation.hpp"
#include "reservation_settings.hpp"
#include "stagedoor/agenda.hpp"
#include "stagedoor/queue.hpp"
#include "stagedoor/reservation.hpp"
#include "stock_service.hpp"

namespace stagedoor::reservation {

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
        StockService& stock;
    };

    ReservationService(Dependencies dependencies, ReservationSettings settings);

    /// The line, which needs this service first: set once before anything else.
    void connect(queue::Queue& queue) { queue_ = &queue; }

    /// All of `seats` (at least one, none twice) or none, for whom the token is of.
    [[nodiscard]] task<result<Reserved, ReserveRefusal>>
    reserve(queue::TokenHandle token, Date date, std::vector<SeatNumber> seats, KeepReserved keep);
    [[nodiscard]] task<std::optional<Reservation>> find(ConcertId concert, UserId user,
                                                        ReservationId id);
    [[nodiscard]] task<std::optional<ReleaseRefusal>> release(queue::TokenHandle token,
                                                              ReservationId id);

    // Reservations
    [[nodiscard]] std::optional<Capacity> capacity(const ConcertId& concert) const override;
    [[nodiscard]] bool may_own_more(const ConcertId& concert, const UserId& user) const override;
    [[nodiscard]] const queue::LineOverrides*
    line_overrides(const ConcertId& concert) const override;
    [[nodiscard]] std::vector<ConcertId> concerts() const override;
    void receive(const Visitor& visitor) override;
    [[nodiscard]] Step depart(const ConcertId& concert, const UserId& user, Instant now) override;
    [[nodiscard]] result<Sale, SaleRefusal> sell(const ConcertId& concert, const UserId& user,
                                                 const SaleSubject& subject,
                                                 Instant arrived) override;

    // Scheduled
    [[nodiscard]] std::optional<Instant> next_due() const override {
        return dependencies_.stock.holds().next_expiry();
    }
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
    [[nodiscard]] task<result<Reserved, ReserveRefusal>> write_claim(queue::TokenHandle token,
                                                                     Hold hold, KeepReserved keep);
    [[nodiscard]] task<result<Reserved, ReserveRefusal>> answer_existing(ReservationId id,
                                                                         KeepReserved keep);

    [[nodiscard]] Step end_step(const Hold& hold, Instant now);

    Dependencies dependencies_;
    ReservationSettings settings_;
    queue::Queue* queue_ = nullptr;
    std::map<VisitorKey, Visitor> visitors_; ///< who is inside
};

} // namespace stagedoor::reservation
