// SPDX-License-Identifier: MIT
// The words of the line, and how a token that does not do is answered.
#include "stagedoor/queue_problem.hpp"

#include <boost/json/parse.hpp>

#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::queue;
namespace json = boost::json;

namespace {

TokenView token(TokenStatus status) {
    TokenView view;
    view.status = status;
    return view;
}

json::object body_of(const Response& response) {
    return json::parse(response.body).as_object();
}

} // namespace

TEST_CASE("the states and reasons of a token have the words that callers know") {
    CHECK(to_string(TokenStatus::waiting) == "WAITING");
    CHECK(to_string(TokenStatus::admitted) == "ADMITTED");
    CHECK(to_string(TokenStatus::entered) == "ENTERED");
    CHECK(to_string(TokenStatus::expired) == "EXPIRED");
    CHECK(to_string(ExpiryReason::paid) == "PAID");
    CHECK(to_string(ExpiryReason::left) == "LEFT");
    CHECK(to_string(ExpiryReason::abandoned) == "ABANDONED");
    CHECK(to_string(ExpiryReason::entry_missed) == "ENTRY_MISSED");
    CHECK(to_string(ExpiryReason::session_ended) == "SESSION_ENDED");
    CHECK(to_string(ExpiryReason::sold_out) == "SOLD_OUT");
}

TEST_CASE("no credential at all is another refusal than one that is not ours") {
    Request request;
    CHECK(body_of(no_token(request)).at("code") == "token-missing");
    request.bearer = "";
    CHECK(body_of(no_token(request)).at("code") == "token-unknown");
    request.bearer = "op_0123";
    CHECK(body_of(no_token(request)).at("code") == "token-unknown");
    CHECK(no_token(request).status == 401);
}

TEST_CASE("the refusal does not repeat the credential") {
    Request request;
    request.bearer = "qt_5ec2e700000000000000000000000000";
    CHECK(no_token(request).body.find("5ec2e7") == std::string::npos);
}

TEST_CASE("an expired token is told why") {
    for (const auto reason :
         {ExpiryReason::paid, ExpiryReason::left, ExpiryReason::abandoned,
          ExpiryReason::entry_missed, ExpiryReason::session_ended, ExpiryReason::sold_out}) {
        auto view = token(TokenStatus::expired);
        view.reason = reason;
        const auto response = not_inside(view);
        CHECK(response.status == 401);
        CHECK(body_of(response).at("code") == "token-expired");
        CHECK(body_of(response).at("reason") == json::string{to_string(reason)});
        CHECK_FALSE(body_of(response).contains("paymentId"));
    }
    auto paid = token(TokenStatus::expired);
    paid.reason = ExpiryReason::paid;
    paid.payment.value = "0123";
    CHECK(body_of(not_inside(paid)).at("paymentId") == "0123");
}

TEST_CASE("who still waits is told where") {
    auto view = token(TokenStatus::waiting);
    view.position = 12;
    view.wait_seconds = 66;
    const auto response = not_inside(view);
    CHECK(response.status == 403);
    const auto body = body_of(response);
    CHECK(body.at("code") == "not-admitted");
    CHECK(body.at("position") == 12);
    CHECK(body.at("estimatedWaitSeconds") == 66);
}

TEST_CASE("who waits while the line stands gets no estimate") {
    auto view = token(TokenStatus::waiting);
    view.position = 1;
    CHECK(body_of(not_inside(view)).at("estimatedWaitSeconds").is_null());
}

TEST_CASE("who is admitted is told to enter") {
    const auto response = not_inside(token(TokenStatus::admitted));
    CHECK(response.status == 403);
    CHECK(body_of(response).at("code") == "not-entered");
}
