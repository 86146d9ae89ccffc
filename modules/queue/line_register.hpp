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
    Line(const ConcertId& concert, const LineSettings& settings, const LineRecord& record)
        : rules{concert, settings, record} {}

    WaitingLine rules;
    int admissions_pending = 0;     ///< admissions whose Change is not durable yet
    std::int64_t joins_pending = 0; ///< people whose joining is not durable yet
    std::deque<Event> outside;      ///< for those who join if there is room when these are decided
};

class LineRegister {
public:
    using Lines = std::map<ConcertId, std::unique_ptr<Line>>; ///< walked in the same order always

    LineRegister(const reservation::Reservations& reservations, LineSettings defaults)
        : reservations_{reservations}, defaults_{defaults} {}

    /// A concert's line, made when it is first asked for; nullptr where there is no such concert.
    [[nodiscard]] Line* line_of(const ConcertId& concert);
    [[nodiscard]] const Lines& lines() const { return lines_; }
    /// Takes over the settings that the concert has now.
    void configure(Line& line) const;

    /// nullptr for any text that is no token of ours.
    [[nodiscard]] Token* find(std::string_view text) const;
    /// nullptr where it has been forgotten.
    [[nodiscard]] Token* find(const TokenKey& key) const;
    [[nodiscard]] Token& at(const TokenKey& key) const { return tokens_.at(key); }

    /// The token stays where it is until it is forgotten.
    Token& keep(const Token& token) { return tokens_.try_emplace(token.key, token).first->second; }
    void forget(const TokenKey& key) { tokens_.erase(key); }

    /// Fills an empty register from the tables; who waits is seen when that is done. Returns every
    /// token.
    std::vector<Token*> load(Database& database, const Clock& clock);

    [[nodiscard]] static Place place_of(const Token& token, Instant now);
    [[nodiscard]] static TokenView view_of(const Token& token, Instant now);

private:
    const reservation::Reservations& reservations_;
    LineSettings defaults_;
    mutable std::unordered_map<TokenKey, Token> tokens_; ///< before lines_, which link them
    Lines lines_;
};

} // namespace stagedoor::queue
