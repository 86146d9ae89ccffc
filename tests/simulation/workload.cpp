// SPDX-License-Identifier: MIT
#include "workload.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace stagedoor::simulation {

namespace {

using Kind = Deed::Kind;

constexpr const char* date = "2026-12-24";

void give_key(Deed& deed, const std::string& key) {
    if (!key.empty()) {
        deed.message.key = key;
    }
}

const std::string& latest_token(const Facts& facts, const std::string& user,
                                const std::string& concert) {
    const std::string* latest = nullptr;
    std::int64_t ticket = 0;
    for (const auto& [id, token] : facts.tokens) {
        if (token.user == user && token.concert == concert && token.ticket > ticket) {
            latest = &id;
            ticket = token.ticket;
        }
    }
    require(latest != nullptr, user, " has no token of ", concert);
    return *latest;
}

/// One that is held where there is one.
const std::string& latest_hold(const Facts& facts, const std::string& user,
                               const std::string& concert) {
    const std::string* latest = nullptr;
    const HoldFacts* known = nullptr;
    for (const auto& [id, hold] : facts.holds) {
        if (hold.user != user || hold.concert != concert) {
            continue;
        }
        const bool held = hold.state == HoldState::held;
        const bool known_held = known != nullptr && known->state == HoldState::held;
        if (known == nullptr || (held && !known_held) ||
            (held == known_held && hold.held_at > known->held_at)) {
            latest = &id;
            known = &hold;
        }
    }
    require(latest != nullptr, user, " has no hold in ", concert);
    return *latest;
}

} // namespace

// ---- deeds

Plan small_plan(const std::string& concert, int seats, std::int64_t max_active) {
    Plan plan;
    plan.concert = concert;
    plan.title = concert;
    plan.dates = {date};
    plan.prices = {{"R", 50'000}};
    for (int seat = 1; seat <= seats; ++seat) {
        plan.seats[fmt::format("A-{}", seat)] = "R";
    }
    plan.max_active = max_active;
    return plan;
}

Deed import_plan(Facts& facts, const Plan& plan) {
    if (!facts.lines.contains(plan.concert)) {
        facts.lines[plan.concert].plan = plan;
        facts.lines[plan.concert].interval = plan.interval();
    }
    Deed deed;
    deed.kind = Kind::import;
    deed.concert = plan.concert;
    deed.plan = plan;
    deed.message.method = Method::post;
    deed.message.path = "/api/v1/admin/catalogue?allowRemoval=true";
    deed.message.body = plan.to_json();
    deed.message.by_socket = true;
    return deed;
}

Deed join(const std::string& user, const std::string& concert) {
    Deed deed;
    deed.kind = Kind::join;
    deed.user = user;
    deed.concert = concert;
    deed.message.method = Method::post;
    deed.message.path = fmt::format("/api/v1/concerts/{}/queue/tokens", concert);
    deed.message.body = fmt::format(R"({{"userId":"{}"}})", user);
    return deed;
}

Deed charge(const std::string& user, std::int64_t amount, const std::string& key) {
    Deed deed;
    deed.kind = Kind::charge;
    deed.user = user;
    deed.amount = amount;
    deed.message.method = Method::post;
    deed.message.path = fmt::format("/api/v1/users/{}/balance/charges", user);
    deed.message.body = fmt::format(R"({{"amount":{}}})", amount);
    give_key(deed, key);
    return deed;
}

Deed with_token(const Facts& facts, Kind kind, const std::string& user,
                const std::string& concert) {
    Deed deed;
    deed.kind = kind;
    deed.user = user;
    deed.concert = concert;
    deed.token = latest_token(facts, user, concert);
    deed.message.bearer = deed.token;
    deed.message.path = "/api/v1/queue/token";
    if (kind == Kind::enter) {
        deed.message.method = Method::post;
        deed.message.path += "/entry";
    } else if (kind == Kind::leave) {
        deed.message.method = Method::delete_;
    }
    return deed;
}

Deed reserve(const Facts& facts, const std::string& user, const std::string& concert,
             std::vector<std::string> seats, const std::string& key) {
    auto deed = with_token(facts, Kind::reserve, user, concert);
    deed.date = date;
    deed.message.method = Method::post;
    deed.message.path = "/api/v1/reservations";
    deed.message.body =
        fmt::format(R"({{"date":"{}","seatNumbers":["{}"]}})", date, fmt::join(seats, "\",\""));
    deed.seats = std::move(seats);
    give_key(deed, key);
    return deed;
}

Deed release(const Facts& facts, const std::string& user, const std::string& concert) {
    auto deed = with_token(facts, Kind::release, user, concert);
    deed.reservation = latest_hold(facts, user, concert);
    deed.message.method = Method::delete_;
    deed.message.path = "/api/v1/reservations/" + deed.reservation;
    return deed;
}

Deed pay(const Facts& facts, const std::string& user, const std::string& concert,
         const std::string& key) {
    auto deed = with_token(facts, Kind::pay, user, concert);
    deed.reservation = latest_hold(facts, user, concert);
    deed.message.method = Method::post;
    deed.message.path = "/api/v1/payments";
    deed.message.body = fmt::format(R"({{"reservationId":"{}"}})", deed.reservation);
    give_key(deed, key);
    return deed;
}

// ---- the acts

namespace {

void open_the_house(Life& life) {
    auto& facts = life.tale().facts;
    life.ask({import_plan(facts, small_plan("gala", 5, 2))});
    life.ask({import_plan(facts, small_plan("matinee", 2, 3)), charge("ann", 120'000, "ann-1"),
              charge("eve", 50'000, "")});
}

void stand_in_line(Life& life) {
    const auto& facts = life.tale().facts;
    life.ask({join("ann", "gala"), join("bob", "gala"), join("cay", "gala"), join("dan", "gala"),
              join("eve", "matinee")});
    life.ask({with_token(facts, Kind::enter, "ann", "gala"), join("fay", "gala")});
    life.ask({with_token(facts, Kind::leave, "cay", "gala"),
              with_token(facts, Kind::poll, "dan", "gala"), join("dan", "gala")});
}

void hold_seats(Life& life) {
    const auto& facts = life.tale().facts;
    life.ask({reserve(facts, "ann", "gala", {"A-1", "A-2"}, "ann-2"),
              reserve(facts, "bob", "gala", {"A-2", "A-3"}, "bob-1"), // one of them is taken
              charge("bob", 30'000, "bob-2")});
    life.ask({reserve(facts, "bob", "gala", {"A-3"}, "bob-3")});
    life.ask({pay(facts, "bob", "gala", "bob-4")}); // too little money
    life.ask({release(facts, "bob", "gala"), charge("bob", 40'000, "")});
    life.ask({reserve(facts, "bob", "gala", {"A-3"}, "")});
}

void pay_for_them(Life& life) {
    const auto& facts = life.tale().facts;
    life.ask({pay(facts, "ann", "gala", "ann-3"), charge("cay", 1'000, "cay-1")});
    life.ask({pay(facts, "bob", "gala", "bob-4"), charge("bob", 30'000, "bob-2"),
              with_token(facts, Kind::poll, "dan", "gala"), join("ann", "gala")});
}

void let_time_pass(Life& life) {
    const auto& facts = life.tale().facts;
    life.ask({reserve(facts, "dan", "gala", {"A-4"}, "dan-1"), join("gus", "gala")});
    life.pass(Seconds{121}); // fay has missed the entry
    life.ask({with_token(facts, Kind::enter, "ann", "gala"),
              with_token(facts, Kind::poll, "gus", "gala")});
    life.pass(Seconds{200}); // the hold has run out
    life.ask({reserve(facts, "dan", "gala", {"A-4"}, "dan-2"), charge("dan", 50'000, "dan-3")});
    life.ask({pay(facts, "dan", "gala", "dan-4")});
}

void stop_and_start_again(Life& life) {
    life.stop();
    life.start();
    const auto& facts = life.tale().facts;
    life.ask({with_token(facts, Kind::poll, "ann", "gala"), join("ivy", "gala"),
              charge("ivy", 70'000, "ivy-1")});
}

void sell_out(Life& life) {
    const auto& facts = life.tale().facts;
    life.ask({join("eve", "matinee"), join("hal", "matinee"), join("ivy", "matinee"),
              join("joe", "matinee"), charge("hal", 50'000, "")});
    life.ask({reserve(facts, "eve", "matinee", {"A-1"}, "eve-1"),
              reserve(facts, "hal", "matinee", {"A-2"}, "hal-1"),
              reserve(facts, "ivy", "matinee", {"A-2"}, "ivy-2")});
    life.ask({pay(facts, "eve", "matinee", "eve-2"), pay(facts, "hal", "matinee", "hal-2")});
    life.ask({with_token(facts, Kind::poll, "joe", "matinee")}); // who waited for nothing
}

void begin_another_day(Life& life) {
    auto& facts = life.tale().facts;
    life.pass(std::chrono::hours{24});
    auto plan = small_plan("gala", 8, 3);
    plan.title = "gala again";
    life.ask({import_plan(facts, plan), join("kim", "gala"), charge("kim", 60'000, "kim-1")});
    life.ask({reserve(facts, "kim", "gala", {"A-8"}, "kim-2")});
    life.ask({pay(facts, "kim", "gala", "kim-3"), join("lou", "gala")});
}

void sell_on(Life& life) {
    const auto& facts = life.tale().facts;
    life.ask({join("mia", "gala"), join("ned", "gala"), charge("mia", 100'000, "mia-1")});
    life.ask({reserve(facts, "mia", "gala", {"A-5", "A-6"}, "mia-2"),
              with_token(facts, Kind::enter, "ned", "gala")});
    life.ask({reserve(facts, "lou", "gala", {"A-7"}, "lou-1")});
    life.ask({pay(facts, "mia", "gala", "mia-3")});
    life.ask({release(facts, "lou", "gala"), charge("ned", 50'000, "ned-1")});
    life.ask({reserve(facts, "ned", "gala", {"A-7"}, "ned-2")});
    life.ask({with_token(facts, Kind::leave, "lou", "gala")});
    life.ask({pay(facts, "ned", "gala", "ned-3"), join("lou", "gala")});
}

constexpr std::array all{
    Act{"the house opens", open_the_house},
    Act{"a line forms", stand_in_line},
    Act{"seats are held", hold_seats},
    Act{"they are paid", pay_for_them},
    Act{"time passes", let_time_pass},
    Act{"a stop and a start", stop_and_start_again},
    Act{"the matinee sells out", sell_out},
    Act{"another day", begin_another_day},
    Act{"it sells on", sell_on},
};

} // namespace

std::span<const Act> acts() {
    return all;
}

Tale first_tale() {
    Tale tale;
    tale.reality.now = parse_instant("2026-12-01T10:00:00.000Z");
    tale.reality.booted = tale.reality.now;
    tale.facts.now = tale.reality.now;
    return tale;
}

World::Settings server_settings(std::string database) {
    World::Settings settings;
    settings.checkpoint_pages = 40;
    settings.database = std::move(database);
    return settings;
}

} // namespace stagedoor::simulation
