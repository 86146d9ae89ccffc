// SPDX-License-Identifier: MIT
// What a socket has still to take, in order. Pieces are shared, so that whoever reads a large
// answer slowly keeps no copy of it. Owned by a Session; loop thread only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/http.hpp"

namespace stagedoor::http::wire {

class Outbox {
public:
    /// Neither text nor a piece may be empty.
    void add(std::string text);
    void add(const std::vector<SharedBytes>& pieces);

    [[nodiscard]] bool empty() const { return pieces_.empty(); }

    /// Sends from the front, at most `bytes_max` and one system call. How many bytes the socket has
    /// taken, 0 where it takes none at present; nothing where the connection is broken.
    [[nodiscard]] std::optional<std::size_t> send(int socket, std::size_t bytes_max);

private:
    void drop(std::size_t bytes);

    std::vector<SharedBytes> pieces_; ///< those before `first_` are gone
    std::size_t first_ = 0;
    std::size_t sent_ = 0; ///< of the first
};

} // namespace stagedoor::http::wire
