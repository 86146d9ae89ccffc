// SPDX-License-Identifier: MIT
#include "catalogue_file.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>

#include <fmt/format.h>

#include "catalogue_encoding.hpp"
#include "stagedoor/line_settings.hpp"

namespace stagedoor::reservation {

namespace {

namespace json = boost::json;

using Prices = std::map<std::string, std::int64_t>;

constexpr std::int64_t row_number_max = 99'999;
constexpr std::size_t text_length_max = 200;

/// Collects seats and refuses one that is there twice.
class SeatList {
public:
    explicit SeatList(const Prices& prices) : prices_{prices} {}

    /// Records a fault in `fields` where the seat cannot be added.
    void add(FieldReader& fields, std::string_view field, std::string number,
             const std::string& category) {
        const auto price = prices_.find(category);
        if (price == prices_.end()) {
            fields.fail("category",
                        fmt::format("names `{}`, which is not among the categories", category));
        } else if (!is_seat_number(number)) {
            fields.fail(
                field, fmt::format(
                           "makes the seat number `{}`; 1 to 16 printable characters without space "
                           "are allowed",
                           number));
        } else if (!known_.insert(number).second) {
            fields.fail(field, fmt::format("makes the seat `{}` a second time", number));
        } else if (seats_.size() >= seats_max) {
            fields.fail(field, fmt::format("makes more than {} seats", seats_max));
        } else {
            seats_.push_back({SeatNumber{std::move(number)}, category, price->second});
        }
    }

    [[nodiscard]] std::vector<Seat> take() { return std::move(seats_); }

private:
    const Prices& prices_;
    std::unordered_set<std::string> known_;
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

std::optional<JsonFault> read_rows(const json::array& array, SeatList& seats) {
    for (std::size_t i = 0; i < array.size(); ++i) {
        FieldReader fields{array[i], fmt::format("rows[{}]", i)};
        const auto row = fields.text("row");
        const auto from = fields.integer("from", 0, row_number_max);
        const auto to = fields.integer("to", 0, row_number_max);
        const auto category = fields.text("category");
        if (to < from) {
            fields.fail("to", "must not be below `from`");
        }
        if (auto fault = fields.finish()) {
            return fault;
        }
        for (auto number = from; number <= to && !fields.finish(); ++number) {
            seats.add(fields, "row", fmt::format("{}-{}", row, number), category);
        }
        if (auto fault = fields.finish()) {
            return fault;
        }
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
        seats.add(fields, "seatNumber", std::move(number), category);
        if (auto fault = fields.finish()) {
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

void read_dates(FieldReader& fields, std::vector<Date>& dates) {
    const auto texts = fields.texts("dates");
    if (texts.empty() || texts.size() > dates_max) {
        fields.fail("dates", fmt::format("must list 1 to {} dates", dates_max));
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const Date date{texts[i]};
        const auto name = fmt::format("dates[{}]", i);
        if (!is_date(date.value)) {
            fields.fail(name, "must be a date such as 2026-12-24 or 2026-12-24T14:00");
        } else if (std::find(dates.begin(), dates.end(), date) != dates.end()) {
            fields.fail(name, "is there twice");
        }
        dates.push_back(date);
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

result<Catalogue, JsonFault> parse_catalogue(std::string_view text, std::string_view currency) {
    const auto plain = without_byte_order_mark(text);
    if (!plain) {
        return JsonFault{"", plain.error().detail};
    }
    const auto document = parse_json(*plain);
    if (!document) {
        return document.error();
    }
    Catalogue catalogue;
    FieldReader fields{*document, ""};
    read_info(fields, currency, catalogue.info);
    read_dates(fields, catalogue.dates);

    static const json::array none;
    const auto& categories = fields.array("categories");
    const auto& rows = fields.has("rows") ? fields.array("rows") : none;
    const auto& single = fields.has("seats") ? fields.array("seats") : none;
    const auto queue = fields.has("queue") ? fields.any("queue") : json::value(json::object_kind);
    if (auto fault = fields.finish()) {
        return *fault;
    }
    Prices prices;
    SeatList seats{prices};
    for (auto&& fault : {read_categories(categories, prices), read_rows(rows, seats),
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
