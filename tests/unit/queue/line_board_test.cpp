// SPDX-License-Identifier: MIT
// The public state of a line: the same bytes for everybody, for a second.
#include "line_board.hpp"

#include <boost/json/parse.hpp>

#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

struct BoardFixture : Process {
    BoardFixture() : Process{room_for(1)} {}

    LineBoard::Shown show() {
        const auto* const shown = board.show(gala);
        REQUIRE(shown != nullptr);
        return *shown;
    }

    LineBoard board{service, clock};
};

} // namespace

TEST_CASE("the board shows what everybody may know and nothing else") {
    BoardFixture fixture;
    fixture.join("kim");
    fixture.join("lee");
    const auto body = boost::json::parse(fixture.show().body).as_object();
    CHECK(body.size() == 9);
    CHECK(body.at("concertId") == "gala");
    CHECK(body.at("state") == "OPEN");
    CHECK(body.at("waiting") == 1);
    CHECK(body.at("active") == 1);
    CHECK(body.at("maxActive") == 1);
    CHECK(body.at("servingNumber") == 1);
    CHECK(body.at("admittedTotal") == 1);
    CHECK(body.at("ratePerMinute") == 1);
    CHECK(body.at("updatedAt") == "2026-12-24T10:00:00.000Z");
}

TEST_CASE("no board is shown for a concert that is not there") {
    BoardFixture fixture;
    CHECK(fixture.board.show(ConcertId{"none"}) == nullptr);
}

TEST_CASE("within a second the bytes are the same, whoever joins") {
    BoardFixture fixture;
    const auto before = fixture.show();
    fixture.join("kim");
    fixture.clock.advance(999ms);
    CHECK(fixture.show().body == before.body);
    CHECK(fixture.show().etag == before.etag);
    fixture.clock.advance(1ms);
    const auto after = fixture.show();
    CHECK(after.body != before.body);
    CHECK(after.etag != before.etag);
    CHECK(boost::json::parse(after.body).at("active") == 1);
}

TEST_CASE("a change of state is shown at once") {
    BoardFixture fixture;
    const auto before = fixture.show();
    fixture.join("kim");
    CHECK(fixture.loop.run(fixture.service.set_state(ConcertId{gala}, LineState::paused)));
    const auto paused = fixture.show();
    CHECK(paused.etag != before.etag);
    CHECK(boost::json::parse(paused.body).at("state") == "PAUSED");
    CHECK(boost::json::parse(paused.body).at("active") == 1);
    fixture.reservations.known[gala] = {0, 0};
    CHECK(boost::json::parse(fixture.show().body).at("state") == "SOLD_OUT");
}

TEST_CASE("with a frozen clock the bytes are never old") {
    BoardFixture fixture;
    fixture.clock.freeze();
    const auto before = fixture.show();
    CHECK(fixture.show().etag == before.etag);
    fixture.join("kim");
    CHECK(boost::json::parse(fixture.show().body).at("active") == 1);
    fixture.join("lee");
    CHECK(boost::json::parse(fixture.show().body).at("waiting") == 1);
}

TEST_CASE("an entity tag is quoted, and goes with the bytes") {
    BoardFixture fixture;
    const auto shown = fixture.show();
    CHECK(shown.etag.front() == '"');
    CHECK(shown.etag.back() == '"');
    CHECK(shown.etag.size() > 2);
}

TEST_CASE("concerts have boards of their own") {
    BoardFixture fixture;
    fixture.reservations.known[ConcertId{"ball"}] = {5, 5};
    const auto gala_board = fixture.show();
    const auto* const ball = fixture.board.show(ConcertId{"ball"});
    REQUIRE(ball != nullptr);
    CHECK(ball->body != gala_board.body);
    CHECK(fixture.show().body == gala_board.body);
}
