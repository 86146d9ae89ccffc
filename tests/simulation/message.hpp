// SPDX-License-Identifier: MIT
// A request as a client writes it, and what is thrown where a promise is not kept.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "base/http.hpp"

namespace stagedoor::simulation {

/// What must hold and did not.
class Broken : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A request as a client wrote it. The World keeps it until it is answered.
struct Message {
    Method method = Method::get;
    std::string path;
    std::optional<std::string> bearer;
    std::optional<std::string> key;
    std::optional<std::string> if_none_match;
    std::string body;
    bool by_socket = false;
};

} // namespace stagedoor::simulation
