// SPDX-License-Identifier: MIT
#include "catalogue_file.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>

#include <fmt/format.h>

#include "stagedoor/line_settings.hpp"

namespace stagedoor::reservation {

namespace {

namespace json = boost::json;

using namespace std::string_view_literals;

using Prices = std::map<std::string, std::int64_t>;

constexpr std::int64_t row_number_max = 99'999;
constexpr std::size_t text_length_max = 200;

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

std::optional<std::size_t> line_of_first_fault(std::string_view text) {
    std::size_t line = 1;
    for (std::size_t at = 0; at < text.size();) {
        const auto length = utf8_sequence_length(text.substr(at));
        if (length == 0) {
            return line;
        }
        line += text[at] == '\n' ? 1 : 0;
        at += length;
    }
    return std::nullopt;
}

/// `text` without its byte order mark; or, where it is not UTF-8, what it seems to be and, for the
/// encodings of one byte a character, the first line that shows it.
result<std::string_view, JsonFault> without_byte_order_mark(std::string_view text) {
    if (const auto encoding = wide_encoding(text); !encoding.empty()) {
        return JsonFault{"", fmt::format("the file is in {}; save it as UTF-8", encoding)};
    }
    if (const auto line = line_of_first_fault(text)) {
        return JsonFault{"", fmt::format("the file is not UTF-8, as line {} shows; it is probably "
                                         "ISO 8859-1 (Latin-1) or a code page: save it as UTF-8",
                                         *line)};
    }
    constexpr auto mark = "\xef\xbb\xbf"sv;
    return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

/// Collects seats and refuses one that is there twice.
class SeatList {
public:
    explicit SeatList(const Prices& prices) : prices_{prices} {}

    /// A fault where the seat, which `field` of what is at `path` makes, cannot be added.
    [[nodiscard]] std::optional<JsonFault> add(std::string_view path, std::string_view field,
                                               std::string number, const std::string& category) {
        const auto fault = [path](std::string_view name, std::string detail) {
            return JsonFault{fmt::format("{}.{}", path, name), std::move(detail)};
        };
        const auto price = prices_.find(category);
        if (price == prices_.end()) {
            return fault("category",
                         fmt::format("names `{}`, which is not among the categories", category));
        }
        if (!is_seat_number(number)) {
            return fault(
                field, fmt::format(
                           "makes the seat number `{}`; 1 to 16 printable characters without space "
                           "are allowed",
                           number));
        }
        if (!known_.insert(number).second) {
            return fault(field, fmt::format("makes the seat `{}` a second time", number));
        }
        seats_.push_back({SeatNumber{std::move(number)}, category, price->second});
        return std::nullopt;
    }

    [[nodiscard]] std::vector<Seat> take() { return std::move(seats_); }

private:
    const Prices& prices_;
    std::unordered_set<std::string, SeededHash, std::equal_to<>> known_;
    std::vector<Seat> seats_;
};

std::optional<JsonFault> read_categories(const json::array& array, Prices& prices) {
    for (std::size_t i = 0; i < array.size(); ++i) {
        FieldReader fields{array[i], fmt::format("categories[{}]", i)};
        auto name = fields.text("name");
        const auto price = fields.integer("price", 0, price_max);
        if (name.empty() || name.size() > text_length_max) {
            fields.fail("name", fmt::format("must be 1 to {} bytes", text_length_max));
        } else if (!prices.emplace(std::move(name), price).second) {
            fields.fail("name", "is the name of an earlier category");
        }
        if (auto fault = fields.finish()) {
            return fault;
        }
    }
    return std::nullopt;
}

struct SeatRow {
    std::string row;
    std::int64_t from = 0;
    std::int64_t to = 0;
    std::string category;
};

/// The rows as they are written, and how many seats they and `single_seats` stand for: no seat has
/// been made yet. A fault where those are too many.
std::optional<JsonFault> read_rows(const json::array& array, std::int64_t single_seats,
                                   std::int64_t seats_max, std::vector<SeatRow>& rows) {
    const auto too_many =
        fmt::format("makes more than {} seats a date (reservation.max_seats_per_date)", seats_max);
    if (single_seats > seats_max) {
        return JsonFault{"seats", too_many};
    }
    auto count = single_seats;
    for (std::size_t i = 0; i < array.size(); ++i) {
        FieldReader fields{array[i], fmt::format("rows[{}]", i)};
        SeatRow row;
        row.row = fields.text("row");
        row.from = fields.integer("from", 0, row_number_max);
        row.to = fields.integer("to", 0, row_number_max);
        row.category = fields.text("category");
        count += row.to - row.from + 1;
        if (row.to < row.from) {
            fields.fail("to", "must not be below `from`");
        } else if (count > seats_max) {
            fields.fail("to", too_many);
        }
        if (auto fault = fields.finish()) {
            return fault;
        }
        rows.push_back(std::move(row));
    }
    return std::nullopt;
}

std::optional<JsonFault> add_rows(const std::vector<SeatRow>& rows, SeatList& seats) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        const auto path = fmt::format("rows[{}]", i);
        for (auto number = row.from; number <= row.to; ++number) {
            auto name = fmt::format("{}-{}", row.row, number);
            if (auto fault = seats.add(path, "row", std::move(name), row.category)) {
                return fault;
            }
        }
    }
    return std::nullopt;
}

/// Seats times dates, still before any seat is made.
std::optional<JsonFault> judge_places(std::int64_t dates, const std::vector<SeatRow>& rows,
                                      std::int64_t single_seats, std::int64_t places_max) {
    auto seats = single_seats;
    for (const auto& row : rows) {
        seats += row.to - row.from + 1;
    }
    if (dates * seats > places_max) {
        return JsonFault{"dates", fmt::format("times {} seats make {} places, and {} are allowed "
                                              "(reservation.max_places)",
                                              seats, dates * seats, places_max)};
    }
    return std::nullopt;
}

std::optional<JsonFault> read_seats(const json::array& array, SeatList& seats) {
    for (std::size_t i = 0; i < array.size(); ++i) {
        FieldReader fields{array[i], fmt::format("seats[{}]", i)};
        auto number = fields.text("seatNumber");
        const auto category = fields.text("category");
        if (auto fault = fields.finish()) {
            return fault;
        }
        const auto path = fmt::format("seats[{}]", i);
        if (auto fault = seats.add(path, "seatNumber", std::move(number), category)) {
            return fault;
        }
    }
    return std::nullopt;
}

std::optional<JsonFault> read_queue(const json::value& value, queue::LineOverrides& overrides) {
    FieldReader fields{value, "queue"};
    for (const auto& setting : queue::line_settings) {
        if (setting.own_name.empty()) {
            continue;
        }
        if (const auto count =
                fields.optional_integer(setting.own_name, setting.least, setting.most)) {
            overrides.emplace(setting.own_name, *count);
        }
    }
    return fields.finish();
}

void read_dates(FieldReader& fields, std::int64_t dates_max, std::vector<Date>& dates) {
    const auto texts = fields.texts("dates");
    if (texts.empty() || std::ssize(texts) > dates_max) {
        fields.fail("dates",
                    fmt::format("must list 1 to {} dates (reservation.max_dates)", dates_max));
        return;
    }
    std::unordered_set<std::string_view, SeededHash> known;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto name = fmt::format("dates[{}]", i);
        if (!is_date(texts[i])) {
            fields.fail(name, "must be a date such as 2026-12-24 or 2026-12-24T14:00");
        } else if (!known.insert(texts[i]).second) {
            fields.fail(name, "is there twice");
        }
        dates.push_back(Date{texts[i]});
    }
}

void read_info(FieldReader& fields, std::string_view currency, ConcertInfo& info) {
    info.id.value = fields.text("concertId");
    if (!is_concert_id(info.id.value)) {
        fields.fail("concertId", "must be 1 to 64 characters of a-z 0-9 -");
    }
    info.title = fields.text("title");
    info.venue = fields.text("venue");
    for (const auto& [name, text] :
         {std::pair{"title", &info.title}, std::pair{"venue", &info.venue}}) {
        if (text->empty() || text->size() > text_length_max) {
            fields.fail(name, fmt::format("must be 1 to {} bytes", text_length_max));
        }
    }
    info.currency = fields.text("currency");
    if (info.currency != currency) {
        fields.fail(
            "currency",
            fmt::format("must be {}, the currency of this server (payment.currency)", currency));
    }
}

} // namespace

result<Catalogue, JsonFault> parse_catalogue(std::string_view text, std::string_view currency,
                                             const ReservationSettings& limits) {
    const auto plain = without_byte_order_mark(text);
    if (!plain) {
        return plain.error();
    }
    const auto document = parse_json(*plain);
    if (!document) {
        return document.error();
    }
    Catalogue catalogue;
    FieldReader fields{*document, ""};
    read_info(fields, currency, catalogue.info);
    read_dates(fields, limits.max_dates, catalogue.dates);

    static const json::array none;
    const auto& categories = fields.array("categories");
    const auto& rows = fields.has("rows") ? fields.array("rows") : none;
    const auto& single = fields.has("seats") ? fields.array("seats") : none;
    const auto queue = fields.has("queue") ? fields.any("queue") : json::value(json::object_kind);
    if (auto fault = fields.finish()) {
        return *fault;
    }
    std::vector<SeatRow> seat_rows;
    if (auto fault = read_rows(rows, std::ssize(single), limits.max_seats_per_date, seat_rows)) {
        return *fault;
    }
    if (auto fault = judge_places(std::ssize(catalogue.dates), seat_rows, std::ssize(single),
                                  limits.max_places)) {
        return *fault;
    }
    Prices prices;
    SeatList seats{prices};
    for (auto&& fault : {read_categories(categories, prices), add_rows(seat_rows, seats),
                         read_seats(single, seats), read_queue(queue, catalogue.info.queue)}) {
        if (fault) {
            return *fault;
        }
    }
    catalogue.seats = seats.take();
    if (catalogue.seats.empty()) {
        return JsonFault{"rows", "and `seats` together must make at least one seat"};
    }
    return catalogue;
}

} // namespace stagedoor::reservation
