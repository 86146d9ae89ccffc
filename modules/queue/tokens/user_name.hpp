// SPDX-License-Identifier: MIT
// A user's id as a token keeps it: sixteen bytes for most, where a string takes thirty-two. A
// value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.hpp"

namespace stagedoor::queue {

class UserName {
public:
    UserName() = default;
    /// Up to 255 characters.
    explicit UserName(std::string_view name);
    UserName(UserName&& other) noexcept { swap(other); }
    UserName& operator=(UserName&& other) noexcept {
        swap(other);
        return *this;
    }
    UserName(const UserName&) = delete;
    UserName& operator=(const UserName&) = delete;
    ~UserName();

    [[nodiscard]] std::string_view text() const {
        return {size_ <= inside_.size() ? inside_.data() : outside(), size_};
    }
    [[nodiscard]] UserId id() const { return {std::string{text()}}; }

private:
    void swap(UserName& other) noexcept {
        std::swap(inside_, other.inside_);
        std::swap(size_, other.size_);
    }
    [[nodiscard]] char* outside() const;

    std::array<char, 15> inside_{}; ///< the name, or the address of a longer one
    std::uint8_t size_ = 0;
};

} // namespace stagedoor::queue
