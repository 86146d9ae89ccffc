// SPDX-License-Identifier: MIT
// Request bodies, read strictly: an unknown or missing field, a wrong type, a duplicate key or bad
// UTF-8 is refused whole, and the refusal names the field. How JSON is written, and what UTF-8 is.
// Thread-safe (no state).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/result.hpp"

namespace stagedoor {

/// What is wrong with a piece of JSON and where: `field` is a path such as `rows[2].from`, empty
/// for the whole.
struct JsonFault {
    std::string field;
    std::string detail;
};

/// Parses `text` as one JSON value, refusing what Boost.JSON alone would let pass: duplicate keys,
/// more than 32 levels, and more than 64 keys in one object, so that no choice of keys makes the
/// search for duplicates long. Syntax errors name the line.
[[nodiscard]] result<boost::json::value, JsonFault> parse_json(std::string_view text);

/// Reads the fields of one object, each once, and remembers the first fault. Usage:
/// `FieldReader fields{value, ""}; auto a = fields.text("a"); auto n = fields.integer("n", 1, 10);`
/// `if (auto fault = fields.finish()) …` — `finish` also refuses the fields that nobody read.
class FieldReader {
public:
    /// `path` is the object's own path within the document, empty for the top.
    FieldReader(const boost::json::value& value, std::string path);

    [[nodiscard]] bool has(std::string_view name) const;

    /// Each returns a default-made value and records a fault where the field is missing or of
    /// another type.
    std::string text(std::string_view name);
    std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most);
    /// At most `count_max` of them, which is judged before any of them is looked at.
    std::vector<std::string> texts(std::string_view name, std::size_t count_max = SIZE_MAX);
    const boost::json::array& array(std::string_view name);
    const boost::json::value& any(std::string_view name);

    std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least,
                                                 std::int64_t most);

    void fail(std::string_view name, std::string detail);
    [[nodiscard]] std::string path_of(std::string_view name) const;
    [[nodiscard]] std::optional<JsonFault> finish();

private:
    const boost::json::value* take(std::string_view name);

    const boost::json::object* object_ = nullptr;
    std::string path_;
    std::vector<std::string> read_;
    std::optional<JsonFault> fault_;
};

/// The same value with its keys in order and without white space: equal for equal JSON.
[[nodiscard]] std::string canonical_json(const boost::json::value& value);

/// Appends `text` as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

/// The length of the well-formed UTF-8 sequence at the start of `text` (Unicode, table 3-7), which
/// must not be empty; 0 where there is none.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text);

} // namespace stagedoor
