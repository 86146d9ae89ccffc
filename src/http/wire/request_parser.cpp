// SPDX-License-Identifier: MIT
#include "request_parser.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

namespace stagedoor::http::wire {

namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

constexpr Refusal malformed(std::string_view detail) {
    return {"malformed-request", detail};
}

/// Which characters a piece of grammar allows, as a table: this is asked of every byte of a target.
class CharSet {
public:
    constexpr explicit CharSet(std::string_view others) {
        for (int c = 0; c < 128; ++c) {
            const bool alnum =
                (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            allowed_[static_cast<std::size_t>(c)] =
                alnum || others.find(static_cast<char>(c)) != others.npos;
        }
    }

    [[nodiscard]] constexpr bool contains(char c) const {
        return allowed_[static_cast<unsigned char>(c)];
    }
    [[nodiscard]] bool contains_all(std::string_view text) const {
        return std::all_of(text.begin(), text.end(), [this](char c) { return contains(c); });
    }

private:
    std::array<bool, 256> allowed_{};
};

constexpr CharSet token_chars{"!#$%&'*+-.^_`|~"}; // RFC 9110, section 5.6.2
constexpr CharSet host_chars{"-._~%!$&'()*+,;="}; // RFC 3986, reg-name
constexpr CharSet ip_literal_chars{":.%-_~"};     // between brackets
constexpr CharSet target_chars{
    "-._~:/?[]@!$&'()*+,;=%{}|\\^`"}; // what browsers send: no `#"<>`, only ASCII

bool is_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool iequals(std::string_view a, std::string_view b) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [&](char x, char y) { return lower(x) == lower(y); });
}

bool istarts_with(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == text.npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view to_std(beast::string_view text) {
    return {text.data(), text.size()};
}

/// `uri-host [ ":" port ]` of RFC 9110, section 7.2, where an http URI's host may not be empty.
bool is_authority(std::string_view text) {
    std::string_view port;
    if (!text.empty() && text.front() == '[') {
        const std::size_t end = text.find(']');
        if (end == text.npos || end < 3) {
            return false;
        }
        port = text.substr(end + 1);
        if (!ip_literal_chars.contains_all(text.substr(1, end - 1))) {
            return false;
        }
    } else {
        const std::size_t end = std::min(text.find(':'), text.size());
        const auto host = text.substr(0, end);
        port = text.substr(end);
        if (host.empty() || !host_chars.contains_all(host)) {
            return false;
        }
    }
    return port.empty() || (port.front() == ':' && port.size() <= 6 &&
                            (port.size() == 1 || is_digits(port.substr(1))));
}

/// Whether a list of transfer codings has nothing in it, or nothing but the word again and again.
bool is_chunked_repeated(std::string_view list) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const auto coding = trim(list.substr(0, comma));
        if (!coding.empty() && !iequals(coding, "chunked")) {
            return false;
        }
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return true;
}

std::optional<Method> method_of(bhttp::verb verb) {
    switch (verb) {
    case bhttp::verb::get:
        return Method::get;
    case bhttp::verb::head:
        return Method::head;
    case bhttp::verb::post:
        return Method::post;
    case bhttp::verb::put:
        return Method::put;
    case bhttp::verb::patch:
        return Method::patch;
    case bhttp::verb::delete_:
        return Method::delete_;
    case bhttp::verb::options:
        return Method::options;
    default:
        return std::nullopt;
    }
}

/// Splits the request target into the path and the query of `head`; false where it is none.
bool read_target(std::string_view target, RequestHead& head) {
    if (target == "*") {
        head.path = target;
        return head.method == Method::options;
    }
    if (!target_chars.contains_all(target)) {
        return false;
    }
    if (target.front() != '/') {
        const std::size_t scheme =
            istarts_with(target, "http://") ? 7 : (istarts_with(target, "https://") ? 8 : 0);
        if (scheme == 0) {
            return false;
        }
        const std::size_t end = std::min(target.find_first_of("/?", scheme), target.size());
        if (!is_authority(target.substr(scheme, end - scheme))) {
            return false;
        }
        target.remove_prefix(end);
    }
    const std::size_t mark = std::min(target.find('?'), target.size());
    head.path = target.substr(0, mark);
    head.query = target.substr(std::min(mark + 1, target.size()));
    if (head.path.empty()) {
        head.path = head.method == Method::options && mark == target.size() ? "*" : "/";
    }
    return true;
}

/// Beast's parser, whose callbacks gather what matters as views. Beast has checked the grammar of a
/// line before it calls; everything that spans lines is checked here.
class HeadParser final : public bhttp::basic_parser<true> {
public:
    HeadParser() {
        header_limit(0xffff'ffff); // HeaderScan has seen to it
        body_limit(boost::none);   // the session sees to it
    }

    /// What the whole block amounts to. Only after Beast has gone through it.
    [[nodiscard]] result<RequestHead, Refusal> finish() {
        if (refusal_) {
            return *refusal_;
        }
        if (hosts_ == 0 && !head_.http_1_0) {
            return malformed("The header Host is missing.");
        }
        if (const auto refusal = judge_transfer_encoding()) {
            return *refusal;
        }
        head_.chunked = transfer_encodings_ > 0;
        head_.keep_alive = keep_alive();
        return head_;
    }

    [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }

private:
    using error_code = beast::error_code;

    void on_request_impl(bhttp::verb verb, beast::string_view, beast::string_view target,
                         int version, error_code& error) override {
        head_.http_1_0 = version == 10;
        const auto method = method_of(verb);
        if (!method) {
            refuse({"not-implemented", "The request method is not supported."}, error);
            return;
        }
        head_.method = *method;
        if (!read_target(to_std(target), head_)) {
            refuse(malformed("The request target is neither a path nor an absolute http URI."),
                   error);
        }
    }

    void on_field_impl(bhttp::field field, beast::string_view name, beast::string_view text,
                       error_code& error) override {
        const std::string_view value = to_std(text);
        switch (field) {
        case bhttp::field::host:
            on_host(value, error);
            break;
        case bhttp::field::content_length:
            on_content_length(value, error);
            break;
        case bhttp::field::transfer_encoding:
            ++transfer_encodings_;
            transfer_encoding_ = value;
            break;
        case bhttp::field::expect:
            on_expect(value, error);
            break;
        case bhttp::field::authorization:
            on_authorization(value, error);
            break;
        case bhttp::field::content_type:
            take_once(head_.content_type, value, "The header Content-Type is there twice.", error);
            break;
        case bhttp::field::if_none_match:
            // Two lines make one list, which cannot be a view; without it the answer is only
            // longer.
            head_.if_none_match = if_none_matches_++ == 0 ? std::optional{value} : std::nullopt;
            break;
        case bhttp::field::unknown:
            if (iequals(to_std(name), "Idempotency-Key")) {
                take_once(head_.idempotency_key, value,
                          "The header Idempotency-Key is there twice.", error);
            }
            break;
        default:
            break;
        }
    }

    void on_host(std::string_view value, error_code& error) {
        if (++hosts_ > 1) {
            refuse(malformed("The header Host is there twice."), error);
        } else if (!is_authority(value)) {
            refuse(malformed("The header Host is not a host."), error);
        }
    }

    // Beast has read the number, but takes a list of equal ones for one as well.
    void on_content_length(std::string_view value, error_code& error) {
        if (++content_lengths_ > 1 || !is_digits(value)) {
            refuse(malformed("Content-Length must be there once, and be one decimal number."),
                   error);
            return;
        }
        head_.content_length = 0;
        for (const char digit : value) { // cannot overflow: Beast has refused what would
            head_.content_length =
                head_.content_length * 10 + static_cast<std::uint64_t>(digit - '0');
        }
    }

    /// Exactly the one word, and nothing beside it: at the end, so that the order of the lines is
    /// all the same.
    [[nodiscard]] std::optional<Refusal> judge_transfer_encoding() const {
        if (transfer_encodings_ == 0 ||
            (transfer_encodings_ == 1 && content_lengths_ == 0 && !head_.http_1_0 &&
             iequals(transfer_encoding_, "chunked"))) {
            return std::nullopt;
        }
        if (head_.http_1_0) {
            return malformed("HTTP/1.0 has no Transfer-Encoding.");
        }
        if (transfer_encodings_ > 1 || content_lengths_ > 0) {
            return malformed("Transfer-Encoding is there twice, or beside a Content-Length.");
        }
        if (is_chunked_repeated(transfer_encoding_)) {
            return malformed("Transfer-Encoding must be `chunked` once, and nothing else.");
        }
        return Refusal{"not-implemented", "The only transfer coding that is taken is chunked."};
    }

    void on_expect(std::string_view value, error_code& error) {
        if (head_.http_1_0) {
            return; // RFC 9110, section 10.1.1: to be ignored
        }
        if (!iequals(value, "100-continue")) {
            refuse({"expectation-failed", "The only expectation that can be met is 100-continue."},
                   error);
        }
        head_.expects_continue = true;
    }

    void on_authorization(std::string_view value, error_code& error) {
        if (++authorizations_ > 1) {
            refuse(malformed("The header Authorization is there twice."), error);
        } else if (istarts_with(value, "Bearer ")) {
            const std::string_view token = trim(value.substr(7));
            head_.bearer = token.empty() ? std::nullopt : std::optional{token};
        }
    }

    void take_once(std::optional<std::string_view>& into, std::string_view value,
                   std::string_view detail, error_code& error) {
        if (into) {
            refuse(malformed(detail), error);
            return;
        }
        into = value;
    }

    void refuse(Refusal refusal, error_code& error) {
        refusal_ = refusal;
        error = bhttp::error::bad_value; // any will do: it stops Beast
    }

    void on_header_impl(error_code&) override {}
    void on_finish_impl(error_code&) override {}
    void on_response_impl(int, beast::string_view, int, error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(beast::string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, error_code&) override {
        return 0;
    }

    RequestHead head_;
    std::optional<Refusal> refusal_;
    unsigned hosts_ = 0;
    unsigned content_lengths_ = 0;
    unsigned transfer_encodings_ = 0;
    std::string_view transfer_encoding_;
    unsigned authorizations_ = 0;
    unsigned if_none_matches_ = 0;
};

/// Beast says "bad version" to another version and to no version at all.
bool names_other_version(std::string_view block) {
    const std::string_view line = block.substr(0, block.find('\r'));
    const std::size_t space = line.rfind(' ');
    const std::string_view version = space == line.npos ? line : line.substr(space + 1);
    return version.size() == 8 && version.starts_with("HTTP/") && is_digits(version.substr(5, 1)) &&
           version[6] == '.' && is_digits(version.substr(7, 1)) &&
           !version.starts_with("HTTP/1.0") && !version.starts_with("HTTP/1.1");
}

Refusal refusal_for(beast::error_code error, std::string_view block) {
    if (error == bhttp::error::bad_version && names_other_version(block)) {
        return {"version-not-supported", "The request is neither HTTP/1.1 nor HTTP/1.0."};
    }
    if (error == bhttp::error::bad_content_length ||
        error == bhttp::error::multiple_content_length) {
        return malformed("Content-Length must be there once, and be one decimal number.");
    }
    if (error == bhttp::error::bad_transfer_encoding) {
        return malformed("Transfer-Encoding is there twice, or beside a Content-Length.");
    }
    if (error == bhttp::error::bad_method || error == bhttp::error::bad_target ||
        error == bhttp::error::bad_version) {
        return malformed("The request line is not of the form `METHOD TARGET HTTP/1.1`.");
    }
    return malformed("A header line is not of the form `Name: value`.");
}

} // namespace

result<std::size_t, Refusal> HeaderScan::advance(std::string_view data,
                                                 const HeaderLimits& limits) {
    const auto too_large = [&]() -> Refusal {
        return lines_ == 0
                   ? Refusal{"uri-too-long", "The request line is too long."}
                   : Refusal{"header-too-large", "The header has too many bytes or fields."};
    };
    while (const void* found = std::memchr(data.data() + scanned_, '\n', data.size() - scanned_)) {
        const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - data.data());
        if (at >= limits.bytes_max) {
            return too_large();
        }
        if (at == line_start_ || data[at - 1] != '\r') {
            return malformed("A line does not end in CR LF.");
        }
        const bool empty = at == line_start_ + 1;
        if (empty && lines_ > 0) {
            return at + 1;
        }
        if (empty || (lines_ > 0 && (data[line_start_] == ' ' || data[line_start_] == '\t'))) {
            return malformed(empty ? "The request line is empty." : "A header line is folded.");
        }
        if (++lines_ > limits.fields_max + 1) {
            return too_large();
        }
        line_start_ = scanned_ = at + 1;
    }
    scanned_ = data.size();
    if (data.size() >= limits.bytes_max) {
        return too_large();
    }
    // Whoever speaks TLS to this port should not have to wait for a time-out to learn of it.
    if (lines_ == 0 && !data.empty() && !token_chars.contains(data.front())) {
        return malformed("This is not the beginning of an HTTP request.");
    }
    return std::size_t{0};
}

result<RequestHead, Refusal> parse_head(std::string_view block) {
    HeadParser parser;
    beast::error_code error;
    parser.put(boost::asio::const_buffer{block.data(), block.size()}, error);
    if (error && !parser.refusal()) {
        return refusal_for(error, block);
    }
    return parser.finish();
}

bool is_token_char(char c) {
    return token_chars.contains(c);
}

bool is_idempotency_key(std::string_view text) {
    return !text.empty() && text.size() <= 255 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

bool is_json_media_type(std::string_view content_type) {
    return iequals(trim(content_type.substr(0, content_type.find(';'))), "application/json");
}

} // namespace stagedoor::http::wire
