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

/// The file's name must last as its content does: the hash is stored next, and without the file
/// nobody would have the key.
void sync_folder_of(const std::string& file) {
    const auto slash = file.rfind('/');
    const auto folder = slash == file.npos ? std::string{"."} : file.substr(0, slash + 1);
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int error = errno;
    ::close(descriptor);
    if (!synced) {
        throw std::runtime_error(fmt::format("cannot make the operator's key in {} last: {}",
                                             folder, std::strerror(error)));
    }
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
    sync_folder_of(file);
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
