// SPDX-License-Identifier: MIT
// Who is let in at the door of a route, and who is not.
#include "modules/identity/identity_service.hpp"

#include <fstream>

#include <boost/json/parse.hpp>
#include <sys/stat.h>

#include "support/catch.hpp"
#include "support/temp_folder.hpp"
#include "unit/queue/service_fixture.hpp"

using namespace stagedoor;
using namespace stagedoor::test;
using identity::IdentityService;
using identity::OperatorKey;

namespace {

std::string code_of(const std::optional<Response>& refusal) {
    REQUIRE(refusal);
    CHECK(refusal->status == 401);
    return std::string{boost::json::parse(refusal->body).at("code").as_string()};
}

/// A line with one person in it, and an operator whose key is in a file.
struct Entrance {
    Entrance()
        : door{process.service, OperatorKey{OperatorKey::load_or_make(process.journal.database(),
                                                                      process.random, file())}} {
        std::ifstream{file()} >> key;
    }

    [[nodiscard]] std::string file() const { return (folder.path() / "operator-key").string(); }
    [[nodiscard]] std::optional<Response> refuse(Access access,
                                                 std::optional<std::string_view> bearer) {
        Request request;
        request.bearer = bearer;
        caller = {};
        return door.refuse(access, request, caller);
    }

    TempFolder folder;
    Process process{room_for(1)};
    TokenId kim = process.join("kim");
    IdentityService door;
    Caller caller;
    std::string key;
};

} // namespace

TEST_CASE("anyone may come where anyone may come, and is not asked who they are") {
    Entrance entrance;
    CHECK_FALSE(entrance.refuse(Access::anyone, std::nullopt));
    CHECK_FALSE(entrance.refuse(Access::anyone, "nonsense"));
    CHECK_FALSE(entrance.refuse(Access::anyone, entrance.kim.value));
    CHECK_FALSE(entrance.caller.token);
}

TEST_CASE("a route for tokens takes a token of ours and says what is wrong with anything else") {
    Entrance entrance;
    CHECK_FALSE(entrance.refuse(Access::token, entrance.kim.value));
    REQUIRE(entrance.caller.token);
    CHECK(entrance.process.service.view(entrance.caller.token).user.value == "kim");

    CHECK(code_of(entrance.refuse(Access::token, std::nullopt)) == "token-missing");
    CHECK(code_of(entrance.refuse(Access::token, "")) == "token-unknown");
    CHECK(code_of(entrance.refuse(Access::token, "qt_00000000000000000000000000000000")) ==
          "token-unknown");
    CHECK(code_of(entrance.refuse(Access::token, entrance.key)) == "token-unknown");
    CHECK_FALSE(entrance.caller.token);
}

TEST_CASE("a token that is over is handed on: a replay comes before the judgement of it") {
    Entrance entrance;
    CHECK_FALSE(entrance.process.leave(entrance.kim));
    CHECK_FALSE(entrance.refuse(Access::token, entrance.kim.value));
    CHECK(entrance.process.service.view(entrance.caller.token).status == TokenStatus::expired);
}

TEST_CASE("where a token is not demanded, it is found all the same") {
    Entrance entrance;
    CHECK_FALSE(entrance.refuse(Access::perhaps_token, std::nullopt));
    CHECK_FALSE(entrance.caller.token);
    CHECK_FALSE(entrance.refuse(Access::perhaps_token, "nonsense"));
    CHECK_FALSE(entrance.caller.token);
    CHECK_FALSE(entrance.refuse(Access::perhaps_token, entrance.kim.value));
    CHECK(entrance.caller.token);
}

TEST_CASE("the operator comes by the key or through the Unix socket") {
    Entrance entrance;
    REQUIRE(entrance.key.starts_with("op_"));
    CHECK_FALSE(entrance.refuse(Access::operator_key, entrance.key));
    CHECK(code_of(entrance.refuse(Access::operator_key, std::nullopt)) == "operator-key-missing");
    CHECK(code_of(entrance.refuse(Access::operator_key, "")) == "operator-key-unknown");
    CHECK(code_of(entrance.refuse(Access::operator_key, entrance.key + "0")) ==
          "operator-key-unknown");
    CHECK(code_of(entrance.refuse(Access::operator_key, entrance.kim.value)) ==
          "operator-key-unknown");

    Request by_socket;
    by_socket.by_socket = true;
    CHECK_FALSE(entrance.door.refuse(Access::operator_key, by_socket, entrance.caller));
    CHECK(code_of(entrance.door.refuse(Access::token, by_socket, entrance.caller)) ==
          "token-missing");
}

TEST_CASE("what a waiting handler's caller has is not forgotten under it") {
    Entrance entrance;
    CHECK_FALSE(entrance.process.leave(entrance.kim));
    CHECK_FALSE(entrance.refuse(Access::token, entrance.kim.value));
    entrance.door.keep(entrance.caller);
    entrance.process.advance(24h + 1min);
    CHECK_FALSE(entrance.process.service.find(entrance.kim.value));
    CHECK(entrance.process.service.view(entrance.caller.token).reason == ExpiryReason::left);
    Caller nobody;
    entrance.door.keep(nobody);
    CHECK_FALSE(nobody.in_use);
}

TEST_CASE("the key is made once, for its owner alone, and only its hash is kept") {
    Entrance entrance;
    struct stat status {};
    REQUIRE(::stat(entrance.file().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    const auto hash = OperatorKey::load_or_make(entrance.process.journal.database(),
                                                entrance.process.random, entrance.file());
    CHECK(OperatorKey{hash}.matches(entrance.key));
    CHECK(hash.find(entrance.key.substr(3)) == std::string::npos);
}
