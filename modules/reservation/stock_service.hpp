// SPDX-License-Identifier: MIT
// Every concert, seat and live hold of the process, and the Steps that change them: a seat is
// claimed, held, released, sold. Knows what is pending, and lets others wait for its outcome. Loop
// thread only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

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

class StockService;

/// For as long as it is there its concert is being imported, however that ends.
class ImportTurn {
public:
    ImportTurn(std::weak_ptr<StockService*> stock, ConcertId concert)
        : stock_{std::move(stock)}, concert_{std::move(concert)} {}
    ~ImportTurn();
    ImportTurn(const ImportTurn&) = delete;
    ImportTurn& operator=(const ImportTurn&) = delete;

private:
    std::weak_ptr<StockService*> stock_; ///< gone where an import outlives the program
    ConcertId concert_;
};

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
    /// Nothing where there is no such concert. No seat is available while it is being imported,
    /// and those that are unsold are those of the old programme until it is written, and those of
    /// the new from then on, however far it is applied.
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
    /// None may be running. Nothing of the concert may be pinned. With its end those who wait for
    /// it go on, and the line hears of the capacity.
    [[nodiscard]] ImportTurn begin_import(const ConcertId& concert);

    // The import is written, and its turn is there.
    /// Comes first: the concert has `places` over all dates from now on.
    void begin_to_apply(const ConcertId& concert, std::int64_t places);
    /// A date that stays: see Concert::renew().
    void renew(const ConcertId& concert, SeatMap& renewed) { concerts_.at(concert).renew(renewed); }
    /// See Concert::change_programme(); a concert that is new is there from now on.
    std::vector<SeatMap> change_programme(ConcertInfo info, const std::vector<Date>& dates,
                                          std::vector<SeatMap> added);

private:
    friend class ImportTurn;

    struct Import {
        Event over;                                        ///< for those who wait for it
        std::optional<std::int64_t> places = std::nullopt; ///< once it is written
    };

    void end_import(const ConcertId& concert);
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
    std::map<ConcertId, Import> importing_;
    std::shared_ptr<StockService*> self_ = std::make_shared<StockService*>(this);
};

} // namespace stagedoor::reservation
