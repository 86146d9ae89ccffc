// SPDX-License-Identifier: MIT
// HTTP as the modules see it: plain structs, so that endpoints are tested without a socket.
// Sockets, parsing and everything of Beast stay in src/http. Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.hpp"

namespace stagedoor {

enum class Method { get = 1, head, post, put, patch, delete_, options };

[[nodiscard]] std::string_view to_string(Method method);

/// A request that has passed every check of the wire format. The views live until the handler is
/// done.
struct Request {
    Method method = Method::get;
    std::string_view path;               ///< as sent, without the query, still percent-encoded
    std::string_view query;              ///< what follows `?`, as sent
    std::vector<std::string> parameters; ///< the values of `{name}` in the route, decoded, in order

    std::optional<std::string_view> bearer; ///< the credential of `Authorization: Bearer …`
    std::optional<std::string_view> idempotency_key; ///< 1 to 255 printable ASCII characters
    std::optional<std::string_view> if_none_match;
    std::string_view body;

    bool by_socket = false; ///< came through the Unix socket, whose file permission is the guard

    /// The value of `name` in the query as sent; nothing if it is absent or there twice.
    [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
};

/// Bytes that many answers have in common; nobody changes them.
using SharedBytes = std::shared_ptr<const std::string>;

struct Response {
    using Header = std::pair<std::string_view, std::string>; ///< the name must be a literal

    int status = 200;
    std::string body;
    /// What follows `body`, in pieces none of which is empty: sent as they lie, without a copy.
    std::vector<SharedBytes> shared_body;
    std::string_view content_type = "application/json"; ///< not sent where the body is empty
    /// Who may keep it; a literal, sent with every answer. What is the same for everybody says so;
    /// all else is one person's, and a cache in front must not hand it to the next.
    std::string_view cache_control = "no-store";
    std::vector<Header> headers;
};

/// Values of `Response::cache_control`.
inline constexpr std::string_view public_for_a_second = "public, max-age=1";  ///< live numbers
inline constexpr std::string_view public_for_minutes = "public, max-age=300"; ///< documents
inline constexpr std::string_view private_no_cache = "private, no-cache";     ///< asked for by ETag

/// `body` and what follows it.
[[nodiscard]] std::size_t body_bytes(const Response& response);
[[nodiscard]] std::string whole_body(const Response& response);

[[nodiscard]] Response json_response(int status, std::string body);

/// A strong `ETag` comparison is never needed here: RFC 9110, section 13.1.2, asks for the weak
/// one.
[[nodiscard]] bool etag_matches(std::string_view if_none_match, std::string_view etag);

} // namespace stagedoor
