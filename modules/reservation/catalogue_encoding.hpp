// SPDX-License-Identifier: MIT
// In which encoding a catalogue file was saved: UTF-8 is read, any other is named. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace stagedoor::reservation {

struct EncodingFault {
    std::string detail; ///< a sentence
};

/// `text` without its byte order mark; or, where it is not UTF-8, what it seems to be and, for the
/// encodings of one byte a character, the first line that shows it.
[[nodiscard]] result<std::string_view, EncodingFault>
without_byte_order_mark(std::string_view text);

} // namespace stagedoor::reservation
