// SPDX-License-Identifier: MIT
#include "base/problem.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <boost/json/parse.hpp>

#include "support/catch.hpp"

using namespace stagedoor;
namespace json = boost::json;

namespace {

std::string header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) {
            return value;
        }
    }
    return "absent";
}

} // namespace

TEST_CASE("every code is there once, in words that fit a path, with a page worth reading") {
    std::set<std::string_view> codes;
    for (const auto& type : problem_types()) {
        CAPTURE(type.code);
        CHECK(codes.insert(type.code).second);
        CHECK_FALSE(type.code.empty());
        CHECK(std::all_of(type.code.begin(), type.code.end(),
                          [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; }));
        CHECK(type.status >= 400);
        CHECK(type.status < 600);
        CHECK(type.title.size() > 10);
        CHECK(type.title.back() != '.');
        CHECK(type.explanation.size() > 10);
        CHECK(type.explanation.back() == '.');
        CHECK(find_problem_type(type.code) == &type);
    }
    CHECK(codes.size() > 30);
}

TEST_CASE("the codes that callers rely on have their status") {
    const std::map<std::string_view, int> promised{{"invalid-request", 400},
                                                   {"token-missing", 401},
                                                   {"token-unknown", 401},
                                                   {"token-expired", 401},
                                                   {"insufficient-balance", 402},
                                                   {"not-admitted", 403},
                                                   {"no-such-concert", 404},
                                                   {"no-such-date", 404},
                                                   {"no-such-seat", 404},
                                                   {"no-such-reservation", 404},
                                                   {"method-not-allowed", 405},
                                                   {"line-closed", 409},
                                                   {"sold-out", 409},
                                                   {"seat-taken", 409},
                                                   {"seat-limit", 409},
                                                   {"session-ending", 409},
                                                   {"reservation-mismatch", 409},
                                                   {"idempotency-in-progress", 409},
                                                   {"hold-gone", 410},
                                                   {"idempotency-key-reused", 422},
                                                   {"storage-unavailable", 503},
                                                   {"starting", 503}};
    for (const auto& [code, status] : promised) {
        CAPTURE(code);
        const auto* const type = find_problem_type(code);
        REQUIRE(type != nullptr);
        CHECK(type->status == status);
    }
}

TEST_CASE("there is no other code") {
    CHECK(find_problem_type("") == nullptr);
    CHECK(find_problem_type("seat") == nullptr);
    CHECK(find_problem_type("seat-taken-") == nullptr);
    CHECK(find_problem_type("SEAT-TAKEN") == nullptr);
}

TEST_CASE("a problem is an RFC 9457 answer") {
    const auto response = problem("seat-taken", "Seat \"A-1\" is taken.");
    CHECK(response.status == 409);
    CHECK(response.content_type == "application/problem+json");
    const auto body = json::parse(response.body).as_object();
    CHECK(body.size() == 5);
    CHECK(body.at("type") == "/problems/seat-taken");
    CHECK(body.at("title") == "A seat is taken");
    CHECK(body.at("status") == 409);
    CHECK(body.at("code") == "seat-taken");
    CHECK(body.at("detail") == "Seat \"A-1\" is taken.");
}

TEST_CASE("the extension members stand beside the others") {
    const auto response =
        problem("insufficient-balance", "Charge.", {{"balance", 1}, {"amount", 2}});
    const auto body = json::parse(response.body).as_object();
    CHECK(body.size() == 7);
    CHECK(body.at("balance") == 1);
    CHECK(body.at("amount") == 2);
    CHECK(body.at("code") == "insufficient-balance");
}

TEST_CASE("401 says how to sign in, 503 when to come again, nothing else does") {
    for (const auto& type : problem_types()) {
        CAPTURE(type.code);
        const auto response = problem(type.code, "");
        CHECK(response.status == type.status);
        CHECK(header(response, "WWW-Authenticate") == (type.status == 401 ? "Bearer" : "absent"));
        CHECK(header(response, "Retry-After") ==
              (type.status == 503 || type.status == 429 ? "1" : "absent"));
    }
}

TEST_CASE("an invalid request names its field") {
    const auto body = json::parse(invalid_request("rows[2].from", "is missing").body).as_object();
    CHECK(body.at("code") == "invalid-request");
    CHECK(body.at("field") == "rows[2].from");
    CHECK(body.at("detail") == "`rows[2].from` is missing");
}

TEST_CASE("an invalid request that is wrong as a whole says only what") {
    const auto response = invalid_request("", "not valid JSON");
    CHECK(response.status == 400);
    const auto body = json::parse(response.body).as_object();
    CHECK(body.at("field") == "");
    CHECK(body.at("detail") == "not valid JSON");
}

TEST_CASE("storage-unavailable is a 503 to try again") {
    const auto response = storage_unavailable();
    CHECK(response.status == 503);
    CHECK(header(response, "Retry-After") == "1");
    CHECK(json::parse(response.body).at("code") == "storage-unavailable");
}
