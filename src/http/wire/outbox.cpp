// SPDX-License-Identifier: MIT
#include "outbox.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <sys/uio.h>

namespace stagedoor::http::wire {

namespace {

constexpr std::size_t pieces_a_call_max = 64;

} // namespace

void Outbox::add(std::string text) {
    pieces_.push_back(std::make_shared<const std::string>(std::move(text)));
}

void Outbox::add(const std::vector<SharedBytes>& pieces) {
    pieces_.insert(pieces_.end(), pieces.begin(), pieces.end());
}

std::optional<std::size_t> Outbox::send(int socket, std::size_t bytes_max) {
    std::array<iovec, pieces_a_call_max> parts;
    std::size_t count = 0;
    std::size_t skipped = sent_;
    for (auto i = first_; i < pieces_.size() && count < parts.size() && bytes_max > 0; ++i) {
        const std::string& piece = *pieces_[i];
        const std::size_t bytes = std::min(piece.size() - skipped, bytes_max);
        // The interface knows no const; sending only reads.
        parts[count++] = {const_cast<char*>(piece.data()) + skipped, bytes};
        bytes_max -= bytes;
        skipped = 0;
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
        return errno == EAGAIN || errno == EINTR ? std::optional<std::size_t>{0} : std::nullopt;
    }
    drop(static_cast<std::size_t>(sent));
    return static_cast<std::size_t>(sent);
}

void Outbox::drop(std::size_t bytes) {
    sent_ += bytes;
    while (first_ < pieces_.size() && sent_ >= pieces_[first_]->size()) {
        sent_ -= pieces_[first_]->size();
        pieces_[first_++].reset();
    }
    if (first_ == pieces_.size()) {
        pieces_ = {};
        first_ = 0;
    }
}

} // namespace stagedoor::http::wire
