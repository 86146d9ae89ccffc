// SPDX-License-Identifier: MIT
// Opens the sockets that the server listens on. Both functions throw boost::system::system_error
// whose what() says which address it is about.
#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace stagedoor::http {

/// A file descriptor that is closed when it goes.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int value) : value_{value} {}
    Descriptor(Descriptor&& other) noexcept : value_{other.release()} {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { reset(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int get() const { return value_; }
    [[nodiscard]] int release();
    void reset();

private:
    int value_ = -1;
};

/// The file of a listening Unix socket; removed when it goes, unless another has taken its place.
class SocketFile {
public:
    SocketFile() = default;
    explicit SocketFile(std::string path);
    SocketFile(SocketFile&& other) noexcept;
    SocketFile& operator=(SocketFile&& other) noexcept;
    ~SocketFile() { remove(); }
    SocketFile(const SocketFile&) = delete;
    SocketFile& operator=(const SocketFile&) = delete;

    void remove();

private:
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

struct TcpListening {
    Descriptor descriptor; ///< non-blocking, listening
    std::uint16_t port;    ///< the one actually taken
};

/// `address` is an IP address or a name; `port` 0 takes a free one.
[[nodiscard]] TcpListening listen_on_tcp(const std::string& address, std::uint16_t port);

struct SocketListening {
    Descriptor descriptor; ///< non-blocking, listening
    SocketFile file;
};

/// Throws what listen_on_socket() would as far as that can be told before; makes nothing.
void judge_socket_path(const std::string& path);

/// The file has mode 0600 from its first moment. One that nobody listens on any more is replaced.
[[nodiscard]] SocketListening listen_on_socket(const std::string& path);

} // namespace stagedoor::http
