// SPDX-License-Identifier: MIT
// The judge is only worth something if it convicts: answers that break a promise, one at a time,
// beside the same that keep it.
#include "support/catch.hpp"

#include <fmt/format.h>

#include "witness.hpp"

using namespace stagedoor;
using namespace stagedoor::simulation;
using Kind = Deed::Kind;

namespace {

constexpr const char* noon = "2026-12-01T12:00:00.000Z";

/// A line with room for two, one a second, and what is asked and answered there.
struct Bench {
    Facts facts;

    Bench() {
        facts.now = parse_instant(noon);
        auto& line = facts.lines["gala"];
        line.plan.concert = "gala";
        line.plan.max_active = 2;
        line.plan.admissions_per_minute = 60;
        line.plan.entry_window = Seconds{120};
        line.plan.session = Seconds{600};
        line.plan.abandon_after = Seconds{300};
        line.limit = 2;
        line.interval = line.plan.interval();
    }

    [[nodiscard]] std::string in(int seconds) const {
        return instant_text(facts.now + Seconds{seconds});
    }

    DeedPtr send(Kind kind, const std::string& user, std::function<void(Deed&)> more = {}) {
        Deed deed;
        deed.kind = kind;
        deed.user = user;
        deed.concert = kind == Kind::charge ? "" : "gala";
        deed.token = "qt_" + user;
        if (more) {
            more(deed);
        }
        deed.sequence = ++facts.sequence;
        deed.sent_at = facts.now;
        auto kept = std::make_shared<const Deed>(std::move(deed));
        sent(facts, kept);
        return kept;
    }

    void answer(const DeedPtr& deed, int status, std::string body, bool replay = false) {
        auto response = json_response(status, std::move(body));
        if (replay) {
            response.headers.emplace_back("Idempotent-Replay", "true");
        }
        answered(facts, deed, response);
    }

    [[nodiscard]] std::string place(const std::string& user, const char* status, int ticket,
                                    int position, const std::string& until) const {
        return fmt::format(R"({{"token":"qt_{0}","concertId":"gala","userId":"{0}","status":"{1}",)"
                           R"("ticketNumber":{2},"position":{3},"ahead":0,"expiresAt":"{4}"}})",
                           user, status, ticket, position, until);
    }

    void join(const std::string& user, const char* status, int ticket, int position, int until) {
        answer(send(Kind::join, user), 201, place(user, status, ticket, position, in(until)));
    }
    void poll(const std::string& user, const char* status, int ticket, int position, int until) {
        answer(send(Kind::poll, user), 200, place(user, status, ticket, position, in(until)));
    }

    DeedPtr ask_for_seat(const std::string& user) {
        return send(Kind::reserve, user, [](Deed& deed) {
            deed.date = "2026-12-24";
            deed.seats = {"A-1"};
        });
    }
    void hold(const DeedPtr& deed, const std::string& id, int seconds = 300) {
        answer(deed, 201,
               fmt::format(
                   R"({{"reservationId":"{}","concertId":"gala","userId":"{}","date":"2026-12-24",)"
                   R"("status":"HELD","seats":[{{"seatNumber":"A-1","category":"R","price":100}}],)"
                   R"("amount":100,"currency":"KRW","heldAt":"{}","expiresAt":"{}"}})",
                   id, deed->user, in(0), in(seconds)));
    }
    void hold(const std::string& user, const std::string& id) { hold(ask_for_seat(user), id); }

    void pay(const std::string& user, const std::string& reservation, const std::string& id,
             int balance_after) {
        const auto deed = send(Kind::pay, user, [&](Deed& one) { one.reservation = reservation; });
        answer(deed, 201,
               fmt::format(R"({{"paymentId":"{}","reservationId":"{}","amount":100,)"
                           R"("balanceAfter":{},"paidAt":"{}"}})",
                           id, reservation, balance_after, in(0)));
    }

    DeedPtr ask_for_charge(const std::string& user, int amount, const char* key = nullptr) {
        return send(Kind::charge, user, [&](Deed& deed) {
            deed.amount = amount;
            deed.message.path = "/charges";
            deed.message.body = fmt::format("{}", amount);
            if (key != nullptr) {
                deed.message.key = key;
            }
        });
    }
    [[nodiscard]] static std::string charged(const DeedPtr& deed, const char* id, int balance) {
        return fmt::format(R"({{"chargeId":"{}","userId":"{}","amount":{},"balance":{}}})", id,
                           deed->user, deed->amount, balance);
    }
};

/// Two people inside, one of whom holds the seat A-1.
struct Inside : Bench {
    Inside() {
        join("ann", "ADMITTED", 1, 0, 120);
        facts.now += Seconds{1};
        join("bob", "ADMITTED", 2, 0, 120);
        const auto deed = ask_for_charge("ann", 500);
        answer(deed, 201, charged(deed, "c1", 500));
        hold("ann", "r1");
    }
};

} // namespace

TEST_CASE_METHOD(Bench, "a place only ever gets better") {
    join("ann", "WAITING", 1, 3, 300);
    poll("ann", "WAITING", 1, 2, 300);
    CHECK_THROWS_AS(poll("ann", "WAITING", 1, 3, 300), Broken);
}

TEST_CASE_METHOD(Bench, "nobody who was admitted waits again") {
    join("ann", "ADMITTED", 1, 0, 120);
    poll("ann", "ADMITTED", 1, 0, 120);
    CHECK_THROWS_AS(poll("ann", "WAITING", 1, 1, 300), Broken);
}

TEST_CASE_METHOD(Bench, "an entry window does not move") {
    join("ann", "ADMITTED", 1, 0, 120);
    CHECK_THROWS_AS(poll("ann", "ADMITTED", 1, 0, 121), Broken);
}

TEST_CASE_METHOD(Bench, "admission is in the order of tickets") {
    join("ann", "WAITING", 1, 1, 300);
    join("bob", "WAITING", 2, 2, 300);
    poll("bob", "ADMITTED", 2, 0, 120);
    CHECK_THROWS_AS(poll("ann", "WAITING", 1, 1, 300), Broken);
}

TEST_CASE_METHOD(Bench, "admission keeps its pace") {
    join("ann", "ADMITTED", 1, 0, 120);
    facts.now += Milliseconds{999};
    CHECK_THROWS_AS(join("bob", "ADMITTED", 2, 0, 120), Broken);
    facts.now += Milliseconds{1};
    CHECK_NOTHROW(join("eve", "ADMITTED", 3, 0, 120));
}

TEST_CASE_METHOD(Bench, "a ticket is one person's") {
    join("ann", "WAITING", 1, 1, 300);
    CHECK_THROWS_AS(join("bob", "WAITING", 1, 2, 300), Broken);
}

TEST_CASE_METHOD(Bench, "a token ends for a cause") {
    join("ann", "WAITING", 1, 1, 300);
    const auto over = [&](const char* reason) {
        answer(send(Kind::poll, "ann"), 401,
               fmt::format(R"({{"code":"token-expired","reason":"{}"}})", reason));
    };
    facts.now += Seconds{299};
    CHECK_THROWS_AS(over("ABANDONED"), Broken);
    CHECK_THROWS_AS(over("LEFT"), Broken);
    facts.now += Seconds{1};
    CHECK_NOTHROW(over("ABANDONED"));
    CHECK_THROWS_AS(poll("ann", "WAITING", 1, 1, 300), Broken);
}

TEST_CASE_METHOD(Bench, "503 needs a full disk") {
    const auto deed = send(Kind::join, "ann");
    const char* const unavailable = R"({"code":"storage-unavailable"})";
    SECTION("there was none") {
        CHECK_THROWS_AS(answer(deed, 503, unavailable), Broken);
    }
    SECTION("there was one") {
        facts.trouble = ++facts.sequence;
        CHECK_NOTHROW(answer(deed, 503, unavailable));
    }
}

TEST_CASE_METHOD(Inside, "a seat is held by one") {
    CHECK_THROWS_AS(hold("bob", "r2"), Broken);
    facts.now += Seconds{300};
    CHECK_NOTHROW(hold("bob", "r3"));
}

TEST_CASE_METHOD(Inside, "a hold lasts as long as was said") {
    facts.now += Seconds{300};
    CHECK_THROWS_AS(hold(ask_for_seat("bob"), "r2", 301), Broken);
    CHECK_THROWS_AS(hold(ask_for_seat("bob"), "r3", 299), Broken);
}

TEST_CASE_METHOD(Inside, "a live hold can be paid") {
    const auto deed = send(Kind::pay, "ann", [](Deed& one) { one.reservation = "r1"; });
    CHECK_THROWS_AS(answer(deed, 410, R"({"code":"hold-gone"})"), Broken);
}

TEST_CASE_METHOD(Inside, "a payment takes what the seat costs, once, and in time") {
    SECTION("so it does") {
        pay("ann", "r1", "p1", 400);
        CHECK(facts.earned == 100);
        CHECK_THROWS_AS(pay("ann", "r1", "p2", 300), Broken);
    }
    SECTION("too little") {
        CHECK_THROWS_AS(pay("ann", "r1", "p1", 500), Broken);
    }
    SECTION("of another's hold") {
        CHECK_THROWS_AS(pay("bob", "r1", "p1", 0), Broken);
    }
    SECTION("after the end of the hold") {
        facts.now += Seconds{300};
        CHECK_THROWS_AS(pay("ann", "r1", "p1", 400), Broken);
    }
}

TEST_CASE_METHOD(Inside, "a seat that is sold stays sold") {
    pay("ann", "r1", "p1", 400);
    facts.now += Seconds{600};
    CHECK_THROWS_AS(hold("bob", "r2"), Broken);
}

TEST_CASE_METHOD(Bench, "a key answers once, and the same") {
    const auto first = ask_for_charge("ann", 7, "k");
    answer(first, 201, charged(first, "c1", 7));
    const auto again = [&] { return ask_for_charge("ann", 7, "k"); };
    SECTION("the same answer") {
        answer(again(), 201, charged(first, "c1", 7), true);
        CHECK(facts.charged == 7);
    }
    SECTION("another") {
        CHECK_THROWS_AS(answer(again(), 201, charged(first, "c1", 8), true), Broken);
    }
    SECTION("a second effect") {
        CHECK_THROWS_AS(answer(again(), 201, charged(first, "c2", 14)), Broken);
    }
    SECTION("another body") {
        CHECK_THROWS_AS(answer(ask_for_charge("ann", 8, "k"), 201, charged(first, "c1", 7), true),
                        Broken);
    }
}

TEST_CASE_METHOD(Bench, "a balance is what was charged") {
    const auto first = ask_for_charge("ann", 7);
    CHECK_THROWS_AS(answer(first, 201, charged(first, "c1", 8)), Broken);
}
