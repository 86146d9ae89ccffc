// SPDX-License-Identifier: MIT
// Every token and every line of the process, and how to find them. Owned by the queue service. Loop
// thread only.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/event.hpp"
#include "stagedoor/queue.hpp"
#include "stagedoor/reservation.hpp"
#include "token.hpp"
#include "tokens/chained_index.hpp"
#include "tokens/token_pool.hpp"
#include "tokens/tombstones.hpp"
#include "waiting_line.hpp"

namespace stagedoor::queue {

/// A token with what its holder is told beside it; valid until the loop goes on.
struct Place {
    const Token* token = nullptr;
    std::int64_t position = 0;
    std::optional<std::int64_t> wait_seconds; ///< nothing while PAUSED or CLOSED; 0 once admitted
    std::int64_t poll_after_seconds = 0;
    Instant expires_at{};
};

/// A line with what the service remembers of the Changes that it did not wait for.
struct Line {
    Line(std::uint32_t its_number, const ConcertId& concert, const LineSettings& settings,
         const LineRecord& record, TokenPool& pool)
        : number{its_number}, rules{concert, settings, record, pool} {}

    const std::uint32_t number; ///< counts the lines of the register from 0
    WaitingLine rules;
    int admissions_pending = 0;     ///< admissions whose Change is not durable yet
    std::int64_t joins_pending = 0; ///< people whose joining is not durable yet
    std::deque<Event> outside;      ///< for those who join if there is room when these are decided
    std::int64_t leftovers = 0;     ///< rows of those who are over and not remembered any more
};

class LineRegister {
public:
    using Lines = std::map<ConcertId, std::unique_ptr<Line>>; ///< walked in the same order always

    LineRegister(const reservation::Reservations& reservations, LineSettings defaults)
        : reservations_{reservations},
          defaults_{defaults},
          tombstones_{static_cast<std::size_t>(defaults.max_ended)} {}

    /// A concert's line, made when it is first asked for; nullptr where there is no such concert.
    [[nodiscard]] Line* line_of(const ConcertId& concert);
    [[nodiscard]] const Lines& lines() const { return lines_; }
    /// Takes over the settings that the concert has now.
    void configure(Line& line) const;

    /// nullptr for any text that is no token of ours, live or remembered as over. One that is over
    /// is shown in a record for all such: it is good until the next is looked for.
    [[nodiscard]] Token* find(std::string_view text) const;
    /// nullptr where it is over.
    [[nodiscard]] Token* find_live(const TokenKey& key) const;

    /// `token` is in use while the result, or a copy of it, lives. One that is over gets a record
    /// of its own, which `token` then is.
    [[nodiscard]] std::shared_ptr<const void> use(Token*& token) const;

    /// A token that has joined `line`; it stays where it is while it lives or is in use.
    Token& keep(const TokenKey& key, const UserId& user, WaitingLine& line, std::int64_t ticket);
    /// The token, which its line has let go at `now`, is remembered as over, and no more than that.
    void bury(Token& token, Instant now);

    /// Which row is that of somebody who is over.
    [[nodiscard]] TicketName name_of(const Tombstone& tombstone) const;

    [[nodiscard]] Tombstones& tombstones() { return tombstones_; }
    [[nodiscard]] const Tombstones& tombstones() const { return tombstones_; }

    /// Fills an empty register from the tables; who waits is seen when that is done. Returns who
    /// has entered. Who is over is remembered if it is time for that, and a leftover otherwise.
    std::vector<Token*> load(Database& database, const Clock& clock);

    [[nodiscard]] static Place place_of(const Token& token, Instant now);
    [[nodiscard]] static TokenView view_of(const Token& token, Instant now);

private:
    struct ByKey {
        TokenPool& pool;
        [[nodiscard]] Slot& next(Slot slot) const { return pool[slot].next_by_key; }
        [[nodiscard]] std::uint64_t hash(Slot slot) const { return pool[slot].key.bits[0]; }
    };

    Line& add_line(const ConcertId& concert, const LineSettings& settings,
                   const LineRecord& record);
    void remember(std::vector<Tombstone> over);
    void show(const Tombstone& tombstone, Token& token) const;

    const reservation::Reservations& reservations_;
    LineSettings defaults_;
    std::shared_ptr<TokenPool> pool_ = std::make_shared<TokenPool>(); ///< before lines_, which link
    ChainedIndex<ByKey> by_key_{ByKey{*pool_}};                       ///< the live ones
    Tombstones tombstones_;
    mutable Token over_; ///< the one that was looked for last of those who are over
    Lines lines_;
    std::vector<Line*> by_number_;
};

} // namespace stagedoor::queue
