// SPDX-License-Identifier: MIT
#include "catalogue_encoding.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

namespace stagedoor::reservation {

namespace {

using namespace std::string_view_literals;

/// By the mark at the start, or by the zero bytes that UTF-16 and UTF-32 have in the first
/// character of every JSON text; empty for all else.
std::string_view wide_encoding(std::string_view text) {
    const auto is_zero = [&](std::size_t i) { return i < text.size() && text[i] == '\0'; };
    if (text.starts_with("\0\0\xfe\xff"sv) || text.starts_with("\xff\xfe\0\0"sv)) {
        return "UTF-32";
    }
    if (text.starts_with("\xfe\xff"sv) || text.starts_with("\xff\xfe"sv)) {
        return "UTF-16";
    }
    if (is_zero(1) && is_zero(2)) {
        return "UTF-32";
    }
    return is_zero(0) || is_zero(1) ? "UTF-16" : "";
}

/// The length of the well-formed UTF-8 sequence at the start of `text` (Unicode, table 3-7); 0 if
/// there is none.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) {
        return 0;
    }
    // The second byte's range is narrower after some first ones: no overlong forms, surrogates or
    // beyond U+10FFFF.
    const unsigned char least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const unsigned char most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    const auto rest = text.substr(2, length - 2);
    const bool goes_on = std::all_of(rest.begin(), rest.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    });
    return byte(1) >= least && byte(1) <= most && goes_on ? length : 0;
}

std::optional<std::size_t> line_of_first_fault(std::string_view text) {
    std::size_t line = 1;
    for (std::size_t at = 0; at < text.size();) {
        const auto length = sequence_length(text.substr(at));
        if (length == 0) {
            return line;
        }
        line += text[at] == '\n' ? 1 : 0;
        at += length;
    }
    return std::nullopt;
}

} // namespace

result<std::string_view, EncodingFault> without_byte_order_mark(std::string_view text) {
    if (const auto encoding = wide_encoding(text); !encoding.empty()) {
        return EncodingFault{fmt::format("the file is in {}; save it as UTF-8", encoding)};
    }
    if (const auto line = line_of_first_fault(text)) {
        return EncodingFault{fmt::format("the file is not UTF-8, as line {} shows; it is probably "
                                         "ISO 8859-1 (Latin-1) or a code page: save it as UTF-8",
                                         *line)};
    }
    constexpr auto mark = "\xef\xbb\xbf"sv;
    return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

} // namespace stagedoor::reservation
