// SPDX-License-Identifier: MIT
// What a connection has received and not yet used, in one piece, so that requests can be views into
// it. Small while idle, grown by doubling only as bytes really arrive. Owned by a Session; loop
// thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace stagedoor::http::wire {

class InputBuffer {
public:
    static constexpr std::size_t idle_bytes = 2048; ///< more than a poll with its headers takes

    [[nodiscard]] std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
    [[nodiscard]] std::size_t size() const { return end_ - begin_; }
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }

    /// Room for at least one more byte behind the content. `total_bytes_max` is how large the
    /// content may have to become; it is larger than size(). Invalidates views.
    [[nodiscard]] std::span<char> prepare(std::size_t total_bytes_max);

    /// `bytes` have been written into what `prepare` returned.
    void commit(std::size_t bytes) { end_ += bytes; }

    /// All that is in it behind the first `offset` bytes, to be rewritten in place.
    [[nodiscard]] std::span<char> behind(std::size_t offset) {
        return {data_.get() + begin_ + offset, size() - offset};
    }

    /// Takes out the `bytes` that follow the first `offset`. Invalidates views behind them.
    void cut(std::size_t offset, std::size_t bytes);

    /// The first `bytes` have been used. Views stay valid until the next `prepare`.
    void consume(std::size_t bytes) { begin_ += bytes; }

private:
    void reallocate(std::size_t capacity);

    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace stagedoor::http::wire
