// SPDX-License-Identifier: MIT
#include "base/http.hpp"

#include "support/catch.hpp"

using namespace stagedoor;

namespace {

std::optional<std::string_view> value_in(std::string_view query, std::string_view name) {
    Request request;
    request.query = query;
    return request.query_value(name);
}

} // namespace

TEST_CASE("the value of a query is found by its name") {
    CHECK(value_in("limit=20", "limit") == "20");
    CHECK(value_in("limit=20&after=7", "limit") == "20");
    CHECK(value_in("limit=20&after=7", "after") == "7");
    CHECK(value_in("a=1&&limit=20&", "limit") == "20");
    CHECK(value_in("limit=", "limit") == "");
    CHECK(value_in("limit=a=b", "limit") == "a=b");
    CHECK(value_in("limit=%32%30", "limit") == "%32%30");
}

TEST_CASE("a query value that is absent or there twice is none") {
    CHECK_FALSE(value_in("", "limit"));
    CHECK_FALSE(value_in("limits=20", "limit"));
    CHECK_FALSE(value_in("xlimit=20", "limit"));
    CHECK_FALSE(value_in("Limit=20", "limit"));
    CHECK_FALSE(value_in("limit", "limit"));
    CHECK_FALSE(value_in("limit=1&limit=2", "limit"));
    CHECK_FALSE(value_in("limit=1&after=3&limit=1", "limit"));
    CHECK_FALSE(value_in("limit=1&limit=1&limit=1", "limit"));
    CHECK_FALSE(value_in("after=limit=1", "limit"));
}

TEST_CASE("an entity tag matches itself in a list, weak or strong") {
    CHECK(etag_matches(R"("a")", R"("a")"));
    CHECK(etag_matches(R"(W/"a")", R"("a")"));
    CHECK(etag_matches(R"("a")", R"(W/"a")"));
    CHECK(etag_matches(R"("x", "a")", R"("a")"));
    CHECK(etag_matches(R"("x","a","y")", R"("a")"));
    CHECK(etag_matches("\t\"x\" ,\t W/\"a\" \t", R"("a")"));
    CHECK(etag_matches(R"(, ,"a")", R"("a")"));
    CHECK(etag_matches("*", R"("a")"));
    CHECK(etag_matches(" * ", R"("a")"));
}

TEST_CASE("an entity tag matches no other") {
    CHECK_FALSE(etag_matches("", R"("a")"));
    CHECK_FALSE(etag_matches(",", R"("a")"));
    CHECK_FALSE(etag_matches(R"("b")", R"("a")"));
    CHECK_FALSE(etag_matches("a", R"("a")"));
    CHECK_FALSE(etag_matches(R"("A")", R"("a")"));
    CHECK_FALSE(etag_matches(R"("ab")", R"("a")"));
    CHECK_FALSE(etag_matches(R"("b" "a")", R"("a")"));
    CHECK_FALSE(etag_matches(R"(w/"a")", R"("a")"));
    CHECK_FALSE(etag_matches(R"("*")", R"("a")"));
}

TEST_CASE("methods have their names") {
    CHECK(to_string(Method::get) == "GET");
    CHECK(to_string(Method::head) == "HEAD");
    CHECK(to_string(Method::post) == "POST");
    CHECK(to_string(Method::put) == "PUT");
    CHECK(to_string(Method::patch) == "PATCH");
    CHECK(to_string(Method::delete_) == "DELETE");
    CHECK(to_string(Method::options) == "OPTIONS");
}

TEST_CASE("a JSON answer says so") {
    const auto response = json_response(201, "{}");
    CHECK(response.status == 201);
    CHECK(response.body == "{}");
    CHECK(response.content_type == "application/json");
    CHECK(response.headers.empty());
}
