// SPDX-License-Identifier: MIT
#include "loopback.hpp"

#include <string>

#include <arpa/inet.h>

namespace stagedoor::config {

bool is_loopback(std::string_view address) {
    const std::string text{address};
    in_addr four{};
    if (::inet_pton(AF_INET, text.c_str(), &four) == 1) {
        return (ntohl(four.s_addr) >> 24) == 127;
    }
    in6_addr six{};
    if (::inet_pton(AF_INET6, text.c_str(), &six) != 1) {
        return false;
    }
    return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
}

} // namespace stagedoor::config
