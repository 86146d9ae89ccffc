// SPDX-License-Identifier: MIT
// The till with the true line and the true seats beside it, so that a payment is seen as a whole;
// the disk, the clock and chance are faked.
#pragma once

#include <string>
#include <vector>

#include "catalogue_service.hpp"
#include "ledger_store.hpp"
#include "modules/queue/queue_store.hpp"
#include "modules/reservation/reservation_store.hpp"
#include "payment_service.hpp"
#include "payment_store.hpp"
#include "queue_service.hpp"
#include "reservation_service.hpp"
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
using payment::Payment;
using payment::PayRefusal;
using reservation::SaleSubject;
using reservation::SeatsOfDate;
using reservation::SeatStatus;

inline const ConcertId gala{"gala"};
inline const Date eve{"2026-12-24"};

inline std::vector<SeatNumber> seats(std::initializer_list<const char*> numbers) {
    std::vector<SeatNumber> made;
    for (const auto* number : numbers) {
        made.push_back(SeatNumber{number});
    }
    return made;
}

inline SaleSubject named(std::initializer_list<const char*> numbers) {
    return SeatsOfDate{eve, seats(numbers)};
}

/// Six seats at 100, room for two people.
struct Till {
    Till() {
        stock.connect(queue);
        reservations.connect(queue);
        reservation::Catalogue catalogue;
        catalogue.info = {gala, "Winter Gala", "Blue Hall", "KRW", {}};
        catalogue.dates = {eve};
        for (const auto* number : {"A-1", "A-2", "A-3", "A-4", "A-5", "A-6"}) {
            catalogue.seats.push_back({SeatNumber{number}, "R", 100});
        }
        REQUIRE(loop.run(imports.import(catalogue, {})).has_value());
    }
    Till(const Till&) = delete;
    Till& operator=(const Till&) = delete;
    ~Till() {
        while (journal.held() > 0) {
            journal.drop();
            loop.poll();
        }
    }

    using Answer = result<std::shared_ptr<const Payment>, PayRefusal>;

    TokenId join(const std::string& user) {
        const auto joined = loop.run(queue.join(gala, UserId{user}));
        REQUIRE(joined.has_value());
        return queue.id_of(joined->token);
    }
    queue::TokenHandle handle(const TokenId& token) {
        const auto found = queue.find(token.value);
        REQUIRE(found);
        return found;
    }
    TokenId inside(const std::string& user) {
        const auto token = join(user);
        CHECK_FALSE(loop.run(queue.enter(handle(token))));
        return token;
    }
    reservation::Hold hold(const TokenId& token, std::vector<SeatNumber> numbers) {
        const auto held =
            loop.run(reservations.reserve(handle(token), eve, std::move(numbers),
                                          [](const reservation::Reserved&) { return Change{}; }));
        REQUIRE(held.has_value());
        return held->reservation.hold;
    }
    void charge(const std::string& user, std::int64_t amount) {
        REQUIRE(loop.run(till.charge(UserId{user}, amount, keep_no_charge)).has_value());
    }
    Started<Answer> ask(const TokenId& token, SaleSubject subject) {
        return loop.start(till.pay(handle(token), std::move(subject), keep_nothing));
    }
    Answer pay(const TokenId& token, SaleSubject subject) {
        return ask(token, std::move(subject)).get();
    }
    PayRefusal refused(const TokenId& token, SaleSubject subject) {
        const auto answer = pay(token, std::move(subject));
        REQUIRE(answer.has_error());
        return answer.error();
    }

    SeatStatus seat(const std::string& number) {
        return stock.find(gala)->find(eve)->find(SeatNumber{number})->status;
    }
    std::int64_t balance(const std::string& user) { return loop.run(till.balance(UserId{user})); }
    queue::TokenView view(const TokenId& token) { return queue.view(handle(token)); }
    void run_due() {
        loop.run(reservations.run_due(clock.now()));
        loop.run(queue.run_due(clock.now()));
    }

    /// Nothing may be left half done, and all tables must be sound.
    void check_at_rest() {
        CHECK(loop.idle());
        CHECK(turns.idle());
        auto& database = journal.database();
        CHECK(queue::audit(database).empty());
        CHECK(reservation::audit(database).empty());
        CHECK(payment::audit(database).empty());
        CHECK(payment::audit_ledger(database).empty());
        CHECK(journal.number("SELECT SUM(balance) FROM accounts") == 0);
        CHECK(journal.number("SELECT COALESCE(SUM(amount), 0) FROM ledger_entries") == 0);
    }

    static Change keep_nothing(const std::shared_ptr<const Payment>&) { return {}; }
    static Change keep_no_charge(const std::shared_ptr<const payment::Charge>&) { return {}; }

    static queue::LineSettings settings() {
        queue::LineSettings made;
        made.max_active = 2;
        return made;
    }

    Loop loop;
    FakeClock clock;
    FakeRandom random;
    FakeAgenda agenda;
    FakeAside aside{loop.executor()};
    Turns turns{loop.executor()};
    FakeJournal journal{
        loop.executor(), memory_database(), {&payment::load_balance, &payment::store_balance}};
    reservation::StockService stock{{loop.executor(), clock, journal, turns, agenda}};
    reservation::CatalogueService imports{{loop.executor(), journal, aside, stock}, "KRW", {}};
    reservation::ReservationService reservations{
        {loop.executor(), clock, random, journal, turns, stock}, {}};
    queue::QueueService queue{
        {loop.executor(), clock, random, journal, turns, agenda, reservations}, settings()};
    payment::PaymentService till{{clock, random, journal, turns, queue, reservations}};
};

} // namespace stagedoor::test
