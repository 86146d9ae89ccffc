// SPDX-License-Identifier: MIT
// The seat maps as they are sent. A map's bytes lie in blocks of seats, each rendered again once a
// seat of it has changed and shared by all answers; who holds or owns a seat gets the blocks with
// their seats rendered for them alone. Loop thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/http.hpp"
#include "base/random.hpp"
#include "hall/seat_map.hpp"

namespace stagedoor::reservation {

class SeatBoard {
public:
    /// Keeps the maps that were asked for last, those of `bytes_max` in all, and one at least.
    SeatBoard(std::size_t bytes_max, Random& random);

    /// The `ETag` of what `user` sees of a map: never that of another user, nor that of another
    /// state, of this process or an earlier one. Costs nothing in proportion to the map.
    [[nodiscard]] std::string etag(const SeatMap& map, const UserId& user) const;

    /// The JSON of a map as `user` sees it: the body of an answer.
    void show(Response& response, const ConcertId& concert, const SeatMap& map, const UserId& user);

    /// What is kept, in bytes.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    struct Block {
        SharedBytes text;                ///< as those see it who have no seat in it
        std::int64_t version = 0;        ///< of the map when it was rendered
        std::vector<std::size_t> owners; ///< hashes of those who hold or own its seats
    };
    using Key = std::pair<ConcertId, Date>;
    struct Sheet {
        Key key;
        std::vector<Block> blocks;
    };
    using Sheets = std::list<Sheet>;

    [[nodiscard]] Sheet& take(const ConcertId& concert, const SeatMap& map);
    void render(Block& block, const SeatMap& map, std::size_t which);
    void drop(Sheets::iterator sheet);

    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    std::array<std::byte, 32> key_; ///< of the ETags
    Sheets sheets_;                 ///< the one asked for last first
    std::map<Key, Sheets::iterator> by_key_;
    std::string buffer_; ///< used again and again
};

} // namespace stagedoor::reservation
