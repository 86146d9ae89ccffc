// SPDX-License-Identifier: MIT
#include "http/router.hpp"

#include <stdexcept>

#include "support/catch.hpp"

using namespace stagedoor;
using stagedoor::http::Match;
using stagedoor::http::Router;
using Kind = stagedoor::http::Match::Kind;

namespace {

Response nothing(const Call&) {
    return {};
}

task<Response> nothing_later(Call&) {
    co_return Response{};
}

Router make_router() {
    Router router;
    router.add(Method::get, "/", Access::anyone, nothing);
    router.add(Method::get, "/concerts", Access::anyone, nothing);
    router.add(Method::get, "/concerts/{concertId}", Access::anyone, nothing);
    router.add(Method::get, "/concerts/{concertId}/dates/{date}/seats", Access::anyone, nothing);
    router.add_task(Method::post, "/concerts/{concertId}/queue/tokens", Access::anyone,
                    nothing_later);
    router.add(Method::get, "/concerts/special", Access::anyone, nothing);
    router.add_task(Method::delete_, "/concerts/{other}", Access::anyone, nothing_later);
    return router;
}

std::string pattern_of(const Match& match) {
    return match.kind == Kind::route ? match.route->pattern : "";
}

} // namespace

TEST_CASE("a path leads to its route, with its parameters", "[http][router]") {
    const Router router = make_router();

    CHECK(pattern_of(router.match(Method::get, "/")) == "/");
    CHECK(pattern_of(router.match(Method::get, "/concerts")) == "/concerts");
    CHECK(router.match(Method::get, "/concerts").parameters.empty());

    const Match seats =
        router.match(Method::get, "/concerts/winter-gala/dates/2026-12-24T14:00/seats");
    CHECK(pattern_of(seats) == "/concerts/{concertId}/dates/{date}/seats");
    CHECK(seats.parameters == std::vector<std::string>{"winter-gala", "2026-12-24T14:00"});
    CHECK(seats.route->handler);

    const Match join = router.match(Method::post, "/concerts/gala/queue/tokens");
    REQUIRE(join.kind == Kind::route);
    CHECK(join.route->task_handler);
    CHECK_FALSE(join.route->handler);
}

TEST_CASE("a literal segment wins over a parameter, but not for another method", "[http][router]") {
    const Router router = make_router();
    CHECK(pattern_of(router.match(Method::get, "/concerts/special")) == "/concerts/special");
    const Match removal = router.match(Method::delete_, "/concerts/special");
    CHECK(pattern_of(removal) == "/concerts/{other}");
    CHECK(removal.parameters == std::vector<std::string>{"special"});
}

TEST_CASE("parameters are decoded after the path is split", "[http][router]") {
    const Router router = make_router();
    CHECK(router.match(Method::get, "/concerts/a%2Fb").parameters ==
          std::vector<std::string>{"a/b"});
    CHECK(router.match(Method::get, "/concerts/%ec%a2%8C").parameters ==
          std::vector<std::string>{"\xec\xa2\x8c"});
    CHECK(router.match(Method::get, "/concerts/a+b").parameters == std::vector<std::string>{"a+b"});
}

TEST_CASE("a broken percent-encoding is told apart", "[http][router]") {
    const Router router = make_router();
    const auto* const path = GENERATE("/concerts/%", "/concerts/%2", "/concerts/%2g",
                                      "/concerts/%g2", "/concerts/%%41", "/concerts/a%-1");
    CAPTURE(path);
    CHECK(router.match(Method::get, path).kind == Kind::bad_path);
}

TEST_CASE("what leads nowhere is not found", "[http][router]") {
    const Router router = make_router();
    const auto* const path =
        GENERATE("", "concerts", "//", "/concerts/", "/concerts//", "/concerts/a/", "//concerts",
                 "/concert", "/concertsx", "/CONCERTS", "/concerts/a/dates//seats",
                 "/concerts//queue/tokens", "/concerts/a/dates/b/seats/c", "*", "/%63oncerts");
    CAPTURE(path);
    CHECK(router.match(Method::get, path).kind == Kind::not_found);
}

TEST_CASE("another method is not allowed, and Allow says which are", "[http][router]") {
    const Router router = make_router();
    const Match exact = router.match(Method::post, "/concerts");
    CHECK(exact.kind == Kind::method_not_allowed);
    CHECK(exact.allow == "GET, HEAD, OPTIONS");

    const Match pattern = router.match(Method::put, "/concerts/a");
    CHECK(pattern.kind == Kind::method_not_allowed);
    CHECK(pattern.allow == "GET, HEAD, DELETE, OPTIONS");

    CHECK(router.match(Method::get, "/concerts/a/queue/tokens").allow == "POST, OPTIONS");
    CHECK(router.match(Method::head, "/concerts/a/queue/tokens").kind == Kind::method_not_allowed);
    CHECK(router.match(Method::patch, "/concerts/special").allow == "GET, HEAD, DELETE, OPTIONS");
}

TEST_CASE("HEAD falls back to GET, OPTIONS to the router's own answer", "[http][router]") {
    Router router = make_router();
    CHECK(pattern_of(router.match(Method::head, "/concerts")) == "/concerts");
    CHECK(pattern_of(router.match(Method::head, "/concerts/a")) == "/concerts/{concertId}");

    CHECK(router.match(Method::options, "/concerts").kind == Kind::options);
    CHECK(router.match(Method::options, "/concerts").allow == "GET, HEAD, OPTIONS");
    CHECK(router.match(Method::options, "*").allow == "GET, HEAD, POST, DELETE, OPTIONS");
    CHECK(router.match(Method::options, "/nowhere").kind == Kind::not_found);

    router.add(Method::options, "/concerts", Access::anyone, nothing);
    CHECK(router.match(Method::options, "/concerts").kind == Kind::route);
}

TEST_CASE("a mistake in a pattern is found when it is added", "[http][router]") {
    Router router = make_router();
    const auto* const pattern =
        GENERATE("", "concerts", "/concerts/", "/a//b", "/a{b}", "/{a}b", "/{", "/{}", "/}");
    CAPTURE(pattern);
    CHECK_THROWS_AS(router.add(Method::get, pattern, Access::anyone, nothing), std::logic_error);
}

TEST_CASE("no route is added twice", "[http][router]") {
    Router router = make_router();
    CHECK_THROWS_AS(router.add(Method::get, "/concerts", Access::anyone, nothing),
                    std::logic_error);
    CHECK_THROWS_AS(
        router.add_task(Method::get, "/concerts/{renamed}", Access::anyone, nothing_later),
        std::logic_error);
    CHECK_NOTHROW(router.add(Method::put, "/concerts/{renamed}", Access::anyone, nothing));
}

TEST_CASE("what leads nowhere is answered in one way until the routes are there",
          "[http][router]") {
    Router router;
    router.add(Method::get, "/healthz", Access::anyone, nothing);
    router.answer_others(nothing);
    CHECK(pattern_of(router.match(Method::get, "/healthz")) == "/healthz");
    for (const auto method : {Method::get, Method::post, Method::options}) {
        CHECK(router.match(method, "/concerts/%zz").kind == Kind::others);
    }
    CHECK(router.match(Method::post, "/healthz").kind == Kind::others);

    router.add(Method::get, "/concerts", Access::anyone, nothing);
    router.answer_others({});
    CHECK(pattern_of(router.match(Method::get, "/concerts")) == "/concerts");
    CHECK(router.match(Method::get, "/nothing").kind == Kind::not_found);
    CHECK(router.match(Method::post, "/concerts").kind == Kind::method_not_allowed);
}
