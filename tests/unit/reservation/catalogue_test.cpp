// SPDX-License-Identifier: MIT
// What importing over a concert means, and what it may not touch.
#include "hall/catalogue.hpp"

#include <utility>

#include "hall/concert.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::reservation;

namespace {

const Date eve{"2026-12-24"};
const Date day{"2026-12-25"};
const Seat a1{SeatNumber{"A-1"}, "R", 100};
const Seat a2{SeatNumber{"A-2"}, "R", 100};
const Seat b1{SeatNumber{"B-1"}, "S", 50};

Catalogue wanted(std::vector<Date> dates, std::vector<Seat> seats) {
    return {{ConcertId{"gala"}, "Gala", "Hall", "KRW", {}}, std::move(dates), std::move(seats)};
}

Concert concert() {
    Concert made{wanted({}, {}).info};
    made.add({eve, 1, {a1, a2}});
    made.add({day, 1, {a1, a2}});
    return made;
}

enum class Bound { claimed, held, reserved };

void bind_seat(Concert& concert, const Date& date, const Seat& seat, Bound how) {
    auto& map = *concert.find(date);
    const std::vector one{seat};
    map.claim(one, ReservationId{"r"}, UserId{"kim"});
    if (how != Bound::claimed) {
        map.hold(one);
    }
    if (how == Bound::reserved) {
        map.sell(one);
    }
}

std::string conflict(const Concert& current, const Catalogue& catalogue) {
    const auto plan = plan_import(&current, catalogue);
    REQUIRE(plan.has_error());
    CHECK(plan.error().detail.size() > 10);
    return plan.error().field;
}

} // namespace

TEST_CASE("a new concert adds all of its dates and seats") {
    const auto plan = plan_import(nullptr, wanted({eve, day}, {a1, a2, b1}));
    REQUIRE(plan.has_value());
    CHECK(plan->dates_added == std::vector<Date>{eve, day});
    CHECK(plan->seats_added.count == 6);
    CHECK(plan->seats_updated.count == 0);
    CHECK(plan->dates_removed.empty());
    CHECK(plan->seats_removed.count == 0);
}

TEST_CASE("the same again changes nothing") {
    const auto current = concert();
    const auto plan = plan_import(&current, wanted({eve, day}, {a1, a2}));
    REQUIRE(plan.has_value());
    CHECK(plan->dates_added.empty());
    CHECK(plan->dates_removed.empty());
    CHECK(plan->seats_added.count == 0);
    CHECK(plan->seats_updated.count == 0);
    CHECK(plan->seats_removed.count == 0);
}

TEST_CASE("dates and seats that come and go are counted") {
    const auto current = concert();
    const Date later{"2026-12-26"};
    const Seat dearer{a1.number, "R", 200};
    const auto plan = plan_import(&current, wanted({later, eve}, {dearer, b1}));
    REQUIRE(plan.has_value());
    CHECK(plan->dates_added == std::vector<Date>{later});
    CHECK(plan->dates_removed == std::vector<Date>{day});
    CHECK(plan->seats_added.count == 3); // two on the new date, one on the old
    CHECK(plan->seats_updated.count == 1);
    CHECK(plan->seats_removed.count == 3);
    CHECK(plan->seats_removed.first[0].date == eve); // of the date that stays
    CHECK(plan->seats_removed.first[0].seat == a2.number);
}

TEST_CASE("a date is unchanged where its seats are the same in the same order") {
    const auto unchanged = [](std::vector<Seat> seats) {
        const auto current = concert();
        const auto plan = plan_import(&current, wanted({day, Date{"2026-12-26"}, eve}, seats));
        REQUIRE(plan.has_value());
        return plan->dates_unchanged;
    };
    CHECK(unchanged({a1, a2}) == std::unordered_set<Date>{day, eve});
    CHECK(unchanged({a2, a1}).empty());
    CHECK(unchanged({a1, a2, b1}).empty());
    CHECK(unchanged({a1}).empty());
    CHECK(unchanged({a1, b1}).empty());
    CHECK(unchanged({a1, {a2.number, "R", 99}}).empty());
    CHECK(unchanged({a1, {a2.number, "S", 100}}).empty());
}

TEST_CASE("another category at the same price is a change too") {
    const auto current = concert();
    const auto plan = plan_import(&current, wanted({eve, day}, {{a1.number, "VIP", a1.price}, a2}));
    REQUIRE(plan.has_value());
    CHECK(plan->seats_updated.count == 2);
}

TEST_CASE("what is claimed, held or sold may neither go nor change") {
    for (const auto how : {Bound::claimed, Bound::held, Bound::reserved}) {
        auto current = concert();
        bind_seat(current, day, a1, how);
        CHECK(conflict(current, wanted({eve, day}, {a2})) == "seats");
        CHECK(conflict(current, wanted({eve}, {a1, a2})) == "dates");
        CHECK(conflict(current, wanted({eve, day}, {{a1.number, "R", 99}, a2})) == "categories");
        CHECK(conflict(current, wanted({eve, day}, {{a1.number, "S", 100}, a2})) == "categories");
        // Around it everything may change.
        const auto plan = plan_import(&current, wanted({day}, {b1, a1}));
        REQUIRE(plan.has_value());
        CHECK(plan->dates_removed == std::vector<Date>{eve});
        CHECK(plan->seats_removed.count == 3);
    }
}

TEST_CASE("a concert becomes what its catalogue says and keeps what is bound") {
    auto current = concert();
    bind_seat(current, day, a1, Bound::reserved);
    current.count_bought(UserId{"kim"}, 1);
    const Date later{"2026-12-26"};
    auto next = wanted({day, later}, {b1, a1});
    next.info.title = "New";
    next.info.queue["maxActive"] = 5;
    const auto version = current.find(day)->version();
    SeatMap renewed{day, 1, next.seats};
    current.renew(renewed);
    CHECK(renewed.total() == 2); // what was there before
    std::vector<SeatMap> added;
    added.emplace_back(later, 1, next.seats);
    const auto gone = current.change_programme(next.info, next.dates, std::move(added));
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].date() == eve);
    CHECK(current.info().title == "New");
    REQUIRE(current.dates().size() == 2);
    CHECK(current.dates()[0].date() == day);
    CHECK(current.dates()[0].version() == version + 1);
    CHECK(current.dates()[1].version() == 1);
    CHECK(current.find(eve) == nullptr);
    CHECK(current.find(day)->find(a1.number)->status == SeatStatus::reserved);
    CHECK(current.find(later)->find(a1.number)->status == SeatStatus::available);
    CHECK(current.bought(UserId{"kim"}) == 1);
    CHECK(current.bought(UserId{"lee"}) == 0);
    const auto capacity = current.capacity();
    CHECK(capacity.seats_available == 3);
    CHECK(capacity.seats_unsold == 3);
    CHECK(current.info().queue == queue::LineOverrides{{"maxActive", 5}});
}

TEST_CASE("a claimed seat is not available, but unsold") {
    auto current = concert();
    bind_seat(current, eve, a1, Bound::claimed);
    bind_seat(current, day, a1, Bound::held);
    CHECK(current.capacity().seats_available == 2);
    CHECK(current.capacity().seats_unsold == 4);
}

TEST_CASE("what comes, changes and goes is counted, and the first of it named") {
    std::vector<Seat> many;
    for (int i = 1; i <= 15; ++i) {
        many.push_back({SeatNumber{"C-" + std::to_string(i)}, "S", 50});
    }
    const Date later{"2026-12-26"};
    const auto current = concert();
    const auto plan = plan_import(&current, wanted({eve, later}, many));
    REQUIRE(plan.has_value());
    CHECK(plan->removes());
    CHECK(plan->seats_added.count == 30);
    REQUIRE(plan->seats_added.first.size() == SeatTally::named_max);
    CHECK(plan->seats_added.first[0].seat.value == "C-1"); // in the file's order
    CHECK(plan->seats_added.first[15].date == later);
    CHECK(plan->seats_removed.count == 4); // those of the date that goes too
    CHECK(plan->dates_removed == std::vector<Date>{day});
    const auto conflict = removal_conflict(*plan);
    CHECK(conflict.field == "dates");
    CHECK(conflict.detail.find("1 date and 4 seats") != std::string::npos);
    CHECK(conflict.detail.find("A-2 on 2026-12-24") != std::string::npos);
}

TEST_CASE("what a hold has whose time is over may go and change") {
    for (const auto how : {Bound::claimed, Bound::held, Bound::reserved}) {
        auto current = concert();
        bind_seat(current, day, a1, how);
        for (const auto& changed : {wanted({eve, day}, {a2}), wanted({eve}, {a1, a2}),
                                    wanted({eve, day}, {{a1.number, "R", 99}, a2})}) {
            CHECK(plan_import(&current, changed, {ReservationId{"another"}}).has_error());
            CHECK(plan_import(&current, changed, {ReservationId{"r"}}).has_value() ==
                  (how == Bound::held));
        }
    }
}

TEST_CASE("a conflict is foreseen with what is there, and with what comes before") {
    auto current = concert();
    bind_seat(current, day, a1, Bound::held);
    const auto field = [&](const Concert* now, const Catalogue* before, const Catalogue& catalogue,
                           const OverdueHolds& overdue = {}) {
        const auto conflict = foresee_conflict(now, before, catalogue, overdue);
        return conflict ? conflict->field : "";
    };
    const auto same = wanted({eve, day}, {a1, a2});
    const auto more = wanted({eve, day}, {a1, a2, b1});
    const auto later = wanted({eve, day, Date{"2026-12-26"}}, {a1, a2});
    const auto dearer = wanted({eve, day}, {{a1.number, "R", 200}, a2});
    CHECK(field(&current, nullptr, same).empty());
    CHECK(field(&current, nullptr, more).empty());
    CHECK(field(&current, nullptr, wanted({eve, day}, {a1})) == "seats"); // without leave
    CHECK(field(&current, nullptr, wanted({day}, {a1, a2})) == "dates");
    CHECK(field(&current, nullptr, dearer) == "categories");
    CHECK(field(&current, nullptr, dearer, {ReservationId{"r"}}).empty());
    for (const auto* const now : {&std::as_const(current), static_cast<const Concert*>(nullptr)}) {
        CHECK(field(now, &same, more).empty());
        CHECK(field(now, &more, more).empty());
        CHECK(field(now, &more, same) == "seats");
        CHECK(field(now, &later, same) == "dates");
        CHECK(field(now, &same, dearer) == (now == nullptr ? "" : "categories"));
    }
}
