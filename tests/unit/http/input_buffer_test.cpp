// SPDX-License-Identifier: MIT
#include "http/wire/input_buffer.hpp"

#include <algorithm>
#include <string>

#include "support/catch.hpp"

using stagedoor::http::wire::InputBuffer;

namespace {

void put(InputBuffer& buffer, std::string_view text, std::size_t total_max) {
    while (!text.empty()) {
        const auto room = buffer.prepare(total_max);
        const std::size_t bytes = std::min(room.size(), text.size());
        std::copy_n(text.begin(), bytes, room.begin());
        buffer.commit(bytes);
        text.remove_prefix(bytes);
    }
}

} // namespace

TEST_CASE("an input buffer keeps what it has while it grows", "[http]") {
    InputBuffer buffer;
    std::string text;
    for (int index = 0; index < 10000; ++index) {
        text += std::to_string(index);
    }
    put(buffer, text, text.size());
    CHECK(buffer.view() == text);
    CHECK(buffer.capacity() <= text.size());
}

TEST_CASE("an input buffer moves its content to the front rather than grow", "[http]") {
    InputBuffer buffer;
    put(buffer, std::string(1900, 'a') + "rest", 100000);
    buffer.consume(1900);
    put(buffer, std::string(1000, 'b'), 100000);
    CHECK(buffer.view() == "rest" + std::string(1000, 'b'));
    CHECK(buffer.capacity() == InputBuffer::idle_bytes);
}

TEST_CASE("an input buffer gives back what it has grown once it is empty", "[http]") {
    InputBuffer buffer;
    put(buffer, std::string(50000, 'a'), 50001);
    CHECK(buffer.capacity() >= 50000);
    buffer.consume(50000);
    CHECK(buffer.empty());
    CHECK(buffer.prepare(100).size() == InputBuffer::idle_bytes);
    CHECK(buffer.capacity() == InputBuffer::idle_bytes);
}

TEST_CASE("what is no content is cut out of an input buffer", "[http]") {
    InputBuffer buffer;
    put(buffer, "used head body rest", 100);
    buffer.consume(5);
    const auto behind = buffer.behind(5);
    CHECK(std::string_view{behind.data(), behind.size()} == "body rest");
    buffer.cut(5, 5);
    CHECK(buffer.view() == "head rest");
    buffer.cut(9, 0);
    buffer.cut(4, 5);
    CHECK(buffer.view() == "head");
}
