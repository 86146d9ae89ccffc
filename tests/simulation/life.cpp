// SPDX-License-Identifier: MIT
#include "life.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "books.hpp"
#include "src/storage/sqlite/group_commit.hpp"
#include "still_time.hpp"
#include "witness.hpp"
#include "workload.hpp"

namespace stagedoor::simulation {

namespace {

constexpr int turns_max = 1'000; // nothing in the workload needs as many to come to rest
constexpr int tries_max = 3;

} // namespace

Life::Life(test::SimulatedDisk& disk, std::string database, Tale& tale, std::uint64_t seed)
    : disk_{disk}, database_{std::move(database)}, tale_{tale}, dice_{seed} {
    const auto config = server_settings(database_).config;
    tale_.facts.hold_time = config.reservation.hold;
    tale_.facts.seats_per_user = config.reservation.max_seats_per_user;
}

Life::~Life() {
    try {
        die();
    } catch (const std::exception&) {
        // What hangs now hung because of what the test is about to hear of.
        world_.reset();
    }
}

void Life::start() {
    world_ = std::make_unique<World>(server_settings(database_), tale_.reality, dice_);
    world_->recover();
    settle();
    make_room();
}

void Life::die() {
    if (!world_) {
        return;
    }
    disk_.record(nullptr);
    disk_.mend();
    disk_.room.reset();
    auto left = disk_.content; // closing the connection would tidy up
    auto world = std::move(world_);
    world->end();
    world.reset();
    disk_.content = std::move(left);
}

void Life::stop() {
    settle();
    {
        storage::sqlite::GroupCommit last{
            world_->journal().database(), {}, [](const std::string& message) {
                throw StorageLost{message};
            }};
        static_cast<void>(last.checkpoint_and_truncate()); // a full disk keeps the log
    }
    tale_.reality.now = world_->now();
    world_->end();
    world_.reset();
    moment();
}

// ---- requests

void Life::send(Deed deed) {
    auto& facts = tale_.facts;
    deed.sequence = ++facts.sequence;
    deed.sent_at = facts.now = world_->now();
    const auto kept = std::make_shared<const Deed>(std::move(deed));
    if (kept->message.key) {
        tale_.keyed.push_back(kept);
    }
    sent(facts, kept);
    moment();
    world_->send(kept->message, [this, kept](const Response& response) { hear(kept, response); });
}

void Life::hear(const DeedPtr& deed, const Response& response) {
    tale_.facts.now = world_->now();
    note_trouble();
    answered(tale_.facts, deed, response);
    if (response.status == 503) {
        ++unavailable_;
        refused_.push_back(*deed);
    } else if (deed->kind == Deed::Kind::import && response.status < 300) {
        tale_.imported.insert(deed->concert);
    }
    moment();
}

void Life::ask(std::vector<Deed> deeds) {
    for (int tries = 0; !deeds.empty(); ++tries) {
        require(tries < tries_max, "the disk stays full: ", deeds.front().message.path);
        for (auto& deed : deeds) {
            send(std::move(deed));
        }
        settle();
        deeds = std::exchange(refused_, {});
        std::sort(deeds.begin(), deeds.end(),
                  [](const Deed& one, const Deed& other) { return one.sequence < other.sequence; });
        if (!deeds.empty()) {
            check(); // nothing of theirs has happened
            ask_about_everything();
            require(refused_.empty(), "a full disk keeps the server from reading");
        }
        make_room();
    }
}

void Life::pass(Seconds time) {
    const auto until = world_->now() + time;
    for (int tries = 0; world_->now() < until; ++tries) {
        require(tries < tries_max, "time stands still");
        world_->advance(std::chrono::ceil<Seconds>(until - world_->now()));
        settle();
        make_room();
    }
}

/// Writes and answers until nothing is under way.
void Life::settle() {
    for (int turns = 0; turns < turns_max; ++turns) {
        world_->poll();
        tale_.reality.now = tale_.facts.now = world_->now();
        moment();
        if (world_->journal().deliver()) {
            continue;
        }
        if (!world_->journal().write(1024)) {
            require(world_->recovered() && world_->running() == 0 && !world_->advancing(),
                    "something hangs");
            return;
        }
    }
    throw Broken{"nothing comes to an end"};
}

void Life::moment() {
    if (on_moment_) {
        on_moment_();
    }
}

// ---- a full disk

void Life::note_trouble() {
    if (world_->journal().full() || !world_->journal().writable()) {
        tale_.facts.trouble = ++tale_.facts.sequence;
    }
}

void Life::make_room() {
    if (!world_->journal().full() && world_->journal().writable()) {
        return;
    }
    note_trouble();
    disk_.room.reset();
    disk_.mend();
    pass_real_time(std::chrono::seconds{2});
    world_->journal().probe();
    settle();
    require(world_->journal().writable(), "the storage stays unwritable although there is room");
}

// ---- what was promised

void Life::verify() {
    check();
    ask_about_everything();
    ask_again();
    sell_one_more();
    check();
}

void Life::check() {
    check_books(tale_.facts, *world_);
    check_memory(tale_.facts, *world_);
    check_money(tale_.facts, *world_);
    const auto books = read_books(world_->journal().database());
    for (const auto& concert : tale_.imported) {
        require(books.titles.contains(concert), "an acknowledged import is not in the tables");
    }
}

void Life::ask_about_everything() {
    std::vector<Deed> deeds;
    auto& facts = tale_.facts;
    std::map<std::string, Deed> polls; // by concert and user; the forgotten have none
    for (const auto& [id, token] : facts.tokens) {
        auto& deed = polls[token.concert + ' ' + token.user];
        deed.user = token.user;
        deed.concert = token.concert;
        deed.token = id;
        deed.message.bearer = id;
        deed.message.path = "/api/v1/queue/token";
        deeds.push_back(deed);
    }
    for (const auto& [id, hold] : facts.holds) {
        if (const auto poll = polls.find(hold.concert + ' ' + hold.user); poll != polls.end()) {
            auto& deed = deeds.emplace_back(poll->second);
            deed.kind = Deed::Kind::show_reservation;
            deed.reservation = id;
            deed.message.path = "/api/v1/reservations/" + id;
        }
    }
    for (const auto& [id, payment] : facts.payments) {
        auto& deed = deeds.emplace_back();
        deed.kind = Deed::Kind::show_payment;
        deed.user = payment.user;
        deed.payment = id;
        deed.message.path = "/api/v1/payments/" + id;
    }
    for (const auto& [user, money] : facts.money) {
        auto& deed = deeds.emplace_back();
        deed.kind = Deed::Kind::show_balance;
        deed.user = user;
        deed.message.path = fmt::format("/api/v1/users/{}/balance", user);
    }
    for (auto& deed : deeds) {
        send(std::move(deed));
    }
    settle();
}

/// Whatever had a key and was answered, or cut off: it is answered as before, or for the first
/// time.
void Life::ask_again() {
    std::vector<Deed> deeds;
    std::set<std::string> scopes;
    for (const auto& deed : tale_.keyed) {
        const auto scope = key_scope(*deed);
        const auto known = tale_.facts.keys.find(scope);
        if (known != tale_.facts.keys.end() && known->second.state != KeyFacts::State::free &&
            scopes.insert(scope).second) {
            deeds.push_back(*deed);
        }
    }
    ask(std::move(deeds));
}

void Life::sell_one_more() {
    auto& facts = tale_.facts;
    const auto number = facts.lines.size();
    const auto sold = facts.payments.size();
    const auto concert = fmt::format("encore-{}", number);
    const auto amount = 60'000 + static_cast<std::int64_t>(number);
    ask({import_plan(facts, small_plan(concert, 1, 1)), charge("zoe", amount, concert)});
    std::vector<Deed> joins{join("zoe", concert)};
    if (tale_.imported.contains("gala")) {
        joins.push_back(join("zoe", "gala"));
    }
    ask(std::move(joins));
    ask({reserve(facts, "zoe", concert, {"A-1"}, concert + " hold")});
    ask({pay(facts, "zoe", concert, concert + " pay")});
    require(facts.payments.size() == sold + 1, "nothing can be sold any more");
}

} // namespace stagedoor::simulation
