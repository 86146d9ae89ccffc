// SPDX-License-Identifier: MIT
#include "refusal.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace stagedoor::cli {

std::string detail_of(const Response& response) {
    boost::system::error_code error;
    const auto body = boost::json::parse(response.body, error);
    if (error || !body.is_object() || !body.as_object().contains("detail")) {
        return fmt::format("HTTP status {}", response.status);
    }
    return std::string{body.at("detail").as_string()};
}

} // namespace stagedoor::cli
