// SPDX-License-Identifier: MIT
// A line with people in it, for tests of its rules: time is a number that the test moves.
#pragma once

#include <string>
#include <vector>

#include "support/fake_clock.hpp"
#include "waiting_line.hpp"

namespace stagedoor::test {

using namespace std::chrono_literals;
using queue::ExpiryReason;
using queue::LineRecord;
using queue::LineSettings;
using queue::LineState;
using queue::Token;
using queue::TokenStatus;
using queue::UserName;
using queue::WaitingLine;

struct LineFixture {
    explicit LineFixture(const LineSettings& settings = {}, const LineRecord& record = {})
        : line{ConcertId{"gala"}, settings, record, pool} {}

    Token& make() {
        tokens.push_back(&pool.take());
        return *tokens.back();
    }

    /// Somebody joins now.
    Token& join(const std::string& user) {
        auto& token = make();
        token.user = UserName{user};
        token.ticket_number = line.take_ticket();
        line.add(token, now);
        return token;
    }

    void join(int people) {
        for (int i = 0; i < people; ++i) {
            join("u" + std::to_string(tokens.size() + 1));
        }
    }

    /// Admits whoever may be admitted now and returns their tickets.
    std::vector<std::int64_t> admit_all(std::int64_t seats = 1000) {
        std::vector<std::int64_t> tickets;
        while (auto* const token = line.next_to_admit(seats, now)) {
            line.admit(*token, now);
            tickets.push_back(token->ticket_number);
        }
        return tickets;
    }

    void enter(Token& token) {
        line.pin(token);
        line.stay_inside(token, now, now + line.settings().session);
        line.unpin(token);
    }

    /// Expires whoever's time has come, as an event loop would, and returns their tickets.
    std::vector<std::int64_t> expire_due() {
        std::vector<std::int64_t> tickets;
        for (auto* const token : due()) {
            tickets.push_back(token->ticket_number);
            line.expire(*token, ExpiryReason::abandoned, now);
        }
        return tickets;
    }

    std::vector<Token*> due(std::size_t limit = 1000) { return line.due(now, limit); }

    Token& ticket(std::size_t number) { return *tokens.at(number - 1); }

    queue::TokenPool pool;
    std::vector<Token*> tokens; ///< in the order of tickets
    WaitingLine line;
    Instant now = start_of_test;
};

using Tickets = std::vector<std::int64_t>;

} // namespace stagedoor::test
