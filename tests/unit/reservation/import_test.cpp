// SPDX-License-Identifier: MIT
// Importing a catalogue while people hold and buy.
#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

constexpr ImportOptions allow_removal{.preview = false, .allow_removal = true};

std::string conflict_field(const ImportResult& imported) {
    REQUIRE(imported.has_error());
    CHECK(imported.error().code == ImportRefusal::Code::conflict);
    CHECK_FALSE(imported.error().detail.empty());
    CHECK(imported.error().sentence() == imported.error().detail);
    return imported.error().field;
}

Catalogue repriced(std::int64_t price) {
    auto changed = catalogue();
    for (auto& seat : changed.seats) {
        seat.price = price;
    }
    return changed;
}

} // namespace

TEST_CASE("a new concert is there once it is imported") {
    Process process;
    const auto* const concert = process.stock.find(gala);
    REQUIRE(concert != nullptr);
    CHECK(concert->info().title == "Winter Gala");
    CHECK(concert->dates().size() == 2);
    CHECK(process.available() == 14);
    CHECK(process.queue.capacity_changes == 2); // written, and over
    process.check_at_rest();
}

TEST_CASE("importing again updates what is free to change") {
    Process process;
    auto changed = repriced(777);
    changed.info.title = "Winter Ball";
    changed.info.venue = "Red Hall";
    changed.info.queue["maxActive"] = 3;
    changed.dates = {Date{"2026-12-26"}, eve};
    changed.seats.pop_back();
    changed.seats.push_back({SeatNumber{"C-1"}, "S", 1});
    const auto imported = process.loop.run(process.imports.import(changed, allow_removal));
    REQUIRE(imported.has_value());
    CHECK(imported->plan->dates_added.size() == 1);
    CHECK(imported->plan->dates_removed == std::vector<Date>{day});
    const auto* const concert = process.stock.find(gala);
    CHECK(concert->info().title == "Winter Ball");
    CHECK(concert->info().queue.at("maxActive") == 3);
    CHECK(concert->dates().size() == 2);
    CHECK(concert->dates()[0].date().value == "2026-12-26");
    CHECK(concert->find(day) == nullptr);
    CHECK(process.seat("A-1").seat.price == 777);
    CHECK(process.seat("C-1").status == SeatStatus::available);
    CHECK(concert->find(eve)->find(SeatNumber{"B-1"}) == nullptr);
    CHECK(process.queue.capacity_changes == 4); // written, and over
    process.check_at_rest();

    Process second{process};
    CHECK(second.stock.find(gala)->info().venue == "Red Hall");
    CHECK(second.stock.find(gala)->dates()[0].date().value == "2026-12-26");
    CHECK(second.seat("A-1").seat.price == 777);
    second.check_at_rest();
}

TEST_CASE("importing the same again changes nothing, and writes little") {
    Process process;
    const auto kim = process.inside("kim");
    process.reserve(kim, seats({"A-1"}));
    const auto version = process.stock.find(gala)->find(eve)->version();
    const auto rows = process.journal.number("SELECT total_changes()");
    auto same = catalogue();
    std::swap(same.dates[0], same.dates[1]);
    const auto imported = process.loop.run(process.imports.import(same, allow_removal));
    REQUIRE(imported.has_value());
    CHECK(imported->plan->seats_added.count == 0);
    CHECK(imported->plan->seats_updated.count == 0);
    CHECK(process.status("A-1") == SeatStatus::held);
    CHECK(process.stock.find(gala)->find(eve)->version() == version);
    CHECK(process.stock.find(gala)->dates()[0].date() == day);
    CHECK(process.journal.number("SELECT total_changes()") - rows <= 4); // and the clock
    process.check_at_rest();

    Process second{process};
    CHECK(second.stock.find(gala)->dates()[0].date() == day);
}

TEST_CASE("an import is refused whole where it would touch what is held or sold") {
    for (const bool sold : {false, true}) {
        Process process;
        const auto kim = process.inside("kim");
        const auto hold = process.reserve(kim, seats({"A-1"}));
        if (sold) {
            auto sale = process.service.sell(gala, UserId{"kim"}, hold.id, process.clock.now());
            REQUIRE(sale.has_value());
            process.loop.run(carry_out(process.journal, std::move(sale->step)));
        }
        auto fewer_seats = catalogue();
        fewer_seats.seats.erase(fewer_seats.seats.begin());
        fewer_seats.info.title = "Changed";
        CHECK(conflict_field(
                  process.loop.run(process.imports.import(fewer_seats, allow_removal))) == "seats");
        auto fewer_dates = catalogue();
        fewer_dates.dates = {day};
        CHECK(conflict_field(
                  process.loop.run(process.imports.import(fewer_dates, allow_removal))) == "dates");
        CHECK(conflict_field(process.loop.run(
                  process.imports.import(repriced(1), allow_removal))) == "categories");
        auto renamed = catalogue();
        renamed.seats[0].category = "VIP";
        CHECK(conflict_field(process.loop.run(process.imports.import(renamed, allow_removal))) ==
              "categories");
        CHECK(process.stock.find(gala)->info().title == "Winter Gala");
        CHECK(process.seat("A-2").seat.price == 100);
        process.check_at_rest();
    }
}

TEST_CASE("an import waits for a pending hold and then judges it") {
    Process process;
    const auto kim = process.inside("kim");
    process.journal.hold();
    const auto holding = process.ask(kim, seats({"A-1"}));
    const auto importing = process.loop.start(process.imports.import(repriced(1), allow_removal));
    CHECK(process.journal.held() == 1);
    process.journal.release();
    process.loop.poll();
    CHECK(holding.get().has_value());
    CHECK(conflict_field(importing.get()) == "categories");
    process.check_at_rest();
}

TEST_CASE("an import is not kept back by a hold that was not written") {
    Process process;
    const auto kim = process.inside("kim");
    process.journal.hold();
    const auto holding = process.ask(kim, seats({"A-1"}));
    const auto importing = process.loop.start(process.imports.import(repriced(1), allow_removal));
    process.journal.fail();
    process.journal.hold();
    process.journal.repair();
    process.loop.poll();
    process.journal.release();
    process.loop.poll();
    CHECK(holding.get().has_error());
    CHECK(importing.get().has_value());
    CHECK(process.seat("A-1").seat.price == 1);
    process.check_at_rest();
}

TEST_CASE("while an import is written no seat is claimed, and then at the new price") {
    Process process;
    const auto kim = process.inside("kim");
    process.journal.hold();
    const auto importing = process.loop.start(process.imports.import(repriced(1), allow_removal));
    const auto holding = process.ask(kim, seats({"A-1"}));
    CHECK(process.journal.held() == 1);
    CHECK(process.seat("A-1").seat.price == 100); // not before it is durable
    process.journal.release();
    process.loop.poll();
    CHECK(importing.get().has_value());
    REQUIRE(holding.get().has_value());
    CHECK(holding.get()->reservation.hold.amount == 1);
    process.check_at_rest();
}

TEST_CASE("who gets the turn while an import is written does not judge by the old hall") {
    Process process;
    const auto kim = process.inside("kim");
    std::optional turn{process.loop.run(process.turns.take(gala, UserId{"kim"}))};
    const auto holding = process.ask(kim, seats({"A-1"})); // waits for the turn, not for an import
    process.journal.hold();
    const auto importing = process.loop.start(process.imports.import(repriced(1), {}));
    CHECK(process.journal.held() == 1);
    turn.reset();
    process.loop.poll();
    CHECK(process.journal.held() == 1);
    CHECK_FALSE(process.seat("A-1").claimed);
    process.journal.release();
    process.loop.poll();
    CHECK(importing.get().has_value());
    REQUIRE(holding.get().has_value());
    CHECK(holding.get()->reservation.hold.amount == 1);
    process.check_at_rest();
}

TEST_CASE("imports of one concert follow one another") {
    Process process;
    process.journal.hold();
    const auto one = process.loop.start(process.imports.import(repriced(1), allow_removal));
    const auto two = process.loop.start(process.imports.import(repriced(2), allow_removal));
    CHECK(process.journal.held() == 1);
    process.journal.release();
    process.loop.poll();
    CHECK(one.get().has_value());
    CHECK(two.get().has_value());
    CHECK(process.seat("A-1").seat.price == 2);
    process.check_at_rest();
}

TEST_CASE("an import that cannot be written changes nothing") {
    Process process;
    process.journal.fail();
    const auto imported = process.loop.run(process.imports.import(repriced(1), allow_removal));
    REQUIRE(imported.has_error());
    CHECK(imported.error().code == ImportRefusal::Code::storage_unavailable);
    CHECK(process.seat("A-1").seat.price == 100);
    process.journal.repair();
    const auto kim = process.inside("kim");
    process.reserve(kim, seats({"A-1"}));
    process.check_at_rest();
}

TEST_CASE("nothing is removed without leave, and a preview changes nothing") {
    Process process;
    auto fewer = catalogue();
    fewer.dates = {eve};
    fewer.seats.pop_back();
    fewer.info.title = "Changed";
    const auto refused = process.loop.run(process.imports.import(fewer, {}));
    CHECK(conflict_field(refused) == "dates");
    CHECK(refused.error().detail.find("--allow-removal") != std::string::npos);
    CHECK(refused.error().detail.find("2026-12-25") != std::string::npos);
    CHECK(refused.error().detail.find("8 seats") != std::string::npos); // 7 of the date, and B-1
    fewer.dates = {eve, day};
    CHECK(conflict_field(process.loop.run(process.imports.import(fewer, {}))) == "seats");

    for (const bool leave : {false, true}) {
        const auto seen = process.loop.run(process.imports.import(fewer, {true, leave}));
        REQUIRE(seen.has_value());
        CHECK(seen->preview);
        CHECK(seen->plan->seats_removed.count == 2);
    }
    CHECK(process.stock.find(gala)->info().title == "Winter Gala");
    CHECK(process.available() == 14);

    const auto done = process.loop.run(process.imports.import(fewer, allow_removal));
    REQUIRE(done.has_value());
    CHECK_FALSE(done->preview);
    REQUIRE(done->plan->seats_removed.first.size() == 2);
    CHECK(done->plan->seats_removed.first[0].seat.value == "B-1");
    CHECK(process.available() == 12);
    process.check_at_rest();
}

TEST_CASE("what is held or sold is the refusal, also where removal is allowed") {
    Process process;
    process.reserve(process.inside("kim"), seats({"A-1"}));
    auto fewer = catalogue();
    fewer.seats.erase(fewer.seats.begin());
    const auto refused = process.loop.run(process.imports.import(fewer, {true, true}));
    CHECK(conflict_field(refused) == "seats"); // a preview says it too
    CHECK(refused.error().detail.find("held or sold") != std::string::npos);
    process.check_at_rest();
}

TEST_CASE("a date that goes and comes again never has a version twice") {
    Process process;
    const auto kim = process.inside("kim");
    const auto version = [](const Process& of) {
        return of.stock.find(gala)->find(day)->version();
    };
    for (int i = 0; i < 3; ++i) {
        const auto hold = process.reserve(kim, seats({"A-1"}), day);
        process.loop.run(process.service.release(process.handle(kim), hold.id));
    }
    CHECK(version(process) == 7);
    auto without = catalogue();
    without.dates = {eve};
    REQUIRE(process.loop.run(process.imports.import(without, allow_removal)).has_value());
    process.check_at_rest();

    Process second{process}; // which must know it too
    REQUIRE(second.loop.run(second.imports.import(repriced(1), {})).has_value());
    CHECK(version(second) == 8);
    REQUIRE(second.loop.run(second.imports.import(without, allow_removal)).has_value());
    REQUIRE(second.loop.run(second.imports.import(repriced(2), {})).has_value());
    CHECK(version(second) == 9);
    second.check_at_rest();
}
