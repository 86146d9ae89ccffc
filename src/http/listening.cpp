// SPDX-License-Identifier: MIT
#include "listening.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace stagedoor::http {

namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    throw boost::system::system_error{error, boost::system::system_category(), what};
}

struct AddressListDeleter {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressListDeleter>;

AddressList resolve(const std::string& address, std::uint16_t port, const std::string& what) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int error = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &list);
    if (error == EAI_SYSTEM) {
        fail(errno, what);
    }
    if (error != 0) {
        throw boost::system::system_error{boost::asio::error::host_not_found, what};
    }
    return AddressList{list};
}

void set_option(int descriptor, int level, int name) {
    const int on = 1;
    ::setsockopt(descriptor, level, name, &on, sizeof on);
}

std::uint16_t port_of(int descriptor) {
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
        fail(errno, "cannot tell which port was taken");
    }
    in_port_t port = 0; // at the same place for both families
    std::memcpy(&port, reinterpret_cast<const char*>(&bound) + offsetof(sockaddr_in, sin_port),
                sizeof port);
    return ntohs(port);
}

/// Whether somebody still answers at the socket file.
bool is_listened_on(const sockaddr_un& address) {
    const Descriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    // EAGAIN: its backlog is full, so there is one.
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
               0 ||
           errno == EAGAIN;
}

std::string sentence_about(const std::string& path) {
    return "cannot listen on the socket " + path;
}

sockaddr_un address_of(const std::string& path, const std::string& what) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        fail(ENAMETOOLONG, what + ": name storage.path from nearer by");
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

/// Whether there is a file that nobody listens on any more. Fails where another one is there.
bool judge(const std::string& path, const sockaddr_un& address, const std::string& what) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
        return false;
    }
    if (!S_ISSOCK(info.st_mode)) {
        fail(EEXIST, what + ": there is a file of another kind");
    }
    if (is_listened_on(address)) {
        fail(EADDRINUSE, what);
    }
    return true;
}

} // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        reset();
        value_ = other.release();
    }
    return *this;
}

int Descriptor::release() {
    return std::exchange(value_, -1);
}

void Descriptor::reset() {
    if (value_ >= 0) {
        ::close(std::exchange(value_, -1));
    }
}

SocketFile::SocketFile(std::string path) : path_{std::move(path)} {
    struct stat info {};
    if (::lstat(path_.c_str(), &info) == 0) {
        device_ = info.st_dev;
        inode_ = info.st_ino;
    }
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_{std::exchange(other.path_, {})}, device_{other.device_}, inode_{other.inode_} {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
    if (this != &other) {
        remove();
        path_ = std::exchange(other.path_, {});
        device_ = other.device_;
        inode_ = other.inode_;
    }
    return *this;
}

void SocketFile::remove() {
    if (path_.empty()) {
        return;
    }
    struct stat info {};
    if (::lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ && info.st_ino == inode_) {
        ::unlink(path_.c_str());
    }
    path_.clear();
}

TcpListening listen_on_tcp(const std::string& address, std::uint16_t port) {
    const std::string what = "cannot listen on " + address + ":" + std::to_string(port);
    const AddressList list = resolve(address, port, what);
    Descriptor descriptor{
        ::socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP)};
    if (descriptor.get() < 0) {
        fail(errno, what);
    }
    set_option(descriptor.get(), SOL_SOCKET, SO_REUSEADDR);
    set_option(descriptor.get(), IPPROTO_TCP, TCP_NODELAY); // what is accepted inherits it
    if (::bind(descriptor.get(), list->ai_addr, list->ai_addrlen) != 0 ||
        ::listen(descriptor.get(), SOMAXCONN) != 0) {
        fail(errno, what);
    }
    const std::uint16_t taken = port_of(descriptor.get());
    return {std::move(descriptor), taken};
}

void judge_socket_path(const std::string& path) {
    const std::string what = sentence_about(path);
    static_cast<void>(judge(path, address_of(path, what), what));
    const auto folder = std::filesystem::path{path}.parent_path();
    if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0 && errno != ENOENT) {
        fail(errno, what + ": its folder must be writable");
    }
}

SocketListening listen_on_socket(const std::string& path) {
    const std::string what = sentence_about(path);
    const sockaddr_un address = address_of(path, what);
    if (judge(path, address, what)) {
        ::unlink(path.c_str());
    }

    Descriptor descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    // On Linux bind(2) takes the mode from the socket, so that there is no moment at which the file
    // is open to others; unlike with umask(2), other threads notice nothing.
    if (descriptor.get() < 0 || ::fchmod(descriptor.get(), S_IRUSR | S_IWUSR) != 0 ||
        ::bind(descriptor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
            0) {
        fail(errno, what);
    }
    SocketFile file{path};
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 ||
        (info.st_mode & 0777U & ~static_cast<mode_t>(0600)) != 0) {
        fail(EPERM, what + ": its file would be open to others");
    }
    if (::listen(descriptor.get(), SOMAXCONN) != 0) {
        fail(errno, what);
    }
    return {std::move(descriptor), std::move(file)};
}

} // namespace stagedoor::http
