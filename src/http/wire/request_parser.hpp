// SPDX-License-Identifier: MIT
// From the bytes of a header block to a request head that has passed every check, or the refusal.
// No sockets and no allocation: what it returns are views into the bytes it was given. Stricter
// than the parser of Boost.Beast underneath, which tolerates what request smuggling is made of.
// Owned by the Session; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/http.hpp"
#include "base/result.hpp"

namespace stagedoor::http::wire {

/// Why a request is refused. The code is one of stagedoor::problem_types(); both are literals.
struct Refusal {
    std::string_view code;
    std::string_view detail;
};

struct HeaderLimits {
    std::size_t bytes_max;  ///< the whole block with its line ends
    std::size_t fields_max; ///< lines after the request line
};

/// Finds the end of a header block in a buffer that fills up bit by bit, looking at every byte
/// once, and refuses at the earliest what can become no header block any more.
class HeaderScan {
public:
    /// `data` begins with the request line and may only have grown since the last call. Returns the
    /// size of the block with its empty line, 0 while it is incomplete.
    [[nodiscard]] result<std::size_t, Refusal> advance(std::string_view data,
                                                       const HeaderLimits& limits);

private:
    std::size_t line_start_ = 0;
    std::size_t scanned_ = 0;
    std::size_t lines_ = 0;
};

/// A request without its body.
struct RequestHead {
    Method method = Method::get;
    std::string_view
        path; ///< of the origin form, also where the target was absolute; `*` for OPTIONS
    std::string_view query; ///< what follows `?`
    std::uint64_t content_length = 0;
    bool chunked = false;   ///< the body comes in chunks, instead of with a length
    bool keep_alive = true; ///< as the client wishes and its version has it
    bool http_1_0 = false;
    bool expects_continue = false;
    std::optional<std::string_view> content_type;
    std::optional<std::string_view> bearer;
    std::optional<std::string_view> idempotency_key; ///< as sent; see is_idempotency_key
    std::optional<std::string_view> if_none_match;
};

/// `block` is a whole header block as HeaderScan delimits it. After a refusal nothing is known of
/// where the next request would begin: the connection must be closed.
[[nodiscard]] result<RequestHead, Refusal> parse_head(std::string_view block);

/// A character of a token (RFC 9110, section 5.6.2), which is what a field's name is made of.
[[nodiscard]] bool is_token_char(char c);

/// 1 to 255 printable ASCII characters.
[[nodiscard]] bool is_idempotency_key(std::string_view text);

/// `application/json`, in any case and with any parameters.
[[nodiscard]] bool is_json_media_type(std::string_view content_type);

} // namespace stagedoor::http::wire
