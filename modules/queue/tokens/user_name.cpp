// SPDX-License-Identifier: MIT
#include "user_name.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/assert.hpp"

namespace stagedoor::queue {

UserName::UserName(std::string_view name) : size_{static_cast<std::uint8_t>(name.size())} {
    STAGEDOOR_ASSERT(name.size() <= std::numeric_limits<std::uint8_t>::max(),
                     "a user's id has at most 64 characters");
    auto* to = inside_.data();
    if (name.size() > inside_.size()) {
        to = new char[name.size()];
        std::memcpy(inside_.data(), &to, sizeof to);
    }
    std::copy(name.begin(), name.end(), to);
}

UserName::~UserName() {
    if (size_ > inside_.size()) {
        delete[] outside();
    }
}

char* UserName::outside() const {
    char* address = nullptr;
    std::memcpy(&address, inside_.data(), sizeof address);
    return address;
}

} // namespace stagedoor::queue
