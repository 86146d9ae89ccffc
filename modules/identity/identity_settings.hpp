// SPDX-License-Identifier: MIT
// Who a user is, as the configuration's `identity.*` has it. A value; any thread.
#pragma once

#include <string>

namespace stagedoor::identity {

struct IdentitySettings {
    std::string mode = "open"; ///< takes the userId in a request at its word
    bool allow_open_on_network = false;
};

} // namespace stagedoor::identity
