// SPDX-License-Identifier: MIT
// From the bytes of `Transfer-Encoding: chunked` (RFC 9112, section 7.1) to the body, as they come.
// Pure: decodes in place, keeps nothing but where it is, allocates nothing. Stricter than the
// grammar has to be, since what two parsers read differently is what request smuggling is made of.
// Owned by the Session; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "request_parser.hpp"

namespace stagedoor::http::wire {

class ChunkedBody {
public:
    struct Limits {
        std::size_t body_bytes_max; ///< decoded
        HeaderLimits header;        ///< of extensions and trailers together, over the whole message
    };

    /// What has become of the bytes of one call.
    struct Progress {
        std::size_t taken;   ///< so many are used; all of them unless the body is complete
        std::size_t decoded; ///< so many, at their front, now are content
    };

    explicit ChunkedBody(const Limits& limits) : limits_{limits} {}

    /// Goes on with `data`, which follows what was given before, and moves the content in it to its
    /// front. Extensions and trailers are checked and dropped. Nothing is taken behind the last
    /// CR LF. After a refusal the connection must be closed: 400 for what is not the format, 413
    /// and 431 for what is over a limit.
    [[nodiscard]] result<Progress, Refusal> decode(std::span<char> data);

    [[nodiscard]] bool complete() const { return state_ == State::complete; }

private:
    enum class State : std::uint8_t {
        size = 1,
        extension,
        size_end, ///< the LF behind a size
        content,
        content_cr,
        content_lf,
        line_start, ///< of a trailer, or of the last line
        trailer_name,
        trailer_value,
        trailer_end, ///< the LF behind a trailer
        last_lf,
        complete,
    };

    [[nodiscard]] std::optional<Refusal> take(char c);
    [[nodiscard]] std::optional<Refusal> take_size(char c);
    [[nodiscard]] std::optional<Refusal> take_line_start(char c);
    [[nodiscard]] std::optional<Refusal> expect(char c, char wanted, State next);
    [[nodiscard]] std::optional<Refusal> count_dropped();

    Limits limits_;
    State state_ = State::size;
    unsigned digits_ = 0;     ///< of the present size
    std::uint64_t size_ = 0;  ///< of the present chunk, less what has come of it
    std::size_t decoded_ = 0; ///< of the whole body, with the present chunk
    std::size_t dropped_ = 0; ///< bytes of extensions and trailers
    std::size_t fields_ = 0;  ///< trailers
};

} // namespace stagedoor::http::wire
