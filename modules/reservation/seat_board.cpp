// SPDX-License-Identifier: MIT
#include "seat_board.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <sodium.h>

#include "base/json.hpp"

namespace stagedoor::reservation {

namespace {

/// The seats of a block, each with the comma before it that it needs.
void append_block(std::string& out, const SeatMap& map, std::size_t which, const UserId* user) {
    const auto seats = map.block(which);
    for (const auto& state : seats) {
        const bool is_first = which == 0 && &state == seats.data();
        out += is_first ? R"({"seatNumber":)" : R"(,{"seatNumber":)";
        append_json_string(out, state.seat.number.value);
        out += R"(,"category":)";
        append_json_string(out, state.seat.category);
        out += R"(,"price":)";
        const fmt::format_int price{state.seat.price};
        out.append(price.data(), price.size());
        out += R"(,"status":")";
        out += to_string(state.status);
        const bool mine =
            user != nullptr && state.status != SeatStatus::available && state.user == *user;
        out += mine ? R"(","mine":true})" : R"(","mine":false})";
    }
}

std::size_t bytes_of(const std::string& text, const std::vector<std::size_t>& owners) {
    return text.size() + owners.size() * sizeof(std::size_t);
}

} // namespace

SeatBoard::SeatBoard(std::size_t bytes_max, Random& random) : bytes_max_{bytes_max} {
    random.fill(key_);
}

std::string SeatBoard::etag(const SeatMap& map, const UserId& user) const {
    std::array<unsigned char, crypto_generichash_BYTES_MIN> digest;
    crypto_generichash(digest.data(), digest.size(),
                       reinterpret_cast<const unsigned char*>(user.value.data()), user.value.size(),
                       reinterpret_cast<const unsigned char*>(key_.data()), key_.size());
    return fmt::format("\"{}-{:02x}\"", map.version(), fmt::join(digest, ""));
}

void SeatBoard::show(Response& response, const ConcertId& concert, const SeatMap& map,
                     const UserId& user) {
    static const auto end = std::make_shared<const std::string>("]}");
    response.body = fmt::format(R"({{"concertId":"{}","date":"{}","version":{},"seats":[)",
                                concert.value, map.date().value, map.version());
    auto& sheet = take(concert, map);
    const auto owner = std::hash<UserId>{}(user);
    response.shared_body.reserve(sheet.blocks.size() + 1);
    for (std::size_t i = 0; i < sheet.blocks.size(); ++i) {
        auto& block = sheet.blocks[i];
        if (block.text == nullptr || block.version < map.changed_at(i)) {
            render(block, map, i);
        }
        const auto& owners = block.owners;
        if (std::find(owners.begin(), owners.end(), owner) == owners.end()) {
            response.shared_body.push_back(block.text);
        } else {
            buffer_.clear();
            append_block(buffer_, map, i, &user);
            response.shared_body.push_back(std::make_shared<const std::string>(buffer_));
        }
    }
    response.shared_body.push_back(end);
    while (bytes_ > bytes_max_ && sheets_.size() > 1) {
        drop(std::prev(sheets_.end()));
    }
}

/// The sheet of a map, which is now the one asked for last, with as many blocks as the map has.
SeatBoard::Sheet& SeatBoard::take(const ConcertId& concert, const SeatMap& map) {
    Key key{concert, map.date()};
    const auto found = by_key_.find(key);
    if (found != by_key_.end() && found->second->blocks.size() == map.blocks()) {
        sheets_.splice(sheets_.begin(), sheets_, found->second);
        return sheets_.front();
    }
    if (found != by_key_.end()) {
        drop(found->second);
    }
    sheets_.push_front({key, std::vector<Block>(map.blocks())});
    by_key_.emplace(std::move(key), sheets_.begin());
    return sheets_.front();
}

void SeatBoard::render(Block& block, const SeatMap& map, std::size_t which) {
    if (block.text != nullptr) {
        bytes_ -= bytes_of(*block.text, block.owners);
    }
    block.owners.clear();
    for (const auto& state : map.block(which)) {
        if (state.status != SeatStatus::available) {
            block.owners.push_back(std::hash<UserId>{}(state.user));
        }
    }
    buffer_.clear();
    append_block(buffer_, map, which, nullptr);
    block.text = std::make_shared<const std::string>(buffer_);
    block.version = map.version();
    bytes_ += bytes_of(*block.text, block.owners);
}

void SeatBoard::drop(Sheets::iterator sheet) {
    for (const auto& block : sheet->blocks) {
        if (block.text != nullptr) {
            bytes_ -= bytes_of(*block.text, block.owners);
        }
    }
    by_key_.erase(sheet->key);
    sheets_.erase(sheet);
}

} // namespace stagedoor::reservation
