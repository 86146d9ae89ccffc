// SPDX-License-Identifier: MIT
// Every concert, seat and live hold of the process, and the Steps that change them: a seat is
// claimed, held, released, sold. Knows what is pending, and lets others wait for its outcome. Loop
// thread only.
#pragma once

#include <map>
#include <optional>

#include "base/event.hpp"
#include "base/journal.hpp"
#include "base/time.hpp"
#include "base/turns.hpp"
#include "hall/concert.hpp"
#include "hall/hold_map.hpp"
#include "hall/reservation.hpp"
#include "stagedoor/agenda.hpp"
#include "stagedoor/queue.hpp"
#include "stagedoor/reservation.hpp"

namespace stagedoor::reservation {

class StockService {
public:
    struct Dependencies {
        Executor executor;
        Clock& clock;
        Journal& journal;
        Turns& turns;
        Agenda& agenda;
    };

    explicit StockService(Dependencies dependencies) : dependencies_{std::move(dependencies)} {}
    StockService(const StockService&) = delete;
    StockService& operator=(const StockService&) = delete;

    /// The line, which is told when its capacity changes, and needs the stock first: set once
    /// before anything else.
    void connect(queue::Queue& queue) { queue_ = &queue; }

    /// Rebuilds everything from the tables, before the journal runs.
    void load(Database& database);

    /// nullptr where there is no such concert.
    [[nodiscard]] const Concert* find(const ConcertId& concert) const;
    [[nodiscard]] const Concert& at(const ConcertId& concert) const {
        return concerts_.at(concert);
    }
    [[nodiscard]] const std::map<ConcertId, Concert>& all() const { return concerts_; }
    [[nodiscard]] const HoldMap& holds() const { return holds_; }
    /// Nothing where there is no such concert. No seat is available while it is being imported.
    [[nodiscard]] std::optional<Capacity> capacity(const ConcertId& concert) const;

    /// The Step by which a new hold's seats are HELD; claimed, and the hold pinned, at once.
    [[nodiscard]] Step claim(const Hold& hold);
    /// The Step by which a live hold, which is pinned at once, ends as RELEASED or EXPIRED.
    [[nodiscard]] Step release(const Hold& hold, ReservationStatus status, Instant now);
    /// The Step by which a live hold, which is pinned at once, is PAID.
    [[nodiscard]] Step sell(const Hold& hold, Instant now);

    /// Releases a hold that has run out, once its user's turn has come; nothing where it was paid
    /// or released meanwhile.
    [[nodiscard]] task<void> expire_in_turn(ReservationId id, Instant now);
    /// Returns when what is pending on a hold has been decided: its Change, or its expiry where
    /// that is due.
    [[nodiscard]] task<void> await_decision(ReservationId id);

    /// While a concert is imported no seat of it is claimed.
    [[nodiscard]] bool importing(const ConcertId& concert) const {
        return importing_.contains(concert);
    }
    [[nodiscard]] task<void> await_import(ConcertId concert);
    void begin_import(const ConcertId& concert);
    /// The import is written: the concert is what `catalogue` says.
    void become(const Catalogue& catalogue);
    /// Wakes those who wait for it.
    void end_import(const ConcertId& concert) { importing_.erase(concert); }

private:
    void judge(const Hold& hold) const;
    void judge_held_seats() const;
    [[nodiscard]] SeatMap& seats_of(const Hold& hold);
    void pin(const Hold& hold);
    void unpin(const ReservationId& id);
    void decided(const ReservationId& id);
    void gone(const Hold& hold);

    Dependencies dependencies_;
    queue::Queue* queue_ = nullptr;
    std::map<ConcertId, Concert> concerts_;
    HoldMap holds_;
    std::map<ReservationId, Event> deciding_; ///< for those who wait for a pinned hold's Change
    std::map<ConcertId, Event> importing_;
};

} // namespace stagedoor::reservation
