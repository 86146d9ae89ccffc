// SPDX-License-Identifier: MIT
// A large hall is imported piece by piece: what others do between the pieces.
#include <boost/asio/post.hpp>

#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

constexpr ImportOptions allow_removal{.preview = false, .allow_removal = true};

/// The catalogue with another seat and, where `price` is given, other prices.
Catalogue changed(std::optional<std::int64_t> price = {}) {
    auto made = catalogue();
    made.info.title = "Winter Ball";
    made.seats.insert(made.seats.begin(), {SeatNumber{"C-1"}, "S", 1});
    for (auto& seat : made.seats) {
        seat.price = price.value_or(seat.price);
    }
    return made;
}

Catalogue large(std::int64_t price) {
    auto made = catalogue();
    made.seats.clear();
    for (int i = 0; i < 30'000; ++i) {
        made.seats.push_back({SeatNumber{std::to_string(i)}, "R", price});
    }
    return made;
}

/// An import of two dates that has been written, and of which nothing is applied yet.
Started<ImportResult> written(Process& process, Catalogue catalogue) {
    process.aside.hold();
    auto importing = process.loop.start(process.imports.import(std::move(catalogue), {}));
    process.aside.release_one(); // for the plan
    process.loop.poll();
    REQUIRE(process.journal.text("SELECT title FROM concerts") == "Winter Ball");
    REQUIRE(process.stock.find(gala)->info().title == "Winter Gala");
    return importing;
}

void finish(Process& process, const Started<ImportResult>& importing) {
    CHECK_FALSE(importing.done());
    process.aside.release();
    process.loop.poll();
    REQUIRE(importing.get().has_value());
    CHECK(process.stock.find(gala)->info().title == "Winter Ball");
    process.check_at_rest();
}

task<void> count_turns(Executor executor, const Started<ImportResult>& importing, int& turns) {
    while (!importing.done()) {
        ++turns;
        co_await asio::post(executor, use_task);
    }
}

} // namespace

TEST_CASE("others have their turn while a large hall is planned") {
    Process process;
    process.loop.run(process.imports.import(large(1), allow_removal));
    process.aside.hold();
    const auto importing = process.loop.start(process.imports.import(large(2), {}));
    process.aside.release();
    int turns = 0;
    process.loop.run(count_turns(process.loop.executor(), importing, turns));
    CHECK(importing.get().has_value());
    CHECK(turns >= 24); // two dates, 60,000 looks at a seat each
    CHECK(process.seat("29999", day).seat.price == 2);
}

TEST_CASE("a file is read, and a hall is made, beside the loop") {
    Process process;
    const auto kim = process.inside("kim");
    process.aside.hold();
    const auto before = process.aside.done();
    const auto importing = process.loop.start(process.imports.import_text(
        R"({"concertId":"gala","title":"Winter Ball","venue":"Blue Hall","currency":"KRW",)"
        R"("dates":["2026-12-24","2026-12-25"],"categories":[{"name":"R","price":5}],)"
        R"("rows":[{"row":"A","from":1,"to":6,"category":"R"}]})",
        allow_removal));
    CHECK_FALSE(importing.done());
    CHECK_FALSE(process.stock.importing(gala)); // nobody knows yet what it is about
    process.reserve(kim, seats({"A-1"}), day);
    process.aside.release();
    process.loop.poll();
    CHECK(importing.get().error().field == "categories"); // the hold that came before it
    CHECK(process.aside.done() - before == 2);
    process.check_at_rest();
}

TEST_CASE("a hold that ends while an import is applied") {
    for (const int dates_done : {0, 1, 2}) {
        Process process;
        const auto kim = process.inside("kim");
        const auto lee = process.inside("lee");
        const auto released = process.reserve(kim, seats({"A-1", "A-2"}));
        const auto paid = process.reserve(lee, seats({"A-3"}));
        const auto released_later = process.reserve(kim, seats({"A-1"}), day);
        const auto paid_later = process.reserve(lee, seats({"A-2"}), day);
        const auto importing = written(process, changed());
        for (int i = 0; i < dates_done; ++i) {
            process.aside.release_one();
            process.loop.poll();
        }
        for (const auto& hold : {released, released_later}) {
            CHECK_FALSE(process.loop.run(process.service.release(process.handle(kim), hold.id)));
        }
        for (const auto& hold : {paid, paid_later}) {
            auto sale = process.service.sell(gala, UserId{"lee"}, hold.id, process.clock.now());
            REQUIRE(sale.has_value());
            process.loop.run(carry_out(process.journal, std::move(sale->step)));
        }
        finish(process, importing);
        CHECK(process.status("A-1") == SeatStatus::available);
        CHECK(process.status("A-1", day) == SeatStatus::available);
        CHECK(process.status("A-3") == SeatStatus::reserved);
        CHECK(process.status("A-2", day) == SeatStatus::reserved);
        CHECK(process.seat("A-3").user == UserId{"lee"});
        CHECK(process.available() == 16 - 2);
    }
}

TEST_CASE("a hold that runs out while an import is applied") {
    Process process;
    const auto hold = process.reserve(process.inside("kim"), seats({"A-1"}), day);
    const auto importing = written(process, changed());
    process.clock.advance(301s);
    process.run_due();
    CHECK(process.stored("kim", hold.id) == ReservationStatus::expired);
    finish(process, importing);
    CHECK(process.status("A-1", day) == SeatStatus::available);
}

TEST_CASE("a hold whose release is being written while an import is applied") {
    Process process;
    const auto kim = process.inside("kim");
    const auto hold = process.reserve(kim, seats({"A-1"}));
    const auto importing = written(process, changed());
    process.journal.hold();
    const auto releasing =
        process.loop.start(process.service.release(process.handle(kim), hold.id));
    process.aside.release();
    process.loop.poll();
    CHECK(importing.get().has_value());
    CHECK(process.status("A-1") == SeatStatus::held); // until it is durable
    process.journal.release();
    process.loop.poll();
    CHECK(releasing.done());
    CHECK(process.status("A-1") == SeatStatus::available);
    process.check_at_rest();
}

TEST_CASE("nobody is given a seat of a hall that is half the old one and half the new one") {
    for (const int dates_done : {0, 1, 2}) {
        Process process;
        const auto kim = process.inside("kim");
        const auto importing = written(process, changed(5));
        for (int i = 0; i < dates_done; ++i) {
            process.aside.release_one();
            process.loop.poll();
        }
        CHECK(process.seat("A-1").seat.price == (dates_done == 0 ? 100 : 5));
        CHECK(process.seat("A-1", day).seat.price == (dates_done < 2 ? 100 : 5));
        CHECK(process.available() == 0); // nobody is let in
        const auto holding = process.ask(kim, seats({"A-1"}));
        CHECK_FALSE(holding.done());
        CHECK_FALSE(process.seat("A-1").claimed);
        process.aside.release();
        process.loop.poll();
        CHECK(importing.get().has_value());
        REQUIRE(holding.get().has_value());
        CHECK(holding.get()->reservation.hold.amount == 5);
        process.check_at_rest();
    }
}

TEST_CASE("which dates there are changes in one step, with what is said of the concert") {
    Process process;
    auto other = changed();
    other.dates = {Date{"2026-12-26"}, day};
    process.aside.hold();
    const auto importing = process.loop.start(process.imports.import(other, allow_removal));
    for (int i = 0; i < 3; ++i) { // the plan, and both dates
        CHECK(process.stock.find(gala)->dates().size() == 2);
        CHECK(process.stock.find(gala)->find(eve) != nullptr);
        CHECK(process.stock.find(gala)->info().title == "Winter Gala");
        REQUIRE(process.aside.release_one());
        process.loop.poll();
    }
    CHECK(process.stock.find(gala)->find(eve) == nullptr);
    CHECK(process.stock.find(gala)->dates()[0].date() == other.dates[0]);
    CHECK(process.stock.find(gala)->info().title == "Winter Ball");
    process.aside.release();
    process.loop.poll();
    CHECK(importing.get().has_value());
    CHECK(process.available() == 16);
}

TEST_CASE("what is unsold is that of the old hall until an import is written, and then that of the "
          "new one") {
    Process process;
    for (const auto& date : {eve, day}) { // sold, and all that stays of these dates
        const auto hold = process.reserve(process.inside("kim"), seats({"A-1"}), date);
        auto sale = process.service.sell(gala, UserId{"kim"}, hold.id, process.clock.now());
        REQUIRE(sale.has_value());
        process.loop.run(carry_out(process.journal, std::move(sale->step)));
    }
    auto wanted = catalogue();
    wanted.seats.resize(1);
    wanted.dates.push_back(Date{"2026-12-26"});
    const auto unsold = [&] { return process.service.capacity(gala)->seats_unsold; };
    process.aside.hold();
    process.journal.hold();
    const auto importing = process.loop.start(process.imports.import(wanted, allow_removal));
    process.aside.release_one(); // the plan
    process.loop.poll();
    CHECK(unsold() == 12);
    const auto heard = process.queue.capacity_changes;
    process.journal.release();
    process.loop.poll();
    CHECK(process.queue.capacity_changes == heard + 1);
    while (!importing.done()) {
        CHECK(unsold() == 1);
        process.aside.release_one();
        process.loop.poll();
    }
    CHECK(importing.get().has_value());
    CHECK(unsold() == 1);
    CHECK(process.available() == 1);
    process.check_at_rest();
}

TEST_CASE("the line hears of the capacity when an import ends, however it does") {
    Process process;
    const auto hold = process.reserve(process.inside("kim"), seats({"A-1"}));
    const auto before = process.queue.capacity_changes;
    SECTION("refused") {
        CHECK(process.loop.run(process.imports.import(changed(5), {})).has_error());
    }
    SECTION("seen in advance") {
        CHECK(process.loop.run(process.imports.import(changed(), {true, false})).has_value());
    }
    SECTION("not written") {
        process.journal.fail();
        CHECK(process.loop.run(process.imports.import(changed(), {})).has_error());
    }
    SECTION("broken off") {
        process.aside.fail_next();
        const auto importing = process.loop.start(process.imports.import(changed(), {}));
        CHECK_THROWS_AS(importing.get(), std::bad_alloc);
    }
    CHECK_FALSE(process.stock.importing(gala));
    CHECK(process.queue.capacity_changes == before + 1);
    CHECK(process.available() == 13);
    process.check_at_rest();
}
