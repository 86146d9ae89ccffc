// SPDX-License-Identifier: MIT
#include "simulation.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "src/storage/sqlite/database_file.hpp"
#include "still_time.hpp"
#include "witness.hpp"

namespace stagedoor::simulation {

namespace {

constexpr std::size_t running_max = 60;
constexpr int turns_max = 20'000; // nothing needs as many to come to rest

Deed by_operator(Deed::Kind kind, const std::string& concert) {
    Deed deed;
    deed.kind = kind;
    deed.concert = concert;
    deed.message.by_socket = true;
    return deed;
}

Deed import_of(const Plan& plan) {
    auto deed = by_operator(Deed::Kind::import, plan.concert);
    deed.plan = plan;
    deed.message.method = Method::post;
    deed.message.path = "/api/v1/admin/catalogue?allowRemoval=true";
    deed.message.body = plan.to_json();
    return deed;
}

} // namespace

Simulation::Simulation(Settings settings)
    : settings_{std::move(settings)},
      dice_{settings_.seed},
      server_dice_{settings_.seed ^ 0x5eed'0f5e'c7e7'5000} {}

void Simulation::run() {
    while (step_ < settings_.steps) {
        begin_show();
        while (step_ < show_ends_) {
            ++step_;
            if (settings_.progress) {
                settings_.progress(step_);
            }
            take_step();
        }
        end_show();
    }
}

void Simulation::note(std::string_view what) {
    for (const char byte : what) {
        trace_ = (trace_ ^ static_cast<unsigned char>(byte)) * 0x100'0000'01b3;
    }
    if (settings_.verbose) {
        fmt::print("{} {} {}\n", step_, world_ ? instant_text(world_->now()) : "-", what);
    }
}

// ---- shows

void Simulation::begin_show() {
    venue_ = draw_venue(dice_);
    show_ends_ = std::min(settings_.steps, step_ + 500 + dice_.below(4000));
    tight_ = chance(dice_, 30);
    disk_.copy_on_write = tight_;
    write_percent_ = pick<unsigned>(dice_, {5, 16, 16, 30});
    disk_.content = {};
    disk_.mend();
    disk_.room.reset();
    reality_ = {};
    reality_.now = parse_instant("2026-12-01T10:00:00.000Z");
    reality_.booted = reality_.now;
    facts_ = {};
    facts_.now = reality_.now;
    facts_.hold_time = venue_.config.reservation.hold;
    facts_.seats_per_user = venue_.config.reservation.max_seats_per_user;
    facts_.events.add(Occurrence::show);
    facts_.events.add(Occurrence::user, venue_.users);
    note("a new show");
    start_world();
    settle("the first start");
    for (const auto& plan : venue_.plans) {
        auto& line = facts_.lines[plan.concert];
        line.plan = plan;
        line.interval = plan.interval();
        send(import_of(plan));
        settle("the first import");
    }
    crowd_.emplace(venue_, dice_);
}

void Simulation::end_show() {
    disk_.mend();
    armed_ = false;
    rest();
    check_all();
    world_->end();
    world_.reset();
    events_ += facts_.events;
}

// ---- steps

void Simulation::take_step() {
    if (world_->aside().held() > 0 && chance(dice_, 25)) {
        world_->aside().release_one();
        world_->poll();
    }
    const auto which = dice_.below(1000);
    const auto writes = write_percent_ * 10ULL;
    if (which < writes || facts_.running.size() > running_max) {
        write();
    } else if (which < writes + 140) {
        world_->journal().deliver();
        world_->poll();
    } else if (which < writes + 170) {
        advance();
    } else if (which < writes + 190) {
        take_trouble_step(dice_.below(100));
    } else {
        send(crowd_->act(facts_));
    }
    note_trouble();
    reality_.now = facts_.now = world_->now();
    check_memory(facts_, *world_);
}

/// While the disk is full, or the loop has not heard yet that it is no more, 503 has a cause.
void Simulation::note_trouble() {
    if (world_->journal().full() || !world_->journal().writable()) {
        facts_.trouble = ++facts_.sequence;
    }
}

void Simulation::take_trouble_step(std::uint64_t which) {
    if (tight_ && which < 30) {
        change_room();
    } else if (which < 15) {
        arm_crash();
    } else if (which < 27) {
        crash(chance(dice_, 50));
    } else if (which < 35) {
        change_room();
    } else if (which < 42) {
        if (!armed_) {
            rest();
            check_all();
        }
    } else if (which < 60) {
        operate();
    } else {
        pass_real_time(std::chrono::seconds{2});
        if (world_->journal().full()) {
            note_trouble();
            if (chance(dice_, 50)) {
                disk_.room.reset();
            }
            if (!armed_) {
                world_->journal().probe();
            }
            facts_.events.add(Occurrence::disk_full_over, world_->journal().full() ? 0 : 1);
        }
        world_->poll();
    }
}

void Simulation::send(Deed deed) {
    deed.sequence = ++facts_.sequence;
    deed.sent_at = facts_.now = world_->now();
    const auto kept = std::make_shared<const Deed>(std::move(deed));
    note(to_string(kept->kind));
    note(kept->message.path);
    sent(facts_, kept);
    world_->send(kept->message, [this, kept](const Response& response) { hear(kept, response); });
}

void Simulation::hear(const DeedPtr& deed, const Response& response) {
    facts_.now = world_->now();
    note_trouble();
    note(fmt::format("{} {} {} {}", deed->sequence, deed->user, response.status, response.body));
    answered(facts_, deed, response);
    if (!crowd_) {
        return;
    }
    if (chance(dice_, 3)) {
        facts_.events.add(Occurrence::lost_answer);
    } else {
        crowd_->hear(facts_, deed, response);
    }
}

void Simulation::operate() {
    const auto& plan = facts_.lines.at(pick(dice_, venue_.plans).concert).plan;
    if (chance(dice_, 50)) {
        send(import_of(draw_change(dice_, plan, ++imports_)));
        return;
    }
    auto deed = by_operator(Deed::Kind::set_state, plan.concert);
    deed.state = pick<std::string>(dice_, {"PAUSED", "CLOSED", "OPEN", "OPEN", "OPEN"});
    deed.message.method = Method::put;
    deed.message.path = fmt::format("/api/v1/admin/concerts/{}/queue/state", plan.concert);
    deed.message.body = fmt::format(R"({{"state":"{}"}})", deed.state);
    send(std::move(deed));
}

void Simulation::write() {
    try {
        const bool was_full = world_->journal().full();
        const bool wrote = world_->journal().write(chance(dice_, 50) ? 1024 : 1 + dice_.below(4));
        if (!was_full && world_->journal().full()) {
            facts_.events.add(Occurrence::disk_full);
            note("the disk is full");
        }
        if (wrote && !armed_) {
            check_money(facts_, *world_);
        }
        if (chance(dice_, 50)) {
            world_->journal().deliver();
        }
        world_->poll();
    } catch (const StorageLost& lost) {
        require(disk_.failed(), "the storage was given up without cause: ", lost.what());
        facts_.events.add(power_armed_ ? Occurrence::crash_in_group : Occurrence::crash_io_error);
        crash(power_armed_ || chance(dice_, 50));
    }
}

void Simulation::advance() {
    if (world_->advancing()) {
        return write();
    }
    auto by = Seconds{pick<int>(
        dice_, {1, 1, 2, 5, 5, 9, 10, 11, 30, 60, 60, 61, 119, 120, 121, 299, 300, 301, 600})};
    if (dice_.below(150) == 0) {
        by = std::chrono::hours{24};
    } else if (!facts_.holds.empty() && chance(dice_, 30)) { // to the very end of some hold
        auto hold = facts_.holds.begin();
        std::advance(hold, static_cast<long>(dice_.below(facts_.holds.size())));
        if (hold->second.expires_at > facts_.now) {
            by = std::chrono::ceil<Seconds>(hold->second.expires_at - facts_.now);
        }
    }
    note(fmt::format("{} seconds pass", by.count()));
    world_->advance(by);
}

void Simulation::change_room() {
    if (disk_.room) {
        disk_.room.reset();
    } else {
        disk_.room = static_cast<std::int64_t>(dice_.below(tight_ ? 100'000 : 200'000));
    }
    note("the disk has another room");
}

/// The disk fails at one of the next calls, in the middle of whatever the writer does then.
void Simulation::arm_crash() {
    armed_ = true;
    power_armed_ = chance(dice_, 60);
    if (power_armed_) {
        disk_.lose_power_after(dice_.below(12));
        return;
    }
    const auto call = pick<test::DiskCall>(dice_, {test::DiskCall::write, test::DiskCall::sync});
    disk_.fail(call, 1 + dice_.below(8),
               call == test::DiskCall::write ? SQLITE_IOERR_WRITE : SQLITE_IOERR_FSYNC,
               chance(dice_, 50));
}

// ---- the end of a process, and the next

void Simulation::crash(bool power_cut) {
    note(power_cut ? "the power is cut" : "the process is killed");
    facts_.events.add(power_cut ? Occurrence::crash_power : Occurrence::crash_kill);
    reality_.now = facts_.now = world_->now();
    kill();
    crashed(facts_);
    if (power_cut) {
        disk_.content.cut_power(dice_);
    }
    disk_.room.reset();
    armed_ = false;
    restart();
}

/// The world ends, and the disk keeps what it had: closing the connection would tidy up.
void Simulation::kill() {
    auto left = disk_.content;
    if (world_) {
        world_->end();
        world_.reset();
    }
    disk_.mend();
    disk_.content = std::move(left);
}

void Simulation::restart() {
    for (;;) {
        if (chance(dice_, 40)) {
            reality_.now += Seconds{dice_.below(400)};
        }
        if (chance(dice_, 30)) {
            reality_.booted = reality_.now;
            ++reality_.boot;
        }
        const bool fails = chance(dice_, 15);
        if (fails) {
            disk_.lose_power_after(dice_.below(40));
        }
        try {
            start_world();
            settle("the recovery");
            break;
        } catch (const Broken&) {
            throw;
        } catch (const std::exception& error) {
            require(fails && disk_.failed(), "the restart failed: ", error.what());
        }
        note("the power is cut during the recovery");
        facts_.events.add(Occurrence::crash_in_recovery);
        kill();
        disk_.content.cut_power(dice_);
    }
    disk_.mend();
    check_all();
}

void Simulation::start_world() {
    world_ = std::make_unique<World>(
        World::Settings{venue_.config, venue_.checkpoint_pages, settings_.database}, reality_,
        server_dice_);
    world_->aside().hold();
    world_->recover();
    facts_.now = world_->now();
}

/// Writes and answers until nothing is under way.
void Simulation::settle(const char* what) {
    for (int turns = 0; turns < turns_max; ++turns) {
        world_->poll();
        if (world_->aside().release_one() || world_->journal().deliver()) {
            continue;
        }
        if (!world_->journal().write(1024)) {
            require(world_->recovered() && world_->running() == 0 && !world_->advancing(),
                    "something hangs at ", what);
            reality_.now = facts_.now = world_->now();
            return;
        }
    }
    throw Broken{fmt::format("no end of {}", what)};
}

/// Nothing is under way, nothing is due, and the disk takes writes.
void Simulation::rest() {
    disk_.room.reset();
    for (int again = 0; again < 3; ++again) {
        settle("rest");
        if (world_->journal().full()) {
            note_trouble();
            world_->journal().probe();
            facts_.events.add(Occurrence::disk_full_over);
        }
        pass_real_time(std::chrono::seconds{2});
    }
    settle("rest");
    require(world_->journal().writable(), "the storage stays unwritable although there is room");
}

void Simulation::check_all() {
    check_books(facts_, *world_);
    check_memory(facts_, *world_);
    check_places();
}

/// Where nothing keeps the next in line out, the next is in.
void Simulation::check_places() {
    for (const auto& [concert, line] : facts_.lines) {
        const auto view = world_->modules().queue().line_view(ConcertId{concert});
        const auto capacity = world_->modules().reservations().capacity(ConcertId{concert});
        if (!view || view->state != "OPEN" || view->waiting == 0 ||
            view->active >= view->max_active || capacity->seats_available == 0) {
            continue;
        }
        const bool paced =
            !line.admissions.empty() &&
            facts_.now < line.admissions.rbegin()->second + line.plan.interval() + Milliseconds{1};
        require(paced, "a place stays free though somebody waits");
    }
}

} // namespace stagedoor::simulation
