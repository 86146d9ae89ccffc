// SPDX-License-Identifier: MIT
#include "hall_json.hpp"

#include <cstdint>
#include <limits>
#include <unordered_set>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/json.hpp"

namespace stagedoor::reservation {

namespace json = boost::json;

namespace {

Unsound fault_in(const JsonFault& fault) {
    return Unsound{
        fmt::format("a concert's hall cannot be read: {} {}", fault.field, fault.detail)};
}

} // namespace

std::string hall_to_json(const std::vector<Seat>& seats) {
    json::array runs;
    json::array* run = nullptr;
    const Seat* last = nullptr;
    for (const auto& seat : seats) {
        if (last == nullptr || last->category != seat.category || last->price != seat.price) {
            auto& made = runs.emplace_back(json::object{
                {"category", seat.category}, {"price", seat.price}, {"seats", json::array{}}});
            run = &made.as_object().at("seats").as_array();
        }
        run->emplace_back(seat.number.value);
        last = &seat;
    }
    return json::serialize(runs);
}

std::vector<Seat> hall_from_json(std::string_view text) {
    const auto parsed = parse_json(text);
    if (!parsed) {
        throw fault_in(parsed.error());
    }
    if (!parsed->is_array()) {
        throw fault_in({"", "is no array"});
    }
    std::vector<Seat> seats;
    std::unordered_set<std::string, SeededHash> known;
    for (const auto& run : parsed->as_array()) {
        FieldReader fields{run, ""};
        const auto category = fields.text("category");
        const auto price = fields.integer("price", 0, std::numeric_limits<std::int64_t>::max());
        auto numbers = fields.texts("seats");
        if (const auto fault = fields.finish()) {
            throw fault_in(*fault);
        }
        for (auto& number : numbers) {
            if (!known.insert(number).second) {
                throw fault_in({"seats", fmt::format("have {} twice", number)});
            }
            seats.push_back({SeatNumber{std::move(number)}, category, price});
        }
    }
    return seats;
}

} // namespace stagedoor::reservation
