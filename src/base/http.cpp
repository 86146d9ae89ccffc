// SPDX-License-Identifier: MIT
#include "base/http.hpp"

#include <algorithm>

namespace stagedoor {

std::string_view to_string(Method method) {
    switch (method) {
    case Method::get:
        return "GET";
    case Method::head:
        return "HEAD";
    case Method::post:
        return "POST";
    case Method::put:
        return "PUT";
    case Method::patch:
        return "PATCH";
    case Method::delete_:
        return "DELETE";
    case Method::options:
        return "OPTIONS";
    }
    return "";
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
    std::optional<std::string_view> found;
    for (auto rest = query; !rest.empty();) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || pair.substr(0, equals) != name) {
            continue;
        }
        if (found) {
            return std::nullopt;
        }
        found = pair.substr(equals + 1);
    }
    return found;
}

std::size_t body_bytes(const Response& response) {
    std::size_t bytes = response.body.size();
    for (const auto& piece : response.shared_body) {
        bytes += piece->size();
    }
    return bytes;
}

std::string whole_body(const Response& response) {
    std::string whole = response.body;
    for (const auto& piece : response.shared_body) {
        whole += *piece;
    }
    return whole;
}

Response json_response(int status, std::string body) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
    const auto strip_weak = [](std::string_view tag) {
        return tag.starts_with("W/") ? tag.substr(2) : tag;
    };
    while (!if_none_match.empty()) {
        const auto comma = if_none_match.find(',');
        auto candidate = if_none_match.substr(0, comma);
        if_none_match.remove_prefix(comma == std::string_view::npos ? if_none_match.size()
                                                                    : comma + 1);
        const auto first = candidate.find_first_not_of(" \t");
        if (first == std::string_view::npos) {
            continue;
        }
        candidate = candidate.substr(first, candidate.find_last_not_of(" \t") - first + 1);
        if (candidate == "*" || strip_weak(candidate) == strip_weak(etag)) {
            return true;
        }
    }
    return false;
}

} // namespace stagedoor
