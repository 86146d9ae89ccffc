// SPDX-License-Identifier: MIT
// A queue service with everything around it faked: one process, which a second one on the same
// database can follow.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "queue_service.hpp"
#include "queue_store.hpp"
#include "support/fake_agenda.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_journal.hpp"
#include "support/fake_random.hpp"
#include "support/memory_database.hpp"
#include "support/run.hpp"

namespace stagedoor::test {

using namespace std::chrono_literals;
using namespace stagedoor::queue;

inline const ConcertId gala{"gala"};

/// Concerts whose capacity a test sets, and who came and went.
class FakeReservations final : public reservation::Reservations {
public:
    std::map<ConcertId, reservation::Capacity> known{{gala, {1000, 1000}}};
    mutable std::map<ConcertId, LineOverrides> overrides;
    std::vector<reservation::Visitor> received;
    std::vector<std::string> departed;
    int departures_undone = 0;
    std::set<UserId> satisfied; ///< who owns as many seats as one may have

    [[nodiscard]] std::optional<reservation::Capacity>
    capacity(const ConcertId& concert) const override {
        const auto found = known.find(concert);
        return found == known.end() ? std::nullopt : std::optional{found->second};
    }
    [[nodiscard]] bool may_own_more(const ConcertId&, const UserId& user) const override {
        return !satisfied.contains(user);
    }
    [[nodiscard]] const LineOverrides* line_overrides(const ConcertId& concert) const override {
        return known.contains(concert) ? &overrides[concert] : nullptr;
    }
    [[nodiscard]] std::vector<ConcertId> concerts() const override { return {gala}; }
    void receive(const reservation::Visitor& visitor) override { received.push_back(visitor); }
    [[nodiscard]] Step depart(const ConcertId&, const UserId& user, Instant) override {
        Step step;
        step.apply.emplace_back([this, user] { departed.push_back(user.value); });
        step.undo.emplace_back([this] { ++departures_undone; });
        return step;
    }
    [[nodiscard]] result<reservation::Sale, reservation::SaleRefusal>
    sell(const ConcertId&, const UserId&, const reservation::SaleSubject&, Instant) override {
        return reservation::SaleRefusal::hold_gone;
    }
};

inline LineSettings room_for(std::int64_t max_active, std::int64_t per_minute = 0) {
    LineSettings settings;
    settings.max_active = max_active;
    settings.admissions_per_minute = per_minute;
    return settings;
}

struct Process {
    explicit Process(const LineSettings& settings) : Process{settings, memory_database(), 1} {}

    /// A process that finds what another has left, `down` after it stopped.
    Process(const LineSettings& settings, Process& before, Milliseconds down = 0ms)
        : Process{settings, before.journal.take_database(), before.random.next()} {
        clock.advance(before.clock.now() + down - clock.now());
        reservations.known = before.reservations.known;
        reservations.overrides = before.reservations.overrides;
        service.load(journal.database());
    }

    Process(const LineSettings& settings, storage::sqlite::SqliteDatabase database,
            std::uint64_t seed)
        : random{seed},
          journal{loop.executor(), std::move(database)},
          service{{loop.executor(), clock, random, journal, turns, agenda, reservations},
                  settings} {}

    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    /// Whoever still waits for the disk is given up while everything that they know is alive.
    ~Process() {
        while (journal.held() > 0) {
            journal.drop();
            loop.poll();
        }
    }

    TokenId join(const std::string& user) {
        const auto joined = loop.run(service.join(gala, UserId{user}));
        REQUIRE(joined.has_value());
        return service.id_of(joined->token);
    }
    TokenHandle handle(const TokenId& token) {
        const auto found = service.find(token.value);
        REQUIRE(found);
        return found;
    }
    JoinRefusal refused_join(const std::string& user) {
        const auto joined = loop.run(service.join(gala, UserId{user}));
        REQUIRE(joined.has_error());
        return joined.error();
    }
    std::optional<EntryRefusal> enter(const TokenId& token) {
        return loop.run(service.enter(handle(token)));
    }
    std::optional<EntryRefusal> leave(const TokenId& token) {
        return loop.run(service.leave(handle(token)));
    }
    /// Time passes, and what falls due in it happens, each at its own instant.
    void advance(Milliseconds by) {
        const auto until = clock.now() + by;
        for (auto due = service.next_due(); due && *due <= until; due = service.next_due()) {
            clock.advance(std::max(*due, clock.now()) - clock.now());
            loop.run(service.run_due(clock.now()));
        }
        clock.advance(until - clock.now());
    }

    TokenStatus status(const TokenId& token) { return view(token).status; }
    ExpiryReason reason(const TokenId& token) { return view(token).reason; }
    std::int64_t position(const TokenId& token) { return view(token).position; }
    TokenView view(const TokenId& token) { return service.view(handle(token)); }
    LineView line() { return service.line_view(gala).value(); }

    /// What the table says of a token.
    std::string stored(const TokenId& token) {
        return journal.text("SELECT COALESCE((SELECT status || COALESCE(' ' || reason, '') FROM "
                            "queue_tokens WHERE 'qt_' || lower(hex(token)) = '" +
                            token.value + "'), 'none')");
    }
    /// Nothing may be left half done, and the tables must be sound.
    void check_at_rest() {
        CHECK(loop.idle());
        CHECK(turns.idle());
        CHECK(audit(journal.database()).empty());
    }

    Loop loop;
    FakeClock clock;
    FakeRandom random;
    FakeAgenda agenda;
    FakeReservations reservations;
    Turns turns{loop.executor()};
    FakeJournal journal;
    QueueService service;
};

} // namespace stagedoor::test
