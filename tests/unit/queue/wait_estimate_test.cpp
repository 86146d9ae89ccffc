// SPDX-License-Identifier: MIT
#include "wait_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <random>

#include "line_fixture.hpp"
#include "support/catch.hpp"
#include "support/fake_clock.hpp"

using namespace stagedoor;
using namespace stagedoor::queue;
using namespace std::chrono_literals;
using test::LineFixture;
using test::start_of_test;

namespace {

std::int64_t told(LineFixture& fixture, std::size_t ticket) {
    return fixture.line.wait_seconds(fixture.line.position(fixture.ticket(ticket)), fixture.now);
}

/// A venue with people as they may be: some pay early, some stay to the end, some do not come in,
/// some give up waiting.
class History {
public:
    explicit History(unsigned seed) : dice_{seed} {
        settings_.max_active = pick({5, 20, 100, 300});
        settings_.session = Seconds{pick({120, 300, 600})};
        settings_.admissions_per_minute = pick({0, 0, 0, 30, 120});
        early_ = std::uniform_real_distribution<>{0.2, 1.0}(dice_);
        quickest_ = std::uniform_real_distribution<>{0.02, 0.5}(dice_);
        give_up_ = static_cast<double>(pick({0, 0, 1, 3})) / 10'000.0;
        late_ = pick({1, 5, 20});
        fixture_ = std::make_unique<LineFixture>(settings_);
    }

    /// Plays until the line is empty or two hours are over; the relative errors of what was told at
    /// least a minute ahead.
    std::vector<double> errors() {
        fixture_->join(static_cast<int>(settings_.max_active * pick({2, 4, 8})));
        for (int second = 0; second < 7'200; ++second) {
            step();
            if (fixture_->line.waiting() == 0) {
                break;
            }
            if (second % 10 == 0) {
                tell();
            }
            fixture_->now += 1s;
        }
        std::vector<double> errors;
        for (const auto& [ticket, at, wait] : told_) {
            const auto& token = fixture_->ticket(ticket);
            const auto truth = std::chrono::duration<double>(token.admitted_at - at).count();
            if (token.admitted_at != Instant{} && truth >= 60) {
                errors.push_back(std::abs(static_cast<double>(wait) - truth) / truth);
            }
        }
        return errors;
    }

private:
    std::int64_t pick(std::vector<std::int64_t> of) {
        return of[std::uniform_int_distribution<std::size_t>{0, of.size() - 1}(dice_)];
    }
    double chance() { return std::uniform_real_distribution<>{0, 1}(dice_); }
    Seconds some(double seconds) { return Seconds{static_cast<std::int64_t>(seconds)}; }

    void step() {
        auto& line = fixture_->line;
        leave(ends_);
        for (auto* const token : line.due(fixture_->now, 1'000'000)) {
            line.expire(*token, reason_of_time(token->status), fixture_->now);
        }
        enter();
        admit();
        for (auto* const token : fixture_->tokens) {
            if (token->status == TokenStatus::waiting && give_up_ > 0 && chance() < give_up_) {
                line.expire(*token, ExpiryReason::left, fixture_->now);
            } else {
                line.see(*token, fixture_->now);
            }
        }
        admit();
    }
    void leave(std::multimap<Instant, Token*>& ends) {
        while (!ends.empty() && ends.begin()->first <= fixture_->now) {
            auto* const token = ends.begin()->second;
            ends.erase(ends.begin());
            if (token->status == TokenStatus::entered) {
                fixture_->line.expire(*token, ExpiryReason::paid, fixture_->now);
            }
        }
    }
    void enter() {
        while (!entries_.empty() && entries_.begin()->first <= fixture_->now) {
            auto* const token = entries_.begin()->second;
            entries_.erase(entries_.begin());
            fixture_->enter(*token);
            if (chance() < early_) {
                const auto session = static_cast<double>(settings_.session.count());
                const auto stay = session * (quickest_ + (1 - quickest_) * chance());
                ends_.emplace(fixture_->now + some(stay), token);
            }
        }
    }
    void admit() {
        for (const auto ticket : fixture_->admit_all(1'000'000)) {
            if (chance() < 0.95) {
                entries_.emplace(fixture_->now + some(static_cast<double>(late_) * chance()),
                                 &fixture_->ticket(static_cast<std::size_t>(ticket)));
            }
        }
    }
    void tell() {
        const auto stride = std::max<std::size_t>(fixture_->tokens.size() / 50, 1);
        for (std::size_t ticket = 1; ticket <= fixture_->tokens.size(); ticket += stride) {
            if (fixture_->ticket(ticket).status == TokenStatus::waiting) {
                told_.push_back({ticket, fixture_->now, told(*fixture_, ticket)});
            }
        }
    }

    struct Told {
        std::size_t ticket;
        Instant at;
        std::int64_t wait;
    };

    std::mt19937 dice_;
    LineSettings settings_;
    double early_ = 0;    ///< the share of those who go before their session is over
    double quickest_ = 0; ///< of a session
    double give_up_ = 0;  ///< each second
    std::int64_t late_ = 0;
    std::unique_ptr<LineFixture> fixture_;
    std::multimap<Instant, Token*> ends_;
    std::multimap<Instant, Token*> entries_;
    std::vector<Told> told_;
};

double median(std::vector<double> values) {
    REQUIRE(!values.empty());
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

} // namespace

TEST_CASE("over random histories half of the waits that were told are right within a quarter") {
    std::vector<double> all;
    for (unsigned seed = 1; seed <= 24; ++seed) {
        const auto errors = History{seed}.errors();
        INFO("seed " << seed << ", " << errors.size() << " statements");
        if (!errors.empty()) {
            const auto of_seed = median(errors);
            INFO("median " << of_seed);
            CHECK(of_seed <= 0.5); // no history is all wrong
            all.insert(all.end(), errors.begin(), errors.end());
        }
    }
    CHECK(all.size() > 10'000);
    CHECK(median(all) <= 0.25);
}

TEST_CASE("the first in line is told when the first session ends at the latest") {
    LineFixture fixture{LineSettings{.max_active = 5, .session = 300s}};
    fixture.join(7);
    fixture.admit_all();
    for (std::size_t ticket = 1; ticket <= 5; ++ticket) {
        fixture.enter(fixture.ticket(ticket));
    }
    for (std::int64_t left = 300; left >= 20; left -= 20) {
        CHECK(std::abs(told(fixture, 6) - left) <= 5);
        CHECK(std::abs(told(fixture, 7) - left) <= 5);
        fixture.now += 20s;
    }
}

TEST_CASE("while every seat is held, room inside is of no use before somebody goes") {
    LineFixture fixture{LineSettings{.max_active = 5, .session = 300s}};
    fixture.join(5);
    for (const auto ticket : fixture.admit_all()) {
        fixture.enter(fixture.ticket(static_cast<std::size_t>(ticket)));
    }
    fixture.now += 60s;
    fixture.line.configure(LineSettings{.max_active = 9, .session = 300s});
    fixture.join(3);
    CHECK(told(fixture, 6) == 1);
    fixture.line.set_all_held(true);
    for (std::int64_t left = 240; left >= 20; left -= 20) {
        for (std::size_t ticket = 6; ticket <= 8; ++ticket) { // all of them come in at once then
            CHECK(std::abs(told(fixture, ticket) - left) <= 6);
        }
        fixture.now += 20s;
    }
    fixture.line.set_all_held(false);
    CHECK(told(fixture, 8) == 1);
}

TEST_CASE("between two admissions what is told falls as time passes") {
    for (const std::int64_t pace : {0, 6}) {
        LineSettings settings{.max_active = 10, .admissions_per_minute = pace};
        LineFixture fixture{settings};
        fixture.join(60);
        for (int minute = 0; minute < 5; ++minute) { // one goes each minute
            for (const auto ticket : fixture.admit_all()) {
                fixture.enter(fixture.ticket(static_cast<std::size_t>(ticket)));
            }
            fixture.now += 30s;
            fixture.line.expire(fixture.ticket(static_cast<std::size_t>(minute) + 1),
                                ExpiryReason::paid, fixture.now);
            fixture.admit_all();
            fixture.now += 30s;
        }
        for (const std::size_t ticket : {30U, 60U}) {
            auto before = told(fixture, ticket);
            for (int i = 0; i < 10; ++i) {
                fixture.now += 10s;
                const auto after = told(fixture, ticket);
                CHECK(after < before);
                before = after;
            }
        }
    }
}

TEST_CASE("until the line has moved the wait comes from the settings") {
    LineFixture paced{LineSettings{.max_active = 1'000, .admissions_per_minute = 6}};
    paced.join(8);
    paced.admit_all();
    for (std::size_t ticket = 2; ticket <= 8; ++ticket) {
        CHECK(told(paced, ticket) == static_cast<std::int64_t>(10 * (ticket - 1)));
    }
    LineFixture narrow{LineSettings{.max_active = 2}};
    narrow.join(6);
    narrow.admit_all();
    CHECK(std::abs(told(narrow, 4) - 600) <= 5);
    CHECK(std::abs(told(narrow, 6) - 1'200) <= 5);
}

TEST_CASE("a wait is at least a second and at most a week") {
    WaitForecast forecast;
    LineSituation situation{.max_active = 1,
                            .session = 86'400s,
                            .interval = {},
                            .last_admission = {},
                            .waiting = 1'000,
                            .active = 0,
                            .stayed = {},
                            .all_held = false};
    forecast.make(situation, start_of_test);
    CHECK(forecast.wait_seconds(1, start_of_test) == 1);
    CHECK(forecast.wait_seconds(1'000, start_of_test) == 604'800);
    situation.interval = 1min;
    situation.session = 1s;
    situation.last_admission = start_of_test;
    forecast.make(situation, start_of_test);
    CHECK(forecast.wait_seconds(1, start_of_test) == 60);
    CHECK(forecast.wait_seconds(100, start_of_test) == 6'000);
    situation.max_active = 0;
    forecast.make(situation, start_of_test);
    CHECK(forecast.wait_seconds(1, start_of_test) == 604'800);
}

TEST_CASE("the last minute ends a minute ago") {
    LineMovement movement;
    movement.admitted(start_of_test);
    movement.admitted(start_of_test + 999ms);
    movement.admitted(start_of_test + 30s);
    CHECK(movement.in_last_minute(start_of_test + 30s) == 3);
    CHECK(movement.in_last_minute(start_of_test + 59s) == 3);
    CHECK(movement.in_last_minute(start_of_test + 61s) == 1);
    CHECK(movement.in_last_minute(start_of_test + 91s) == 0);
}

TEST_CASE("those near the front ask often, the others ever more rarely up to 30 s") {
    CHECK(poll_after_seconds(0, 5s, 300s) == 5);
    CHECK(poll_after_seconds(60, 5s, 300s) == 5);
    CHECK(poll_after_seconds(71, 5s, 300s) == 5);
    CHECK(poll_after_seconds(72, 5s, 300s) == 6);
    CHECK(poll_after_seconds(120, 5s, 300s) == 10);
    CHECK(poll_after_seconds(360, 5s, 300s) == 30);
    CHECK(poll_after_seconds(604'800, 5s, 300s) == 30);
    std::int64_t before = 0;
    for (std::int64_t wait = 0; wait < 1'000; ++wait) {
        const auto after = poll_after_seconds(wait, 5s, 300s);
        CHECK(after >= before);
        before = after;
    }
}

TEST_CASE("nobody is told to ask so rarely that the place would be given up") {
    CHECK(poll_after_seconds(3'600, 5s, 60s) == 20);
    CHECK(poll_after_seconds(0, 5s, 9s) == 3);
    CHECK(poll_after_seconds(0, 5s, 1s) == 1);
}

TEST_CASE("a configured interval beyond 30 s is 30 s") {
    CHECK(poll_after_seconds(0, 60s, 3'600s) == 30);
    CHECK(poll_after_seconds(100'000, 60s, 3'600s) == 30);
}
