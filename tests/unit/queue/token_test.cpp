// SPDX-License-Identifier: MIT
#include "token.hpp"

#include <set>
#include <string>

#include "support/catch.hpp"
#include "support/fake_random.hpp"

using namespace stagedoor;
using namespace stagedoor::queue;

TEST_CASE("a token is written as qt_ and 32 hex digits and reads back") {
    const TokenKey key{{0x0123'4567'89ab'cdef, 0xfedc'ba98'7654'3210}};
    CHECK(key.text().value == "qt_0123456789abcdeffedcba9876543210");
    REQUIRE(TokenKey::parse(key.text().value));
    CHECK(*TokenKey::parse(key.text().value) == key);
    CHECK(TokenKey{}.text().value == "qt_00000000000000000000000000000000");
}

TEST_CASE("tokens take all of their 128 bits from the random source") {
    test::FakeRandom random;
    std::set<std::string> seen;
    std::uint64_t ones[2] = {};
    std::uint64_t zeros[2] = {};
    for (int i = 0; i < 500; ++i) {
        const auto key = TokenKey::make(random);
        CHECK(seen.insert(key.text().value).second);
        REQUIRE(TokenKey::parse(key.text().value));
        CHECK(*TokenKey::parse(key.text().value) == key);
        for (std::size_t word = 0; word < 2; ++word) {
            ones[word] |= key.bits[word];
            zeros[word] |= ~key.bits[word];
        }
    }
    for (std::size_t word = 0; word < 2; ++word) {
        CHECK(ones[word] == ~std::uint64_t{0});
        CHECK(zeros[word] == ~std::uint64_t{0});
    }
}

TEST_CASE("nothing else is a token") {
    const std::string good = "qt_0123456789abcdeffedcba9876543210";
    CHECK(TokenKey::parse(good));
    for (const auto* text :
         {"", "qt_", "0123456789abcdeffedcba9876543210", "qt_0123456789abcdeffedcba987654321",
          "qt_0123456789abcdeffedcba98765432100", "op_0123456789abcdeffedcba9876543210",
          "QT_0123456789abcdeffedcba9876543210", "qt-0123456789abcdeffedcba9876543210",
          "qt_0123456789ABCDEFFEDCBA9876543210", "qt_0123456789abcdeffedcba987654321g",
          "qt_0123456789abcdef edcba9876543210", " t_0123456789abcdeffedcba9876543210"}) {
        CAPTURE(text);
        CHECK_FALSE(TokenKey::parse(text));
    }
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const char wrong : {'/', ':', '`', 'g', 'G', '@', '\0', '\x80'}) {
            auto text = good;
            text[at] = wrong;
            CHECK_FALSE(TokenKey::parse(text));
        }
    }
}
