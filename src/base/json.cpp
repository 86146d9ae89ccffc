// SPDX-License-Identifier: MIT
#include "base/json.hpp"

#include <algorithm>
#include <unordered_set>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

namespace stagedoor {

namespace json = boost::json;

namespace {

constexpr std::size_t depth_max = 32;
constexpr std::size_t keys_max = 64; ///< in one object; no endpoint has half as many fields

/// Builds the value as Boost.JSON's own handler does, and stops at the first key that an object has
/// twice or may not have any more.
class StrictHandler {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
    using error_code = boost::system::error_code;

    std::optional<JsonFault> fault; ///< once one was found that the parser knows nothing of

    json::value release() { return stack_.release(); }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) {
        open_.push_back({});
        return true;
    }
    bool on_object_end(std::size_t size, error_code&) {
        stack_.push_object(size);
        open_.pop_back();
        return close_value();
    }
    bool on_array_begin(error_code&) {
        open_.push_back({.is_array = true, .key = {}, .keys = {}});
        return true;
    }
    bool on_array_end(std::size_t size, error_code&) {
        stack_.push_array(size);
        open_.pop_back();
        return close_value();
    }
    bool on_key_part(json::string_view part, std::size_t, error_code&) {
        key_.append(part.data(), part.size());
        stack_.push_chars(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, error_code& error) {
        key_.append(part.data(), part.size());
        stack_.push_key(part);
        auto& object = open_.back();
        object.key = std::exchange(key_, {});
        if (object.keys.size() == keys_max) {
            fault = JsonFault{path(), "is one key too many: an object has at most 64"};
        } else if (!object.keys.insert(object.key).second) {
            fault = JsonFault{path(), "this key is there twice in one object"};
        } else {
            return true;
        }
        error = json::error::exception;
        return false;
    }
    bool on_string_part(json::string_view part, std::size_t, error_code&) {
        stack_.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, error_code&) {
        stack_.push_string(part);
        return close_value();
    }
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t number, json::string_view, error_code&) {
        stack_.push_int64(number);
        return close_value();
    }
    bool on_uint64(std::uint64_t number, json::string_view, error_code&) {
        stack_.push_uint64(number);
        return close_value();
    }
    bool on_double(double number, json::string_view, error_code&) {
        stack_.push_double(number);
        return close_value();
    }
    bool on_bool(bool value, error_code&) {
        stack_.push_bool(value);
        return close_value();
    }
    bool on_null(error_code&) {
        stack_.push_null();
        return close_value();
    }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

private:
    struct Open {
        bool is_array = false;
        std::string key;
        std::unordered_set<std::string> keys;
        std::size_t index = 0;
    };

    bool close_value() {
        if (!open_.empty() && open_.back().is_array) {
            ++open_.back().index;
        }
        return true;
    }

    [[nodiscard]] std::string path() const {
        std::string text;
        for (const auto& open : open_) {
            if (open.is_array) {
                text += fmt::format("[{}]", open.index);
            } else {
                text += text.empty() ? "" : ".";
                text += open.key;
            }
        }
        return text;
    }

    json::value_stack stack_;
    std::vector<Open> open_;
    std::string key_;
};

std::size_t line_of(std::string_view text, std::size_t at) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(at, text.size()));
    return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

const json::value& null_value() {
    static const json::value value;
    return value;
}

} // namespace

result<json::value, JsonFault> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = depth_max;
    json::basic_parser<StrictHandler> parser{options};
    boost::system::error_code error;
    const auto parsed = parser.write_some(false, text.data(), text.size(), error);
    if (const auto& fault = parser.handler().fault) {
        return *fault;
    }
    if (error) {
        return JsonFault{"", fmt::format("not valid JSON at line {}: {}", line_of(text, parsed),
                                         error.message())};
    }
    if (parsed < text.size()) {
        return JsonFault{"", fmt::format("not valid JSON: something follows the value at line {}",
                                         line_of(text, parsed))};
    }
    return parser.handler().release();
}

FieldReader::FieldReader(const json::value& value, std::string path)
    : object_{value.if_object()}, path_{std::move(path)} {
    if (object_ == nullptr) {
        fault_ = JsonFault{path_, "must be a JSON object"};
    }
}

bool FieldReader::has(std::string_view name) const {
    return object_ != nullptr && object_->contains(name);
}

std::string FieldReader::path_of(std::string_view name) const {
    return path_.empty() ? std::string{name} : fmt::format("{}.{}", path_, name);
}

void FieldReader::fail(std::string_view name, std::string detail) {
    if (!fault_) {
        fault_ = JsonFault{path_of(name), std::move(detail)};
    }
}

const json::value* FieldReader::take(std::string_view name) {
    if (object_ == nullptr) {
        return nullptr;
    }
    read_.emplace_back(name);
    const auto* value = object_->if_contains(name);
    if (value == nullptr) {
        fail(name, "is missing");
    }
    return value;
}

std::string FieldReader::text(std::string_view name) {
    const auto* value = take(name);
    if (value == nullptr) {
        return {};
    }
    if (!value->is_string()) {
        fail(name, "must be a string");
        return {};
    }
    return std::string{value->get_string()};
}

std::int64_t FieldReader::integer(std::string_view name, std::int64_t least, std::int64_t most) {
    const auto* value = take(name);
    if (value == nullptr) {
        return {};
    }
    if (!value->is_int64() && !value->is_uint64()) {
        fail(name, "must be a whole number");
        return {};
    }
    if (!value->is_int64() || value->get_int64() < least || value->get_int64() > most) {
        fail(name, fmt::format("must be from {} to {}", least, most));
        return {};
    }
    return value->get_int64();
}

std::optional<std::int64_t> FieldReader::optional_integer(std::string_view name, std::int64_t least,
                                                          std::int64_t most) {
    if (!has(name)) {
        return std::nullopt;
    }
    return integer(name, least, most);
}

std::vector<std::string> FieldReader::texts(std::string_view name, std::size_t count_max) {
    const auto& elements = array(name);
    if (elements.size() > count_max) {
        fail(name, fmt::format("must have at most {} elements", count_max));
        return {};
    }
    std::vector<std::string> found;
    for (const auto& element : elements) {
        if (!element.is_string()) {
            fail(fmt::format("{}[{}]", name, found.size()), "must be a string");
            return {};
        }
        found.emplace_back(element.get_string());
    }
    return found;
}

const json::array& FieldReader::array(std::string_view name) {
    static const json::array none;
    const auto* value = take(name);
    if (value == nullptr) {
        return none;
    }
    if (!value->is_array()) {
        fail(name, "must be an array");
        return none;
    }
    return value->get_array();
}

const json::value& FieldReader::any(std::string_view name) {
    const auto* value = take(name);
    return value == nullptr ? null_value() : *value;
}

std::optional<JsonFault> FieldReader::finish() {
    if (object_ != nullptr && !fault_) {
        for (const auto& [key, value] : *object_) {
            if (std::find(read_.begin(), read_.end(), std::string_view{key}) == read_.end()) {
                fail(std::string_view{key}, "is not a known field");
                break;
            }
        }
    }
    return fault_;
}

std::string canonical_json(const json::value& value) {
    if (const auto* array = value.if_array()) {
        std::string out = "[";
        for (const auto& element : *array) {
            out += out.size() > 1 ? "," : "";
            out += canonical_json(element);
        }
        return out + "]";
    }
    if (const auto* object = value.if_object()) {
        std::vector<std::string_view> keys;
        for (const auto& [key, member] : *object) {
            keys.emplace_back(key);
        }
        std::sort(keys.begin(), keys.end());
        std::string out = "{";
        for (const auto key : keys) {
            out += out.size() > 1 ? "," : "";
            append_json_string(out, key);
            out += ":";
            out += canonical_json(object->at(key));
        }
        return out + "}";
    }
    return json::serialize(value);
}

void append_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view hex_digits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out += hex_digits[static_cast<unsigned char>(c) >> 4];
            out += hex_digits[static_cast<unsigned char>(c) & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

std::size_t utf8_sequence_length(std::string_view text) {
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
    if (byte(1) < least || byte(1) > most) {
        return 0;
    }
    for (std::size_t i = 2; i < length; ++i) {
        if (byte(i) < 0x80 || byte(i) > 0xbf) {
            return 0;
        }
    }
    return length;
}

} // namespace stagedoor
