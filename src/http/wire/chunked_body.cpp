// SPDX-License-Identifier: MIT
#include "chunked_body.hpp"

#include <algorithm>
#include <cstring>

namespace stagedoor::http::wire {

namespace {

constexpr unsigned size_digits_max = 16; ///< as many as 64 bits have

constexpr Refusal malformed(std::string_view detail) {
    return {"malformed-request", detail};
}

/// The value of a hex digit, -1 for anything else.
int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char letter = static_cast<char>(c | 0x20);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/// What may stand in an extension or in the value of a trailer: no line break, no other control.
bool is_text(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

} // namespace

result<ChunkedBody::Progress, Refusal> ChunkedBody::decode(std::span<char> data) {
    Progress progress{0, 0};
    while (progress.taken < data.size() && !complete()) {
        if (state_ != State::content) {
            if (const auto refusal = take(data[progress.taken])) {
                return *refusal;
            }
            ++progress.taken;
            continue;
        }
        const auto bytes =
            static_cast<std::size_t>(std::min<std::uint64_t>(size_, data.size() - progress.taken));
        std::memmove(data.data() + progress.decoded, data.data() + progress.taken, bytes);
        progress.taken += bytes;
        progress.decoded += bytes;
        size_ -= bytes;
        if (size_ == 0) {
            state_ = State::content_cr;
        }
    }
    return progress;
}

/// One byte of what is not content.
std::optional<Refusal> ChunkedBody::take(char c) {
    switch (state_) {
    case State::size:
        return take_size(c);
    case State::extension:
        if (c == '\r') {
            state_ = State::size_end;
            return std::nullopt;
        }
        return is_text(c) ? count_dropped()
                          : malformed("A chunk's extension has a character that it may not have.");
    case State::size_end:
        digits_ = 0;
        return expect(c, '\n', size_ == 0 ? State::line_start : State::content);
    case State::content_cr:
        return expect(c, '\r', State::content_lf);
    case State::content_lf:
        return expect(c, '\n', State::size);
    case State::line_start:
        return take_line_start(c);
    case State::trailer_name:
        if (c == ':') {
            state_ = State::trailer_value;
        } else if (!is_token_char(c)) {
            return malformed("A trailer is not of the form `Name: value`.");
        }
        return count_dropped();
    case State::trailer_value:
        if (c == '\r') {
            state_ = State::trailer_end;
        } else if (!is_text(c)) {
            return malformed("A trailer has a character that it may not have.");
        }
        return count_dropped();
    case State::trailer_end: {
        const auto refusal = expect(c, '\n', State::line_start);
        return refusal ? refusal : count_dropped();
    }
    case State::last_lf:
        return expect(c, '\n', State::complete);
    case State::content:
    case State::complete:
        break;
    }
    return malformed("This is no part of a chunked body.");
}

std::optional<Refusal> ChunkedBody::take_size(char c) {
    if (const int value = hex_value(c); value >= 0) {
        if (++digits_ > size_digits_max) {
            return malformed("The size of a chunk has more than 16 digits.");
        }
        size_ = size_ * 16 + static_cast<std::uint64_t>(value);
        return std::nullopt;
    }
    if (digits_ == 0 || (c != '\r' && c != ';')) {
        return malformed("The size of a chunk is not a hexadecimal number with CR LF behind it.");
    }
    if (size_ > limits_.body_bytes_max - decoded_) { // before a byte of it has come
        return Refusal{"body-too-large", "The body is larger than the server takes."};
    }
    decoded_ += static_cast<std::size_t>(size_);
    state_ = c == '\r' ? State::size_end : State::extension;
    return c == '\r' ? std::nullopt : count_dropped();
}

std::optional<Refusal> ChunkedBody::take_line_start(char c) {
    if (c == '\r') {
        state_ = State::last_lf;
        return std::nullopt;
    }
    if (!is_token_char(c)) {
        return malformed("A trailer is not of the form `Name: value`.");
    }
    if (++fields_ > limits_.header.fields_max) {
        return Refusal{"header-too-large", "The body has too many trailers."};
    }
    state_ = State::trailer_name;
    return count_dropped();
}

std::optional<Refusal> ChunkedBody::expect(char c, char wanted, State next) {
    if (c != wanted) {
        return malformed("A chunk or a line of a chunked body does not end in CR LF.");
    }
    state_ = next;
    return std::nullopt;
}

std::optional<Refusal> ChunkedBody::count_dropped() {
    if (++dropped_ > limits_.header.bytes_max) {
        return Refusal{"header-too-large", "The body has too many bytes of extensions and "
                                           "trailers."};
    }
    return std::nullopt;
}

} // namespace stagedoor::http::wire
