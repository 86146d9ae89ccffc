// SPDX-License-Identifier: MIT
// The till's settings, as the configuration's `payment.*` has them. A value; any thread.
#pragma once

#include <string>

namespace stagedoor::payment {

struct PaymentSettings {
    std::string currency = "KRW"; ///< ISO 4217; of every balance and price
};

} // namespace stagedoor::payment
