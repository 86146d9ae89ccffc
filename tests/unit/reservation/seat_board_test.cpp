// SPDX-License-Identifier: MIT
// The maps as they are sent, against one that is rendered anew for each who asks.
#include "seat_board.hpp"

#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "hall/concert.hpp"
#include "support/catch.hpp"
#include "support/fake_random.hpp"

using namespace stagedoor;
using namespace stagedoor::reservation;

namespace {

const ConcertId gala{"gala"};
const Date eve{"2026-12-24"};
const UserId nobody{"nobody"};
constexpr std::size_t ample = 100'000'000;

std::string rendered_anew(const SeatMap& map, const UserId& user) {
    auto out = fmt::format(R"({{"concertId":"gala","date":"{}","version":{},"seats":[)",
                           map.date().value, map.version());
    std::string between;
    for (const auto& state : map.seats()) {
        out += between + R"({"seatNumber":)";
        append_json_string(out, state.seat.number.value);
        out += R"(,"category":)";
        append_json_string(out, state.seat.category);
        const bool mine = state.status != SeatStatus::available && state.user == user;
        out += fmt::format(R"(,"price":{},"status":"{}","mine":{}}})", state.seat.price,
                           to_string(state.status), mine);
        between = ",";
    }
    return out + "]}";
}

Response shown(SeatBoard& board, const SeatMap& map, const UserId& user = nobody) {
    Response response;
    board.show(response, gala, map, user);
    return response;
}

Seat seat(std::size_t which, std::int64_t price = 100) {
    const char* const categories[] = {"R", "1층 \"S\"", "back\\slash", "tab\t"};
    return {SeatNumber{fmt::format("\"{}\\", which)}, categories[which % 4], price};
}

std::vector<Seat> seats(std::size_t count, std::int64_t price = 100) {
    std::vector<Seat> all;
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(seat(i, price));
    }
    return all;
}

SeatMap map_of(std::size_t count, const Date& date = eve) {
    return {date, 1, seats(count)};
}

void hold(SeatMap& map, std::size_t which, const UserId& user) {
    map.claim(std::vector{seat(which)}, ReservationId{"r"}, user);
    map.hold(std::vector{seat(which)});
}

/// A step that an on-sale may take; what it may not take is left out.
void step(SeatMap& map, test::FakeRandom& random) {
    const UserId user{"user-" + std::to_string(random.below(5))};
    const auto& state = map.seats()[random.below(map.seats().size())];
    const std::vector one{state.seat};
    const auto what = random.below(100);
    if (what == 0 && map.claimed() == 0) {
        // What is held or sold stays, as an import sees to; some other seats come and go.
        std::vector<Seat> after;
        for (const auto& old : map.seats()) {
            if (old.status != SeatStatus::available || old.claimed || random.below(8) > 0) {
                after.push_back(old.seat);
            }
        }
        after.push_back(seat(1000 + random.below(1'000'000), 7));
        SeatMap renewed{map.date(), map.version(), after};
        renewed.take_over(map);
        map = std::move(renewed);
    } else if (state.claimed) {
        what < 70 ? map.hold(one) : map.drop_claim(one);
    } else if (state.status == SeatStatus::available) {
        map.claim(one, ReservationId{"r"}, user);
    } else if (state.status == SeatStatus::held && what < 50) {
        map.release(one);
    } else if (state.status == SeatStatus::held) {
        map.sell(one);
    }
}

} // namespace

TEST_CASE("a map is shown byte for byte as if it were rendered anew, whatever has happened") {
    test::FakeRandom random{82};
    for (const std::size_t count : {1, 63, 64, 65, 200}) {
        for (const std::size_t bytes_max : {std::size_t{0}, ample}) {
            SeatBoard board{bytes_max, random};
            std::vector maps{map_of(count), map_of(count, Date{"2026-12-25"})};
            for (int i = 0; i < 1500; ++i) {
                auto& map = maps[random.below(2)];
                step(map, random);
                if (random.below(3) == 0) {
                    const UserId user{"user-" + std::to_string(random.below(6))};
                    const auto response = shown(board, map, user);
                    REQUIRE(whole_body(response) == rendered_anew(map, user));
                    REQUIRE(body_bytes(response) == whole_body(response).size());
                }
            }
        }
    }
}

TEST_CASE("only what has changed is rendered again, and the rest is shared") {
    test::FakeRandom random;
    SeatBoard board{ample, random};
    auto map = map_of(200);
    const auto before = shown(board, map).shared_body;
    REQUIRE(before.size() == 5); // four blocks, and the end
    CHECK(shown(board, map, UserId{"kim"}).shared_body == before);

    hold(map, 70, UserId{"kim"});
    const auto after = shown(board, map).shared_body;
    CHECK(after[1] != before[1]);
    CHECK(after[0] == before[0]);
    CHECK(std::vector(after.begin() + 2, after.end()) ==
          std::vector(before.begin() + 2, before.end()));

    const auto of_kim = shown(board, map, UserId{"kim"}).shared_body;
    CHECK(*of_kim[1] != *after[1]);
    CHECK(of_kim[0] == after[0]);
    CHECK(of_kim[2] == after[2]);
    CHECK(shown(board, map, UserId{"lee"}).shared_body == after);
}

TEST_CASE("what is being sent stays as it is while the map goes on") {
    test::FakeRandom random;
    SeatBoard board{0, random};
    auto map = map_of(10);
    const auto response = shown(board, map);
    const auto text = whole_body(response);
    hold(map, 3, UserId{"kim"});
    CHECK(whole_body(shown(board, map)) != text);
    CHECK(whole_body(shown(board, map_of(10, Date{"2026-12-25"}))) != text);
    CHECK(whole_body(response) == text);
}

TEST_CASE("a date that comes again, behind the versions that it has had, is another map") {
    test::FakeRandom random;
    SeatBoard board{ample, random};
    const SeatMap first{eve, 1, seats(10)};
    const SeatMap second{eve, 2, seats(10, 500)};
    CHECK(whole_body(shown(board, first)) == rendered_anew(first, nobody));
    CHECK(board.etag(second, nobody) != board.etag(first, nobody));
    CHECK(whole_body(shown(board, second)) == rendered_anew(second, nobody));
}

TEST_CASE("an etag is one user's for one state of a map, and of one process") {
    test::FakeRandom random;
    SeatBoard board{ample, random};
    SeatBoard of_next_process{ample, random};
    auto map = map_of(10);
    std::set<std::string> seen;
    for (std::size_t i = 0; i < 10; ++i) {
        for (const auto* const user : {"kim", "lee", "0", "1 kim"}) {
            const auto etag = board.etag(map, UserId{user});
            CHECK(etag.front() == '"');
            CHECK(etag.back() == '"');
            CHECK(board.etag(map, UserId{user}) == etag);
            CHECK(seen.insert(etag).second);
            CHECK(seen.insert(of_next_process.etag(map, UserId{user})).second);
        }
        hold(map, i, UserId{"kim"});
    }
}

TEST_CASE("the maps asked for last are kept, as many as there is room for") {
    test::FakeRandom random;
    const auto first = map_of(640, Date{"2026-12-24"});
    const auto second = map_of(640, Date{"2026-12-25"});
    const auto third = map_of(640, Date{"2026-12-26"});
    const auto size = body_bytes([&] {
        SeatBoard board{0, random};
        return shown(board, first);
    }());
    SeatBoard board{size * 5 / 2, random};
    const auto of_first = shown(board, first).shared_body;
    const auto of_second = shown(board, second).shared_body;
    CHECK(shown(board, first).shared_body == of_first);
    static_cast<void>(shown(board, third));
    CHECK(board.bytes() <= size * 5 / 2);
    CHECK(shown(board, first).shared_body == of_first);
    CHECK(shown(board, second).shared_body != of_second); // it was the one asked for least lately

    SeatBoard small{0, random};
    const auto kept = shown(small, first).shared_body;
    CHECK(shown(small, first).shared_body == kept); // one is kept in any case
    static_cast<void>(shown(small, second));
    CHECK(small.bytes() <= size);
}
