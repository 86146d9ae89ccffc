// SPDX-License-Identifier: MIT
#include "tokens/token_pool.hpp"

#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace stagedoor::queue;

TEST_CASE("a name of any length is kept as it is") {
    for (std::size_t size = 0; size <= 64; ++size) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) {
            text += static_cast<char>('a' + i % 26);
        }
        UserName name{text};
        CHECK(name.text() == text);
        UserName moved{std::move(name)};
        CHECK(moved.text() == text);
        UserName assigned{"somebody-else-with-a-long-name"};
        assigned = std::move(moved);
        CHECK(assigned.text() == text);
        CHECK(assigned.id().value == text);
    }
    CHECK(UserName{}.text().empty());
    CHECK(sizeof(UserName) == 16);
}

TEST_CASE("the hashes of names differ in their low bits") {
    std::set<std::uint64_t> low;
    for (int i = 0; i < 1'000; ++i) {
        low.insert(stagedoor::SeededHash{}("user-" + std::to_string(i)) % 65'536);
    }
    CHECK(low.size() > 900);
}

TEST_CASE("tokens stay where they are, and a place that is free is taken again") {
    const auto pool = std::make_shared<TokenPool>();
    std::vector<Token*> tokens;
    for (int i = 0; i < 1'000; ++i) {
        auto& token = pool->take();
        token.ticket_number = i;
        tokens.push_back(&token);
    }
    for (int i = 0; i < 1'000; ++i) {
        REQUIRE(tokens[static_cast<std::size_t>(i)]->ticket_number == i);
    }
    tokens[500]->user = UserName{"somebody-with-a-name-that-does-not-fit"};
    tokens[500]->status = TokenStatus::expired;
    pool->release(*tokens[500]);
    CHECK(tokens[500]->status == TokenStatus::expired); // what it says can still be read
    CHECK(tokens[500]->user.text().empty());
    auto& next = pool->take();
    CHECK(&next == tokens[500]);
    CHECK(next.status == TokenStatus::waiting);
    CHECK_FALSE(next.released);
    CHECK(&pool->take() != tokens[500]);
}

TEST_CASE("the place of a token in use is not taken before its last user is gone") {
    auto pool = std::make_shared<TokenPool>();
    auto& token = pool->take();
    token.user = UserName{"kim"};
    auto in_use = TokenPool::use(pool, token);
    auto again = TokenPool::use(pool, token);
    pool->release(token);
    CHECK(&pool->take() != &token);
    in_use.reset();
    CHECK(&pool->take() != &token);
    CHECK(token.user.text() == "kim");
    again.reset();
    CHECK(&pool->take() == &token);

    auto& live = pool->take();
    TokenPool::use(pool, live).reset();
    CHECK(&pool->take() != &live); // it lives on

    auto& last = pool->take();
    auto outlives = TokenPool::use(pool, last);
    pool->release(last);
    pool.reset();
    CHECK(outlives.use_count() == 1);
}
