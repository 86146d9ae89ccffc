// SPDX-License-Identifier: MIT
#include "input_buffer.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"

namespace stagedoor::http::wire {

namespace {

constexpr std::size_t read_bytes_min =
    512; ///< reads into less room than this are not worth a system call

} // namespace

std::span<char> InputBuffer::prepare(std::size_t total_bytes_max) {
    STAGEDOOR_ASSERT(total_bytes_max > size(), "there is something left to read");
    if (empty()) {
        begin_ = end_ = 0;
        if (capacity_ != idle_bytes) {
            reallocate(idle_bytes);
        }
    } else if (begin_ > 0 && capacity_ - end_ < read_bytes_min) {
        std::memmove(data_.get(), data_.get() + begin_, size());
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == capacity_) {
        reallocate(std::min(2 * capacity_, std::max(total_bytes_max, size() + 1)));
    }
    return {data_.get() + end_, capacity_ - end_};
}

void InputBuffer::cut(std::size_t offset, std::size_t bytes) {
    STAGEDOOR_ASSERT(offset + bytes <= size(), "only what is there can be taken out");
    char* const gap = data_.get() + begin_ + offset;
    std::memmove(gap, gap + bytes, size() - offset - bytes);
    end_ -= bytes;
}

void InputBuffer::reallocate(std::size_t capacity) {
    std::unique_ptr<char[]> grown{new char[capacity]}; // make_unique would clear it first
    if (!empty()) {
        std::memcpy(grown.get(), data_.get() + begin_, size());
    }
    data_ = std::move(grown);
    end_ -= begin_;
    begin_ = 0;
    capacity_ = capacity;
}

} // namespace stagedoor::http::wire
