// SPDX-License-Identifier: MIT
#include "operator_key.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "identity_store.hpp"

namespace stagedoor::identity {

namespace {

constexpr std::string_view prefix = "op_";

/// BLAKE2b-256 in hex: the key has 128 random bits, so that a fast hash is enough.
std::string hash_of(std::string_view key) {
    std::array<unsigned char, 32> digest{};
    crypto_generichash(digest.data(), digest.size(),
                       reinterpret_cast<const unsigned char*>(key.data()), key.size(), nullptr, 0);
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

void write_key(const std::string& file, const std::string& key) {
    const auto fail = [&] {
        throw std::runtime_error(
            fmt::format("cannot write the operator's key to {}: {}", file, std::strerror(errno)));
    };
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        fail();
    }
    const auto line = key + '\n';
    const bool written =
        ::fchmod(descriptor, 0600) == 0 &&
        ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
        ::fsync(descriptor) == 0;
    ::close(descriptor);
    if (!written) {
        fail();
    }
}

} // namespace

std::string OperatorKey::load_or_make(Database& database, Random& random, const std::string& file) {
    if (auto hash = load_operator_key_hash(database)) {
        return *hash;
    }
    const auto key = std::string{prefix} + random_id(random);
    auto hash = hash_of(key);
    if (!file.empty()) {
        write_key(file, key); // first: a key that nobody has would lock the operator out
    }
    store_operator_key_hash(database, hash);
    return hash;
}

bool OperatorKey::matches(std::string_view credential) const {
    const auto hash = hash_of(credential);
    return hash.size() == hash_.size() &&
           sodium_memcmp(hash.data(), hash_.data(), hash.size()) == 0;
}

} // namespace stagedoor::identity
