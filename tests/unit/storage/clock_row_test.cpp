// SPDX-License-Identifier: MIT
#include "support/catch.hpp"

#include "fixtures.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using storage::ClockRow;
using storage::resume_instant;

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
const Instant noon = from_millis(1'700'000'000'000);
const ShownTime wall = shown_from_millis(1'600'000'000'000); // what it said at noon
const ClockRow stored{{noon, 100 * second_ns, wall}, "boot-1"};

} // namespace

TEST_CASE("a new database begins at the wall clock") {
    CHECK(to_millis(resume_instant(std::nullopt, wall, 5, "boot-1")) == to_millis(wall));
}

TEST_CASE("in the same boot the wall clock does not matter, wherever it was set") {
    const Seconds shift = GENERATE(Seconds{-86'400}, Seconds{0}, Seconds{86'400});
    CHECK(resume_instant(stored, wall + shift, 100 * second_ns, "boot-1") == noon);
    CHECK(resume_instant(stored, wall + shift, 130 * second_ns, "boot-1") == noon + Seconds{30});
    CHECK(resume_instant(stored, wall + shift, 100 * second_ns + 1'999'999, "boot-1") ==
          noon + Milliseconds{1});
}

TEST_CASE("after another boot or on another machine the wall clock tells what has passed, never "
          "less than nothing") {
    for (const char* const boot : {"boot-2", ""}) {
        CHECK(resume_instant(stored, wall + Seconds{9}, 200 * second_ns, boot) ==
              noon + Seconds{9});
        CHECK(resume_instant(stored, wall - Seconds{9}, 200 * second_ns, boot) == noon);
    }
}

TEST_CASE("a monotonic clock behind the stored one is another boot, whatever its name") {
    CHECK(resume_instant(stored, wall + Seconds{9}, 99 * second_ns, "boot-1") == noon + Seconds{9});
    CHECK(resume_instant(stored, wall - Seconds{9}, 99 * second_ns, "boot-1") == noon);
}

TEST_CASE("two boots without a name are not the same boot") {
    const ClockRow nameless{{noon, 100 * second_ns, wall}, ""};
    CHECK(resume_instant(nameless, wall + Seconds{9}, 200 * second_ns, "") == noon + Seconds{9});
}

TEST_CASE("the row is one and holds the last mark") {
    SqliteDatabase database = open_migrated(":memory:");
    CHECK_FALSE(storage::load_clock(database));
    storage::store_clock(database, {noon, 1, wall}, "boot-1");
    storage::store_clock(database, {noon + Seconds{1}, 2, wall - Seconds{5}, Seconds{7}}, "boot-2");
    const auto row = storage::load_clock(database);
    REQUIRE(row);
    CHECK(row->mark.instant == noon + Seconds{1});
    CHECK(row->mark.monotonic_ns == 2);
    CHECK(row->mark.wall == wall - Seconds{5});
    CHECK(row->mark.offset == Seconds{7});
    CHECK(row->boot_id == "boot-2");
    CHECK(storage::read_monotonic_ns() > 0);
}
