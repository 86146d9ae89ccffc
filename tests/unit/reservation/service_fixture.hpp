// SPDX-License-Identifier: MIT
// A reservation service with the line faked: one process, which a second one on the same database
// can follow.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "catalogue_service.hpp"
#include "modules/queue/queue_store.hpp"
#include "reservation_service.hpp"
#include "reservation_store.hpp"
#include "stock_service.hpp"
#include "support/fake_agenda.hpp"
#include "support/fake_aside.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_journal.hpp"
#include "support/fake_random.hpp"
#include "support/memory_database.hpp"
#include "support/run.hpp"

namespace stagedoor::test {

using namespace std::chrono_literals;
using namespace stagedoor::reservation;

inline const ConcertId gala{"gala"};
inline const Date eve{"2026-12-24"};
inline const Date day{"2026-12-25"};

inline const Statement make_line{"INSERT INTO queue_lines VALUES "
                                 "('gala', 'OPEN', 999, 999, 0, 0, 0, 0) ON CONFLICT DO NOTHING"};
inline const Statement drop_token{"DELETE FROM queue_tokens WHERE user_id = $1"};
inline const Statement put_token{
    "INSERT INTO queue_tokens (token, concert_id, user_id, ticket_number, status, reason, "
    "joined_at, admitted_at, entered_at, expires_at, expired_at) "
    "SELECT randomblob(16), 'gala', $1, COALESCE(MAX(ticket_number), 0) + 1, $2, "
    "IIF($2 = 'EXPIRED', 'LEFT', NULL), 1, 1, 1, 1, 1 FROM queue_tokens"};

/// A line in which a test says who is where. Entering hands over as the true one does, and the
/// tokens lie in its table, since the audit looks there.
class FakeQueue final : public queue::Queue {
public:
    FakeJournal* journal = nullptr;
    mutable std::map<std::string, queue::TokenView, std::less<>> tokens;
    Reservations* reservations = nullptr;
    Seconds session{600};
    bool can_expire = true; ///< false: what is due cannot be written
    int capacity_changes = 0;
    std::vector<Instant> kept_until;

    TokenId put(const std::string& user, queue::TokenStatus status, Instant now = start_of_test) {
        const TokenId token{"qt_" + user};
        auto& view = tokens[token.value];
        view = {};
        view.concert = gala;
        view.user.value = user;
        view.status = status;
        write(journal->database(), view);
        if (status == queue::TokenStatus::entered) {
            hand_over(view, now);
        }
        return token;
    }

    [[nodiscard]] queue::TokenHandle find(std::string_view token) const override {
        const auto found = tokens.find(token);
        return {found == tokens.end() ? nullptr : &found->second};
    }
    [[nodiscard]] std::shared_ptr<const void> use(queue::TokenHandle&) const override { return {}; }
    [[nodiscard]] queue::TokenView view(queue::TokenHandle token) const override {
        return record_of(token);
    }
    [[nodiscard]] task<queue::TokenView> recall(queue::TokenHandle token) const override {
        co_return record_of(token);
    }
    [[nodiscard]] task<std::optional<queue::TokenView>> expire_if_due(queue::TokenHandle token,
                                                                      Instant) override {
        co_return can_expire ? std::optional{record_of(token)} : std::nullopt;
    }
    [[nodiscard]] Step keep_inside(queue::TokenHandle token, Instant now, Instant until) override {
        Step step;
        auto entered = record_of(token);
        entered.status = queue::TokenStatus::entered;
        step.change = Change{[entered](Transaction& transaction) { write(transaction, entered); }};
        step.apply.emplace_back([this, token, now, until] {
            auto& view = record_of(token);
            kept_until.push_back(until);
            if (view.status == queue::TokenStatus::admitted) {
                view.status = queue::TokenStatus::entered;
                hand_over(view, now);
            }
        });
        return step;
    }
    [[nodiscard]] Step expire(queue::TokenHandle, queue::ExpiryReason, Instant) override {
        return {};
    }
    void capacity_changed(const ConcertId&) override { ++capacity_changes; }

private:
    static queue::TokenView& record_of(queue::TokenHandle token) {
        return *static_cast<queue::TokenView*>(token.record);
    }
    /// To the Database, or as part of a Change.
    template<class Writer>
    static void write(Writer& writer, const queue::TokenView& view) {
        writer.run(make_line, {});
        writer.run(drop_token, {view.user.value});
        writer.run(put_token, {view.user.value, to_string(view.status)});
    }
    void hand_over(const queue::TokenView& view, Instant now) {
        reservations->receive({view.concert, view.user, now + session});
    }
};

inline Catalogue catalogue() {
    Catalogue made;
    made.info = {gala, "Winter Gala", "Blue Hall", "KRW", {}};
    made.dates = {eve, day};
    for (const auto* number : {"A-1", "A-2", "A-3", "A-4", "A-5", "A-6"}) {
        made.seats.push_back({SeatNumber{number}, "R", 100});
    }
    made.seats.push_back({SeatNumber{"B-1"}, "S", 50});
    return made;
}

inline std::vector<SeatNumber> seats(std::initializer_list<const char*> numbers) {
    std::vector<SeatNumber> made;
    for (const auto* number : numbers) {
        made.push_back(SeatNumber{number});
    }
    return made;
}

inline Change keep_nothing(const Reserved&) {
    return {};
}

struct Process {
    Process() : Process{memory_database(), 1} {
        REQUIRE(loop.run(imports.import(catalogue(), {})).has_value());
    }

    /// A process that finds what another has left.
    explicit Process(Process& before)
        : Process{before.journal.take_database(), before.random.next()} {
        clock.advance(before.clock.now() - clock.now());
        stock.load(journal.database());
    }

    Process(storage::sqlite::SqliteDatabase database, std::uint64_t seed)
        : random{seed},
          journal{loop.executor(), std::move(database)},
          stock{{loop.executor(), clock, journal, turns, agenda}},
          service{{loop.executor(), clock, random, journal, turns, stock}, {}} {
        queue.reservations = &service;
        queue.journal = &journal;
        stock.connect(queue);
        service.connect(queue);
    }

    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    /// Whoever still waits for the disk is given up while everything that they know is alive.
    ~Process() {
        while (journal.held() > 0) {
            journal.drop();
            loop.poll();
        }
    }

    using Answer = result<Reserved, ReserveRefusal>;

    queue::TokenHandle handle(const TokenId& token) { return queue.find(token.value); }

    Started<Answer> ask(const TokenId& token, std::vector<SeatNumber> numbers,
                        const Date& date = eve) {
        return loop.start(service.reserve(handle(token), date, std::move(numbers), keep_nothing));
    }
    Answer try_reserve(const TokenId& token, std::vector<SeatNumber> numbers,
                       const Date& date = eve) {
        return ask(token, std::move(numbers), date).get();
    }
    Hold reserve(const TokenId& token, std::vector<SeatNumber> numbers, const Date& date = eve) {
        const auto reserved = try_reserve(token, std::move(numbers), date);
        REQUIRE(reserved.has_value());
        CHECK(reserved->created);
        return reserved->reservation.hold;
    }
    ReserveRefusal::Code refused(const TokenId& token, std::vector<SeatNumber> numbers,
                                 const Date& date = eve) {
        const auto reserved = try_reserve(token, std::move(numbers), date);
        REQUIRE(reserved.has_error());
        return reserved.error().code;
    }

    TokenId inside(const std::string& user) {
        return queue.put(user, queue::TokenStatus::entered, clock.now());
    }

    const SeatState& seat(const std::string& number, const Date& date = eve) {
        const auto* const found = stock.find(gala)->find(date)->find(SeatNumber{number});
        REQUIRE(found != nullptr);
        return *found;
    }
    SeatStatus status(const std::string& number, const Date& date = eve) {
        return seat(number, date).status;
    }
    std::int64_t available() { return service.capacity(gala)->seats_available; }
    std::optional<Reservation> find(const std::string& user, const ReservationId& id) {
        return loop.run(service.find(gala, UserId{user}, id));
    }
    ReservationStatus stored(const std::string& user, const ReservationId& id) {
        const auto found = find(user, id);
        REQUIRE(found);
        return found->status;
    }
    void run_due() { loop.run(service.run_due(clock.now())); }

    /// Nothing may be left half done; memory and tables must say the same.
    void check_at_rest() {
        CHECK(loop.idle());
        CHECK(turns.idle());
        CHECK(audit(journal.database()).empty());
        CHECK(stock.find(gala)->find(eve)->claimed() == 0);
        for (const auto& map : stock.find(gala)->dates()) {
            CHECK(map.version() ==
                  journal.number("SELECT version FROM concert_dates WHERE concert_id = 'gala' AND "
                                 "date = '" +
                                 map.date().value + "'"));
            for (const auto& state : map.seats()) {
                const auto row = journal.text(
                    "SELECT COALESCE(MAX(status || ' ' || reservation_id), 'AVAILABLE ') FROM "
                    "seats WHERE concert_id = 'gala' AND date = '" +
                    map.date().value + "' AND seat_number = '" + state.seat.number.value + "'");
                CHECK(row == std::string{to_string(state.status)} + " " + state.reservation.value);
            }
        }
    }

    Loop loop;
    FakeClock clock;
    FakeRandom random;
    FakeAgenda agenda;
    FakeAside aside{loop.executor()};
    FakeQueue queue;
    Turns turns{loop.executor()};
    FakeJournal journal;
    StockService stock;
    CatalogueService imports{{loop.executor(), journal, aside, stock}, "KRW", {}};
    ReservationService service;
};

} // namespace stagedoor::test
