// SPDX-License-Identifier: MIT
#include "user_name.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include <sodium.h>

#include "base/assert.hpp"

namespace stagedoor::queue {

namespace {

using HashKey = std::array<unsigned char, crypto_shorthash_KEYBYTES>;

HashKey make_hash_key() {
    HashKey key{};
    randombytes_buf(key.data(), key.size());
    return key;
}

} // namespace

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

std::uint64_t UserName::hash(std::string_view name) {
    static const auto key = make_hash_key();
    static_assert(crypto_shorthash_BYTES == sizeof(std::uint64_t));
    std::array<unsigned char, crypto_shorthash_BYTES> bytes{};
    crypto_shorthash(bytes.data(), reinterpret_cast<const unsigned char*>(name.data()), name.size(),
                     key.data());
    std::uint64_t hash = 0;
    std::memcpy(&hash, bytes.data(), sizeof hash);
    return hash;
}

} // namespace stagedoor::queue
