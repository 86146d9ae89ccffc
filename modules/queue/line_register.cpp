// SPDX-License-Identifier: MIT
#include "line_register.hpp"

#include <fmt/format.h>

#include "queue_store.hpp"
#include "stagedoor/unsound.hpp"

namespace stagedoor::queue {

namespace {

/// Throws Unsound where a row of who is still in line contradicts the line or the others.
/// `last_ticket` is the one before it in the same line, or 0.
void judge(const TokenRow& row, const WaitingLine& line, std::int64_t last_ticket) {
    const auto fail = [&row](std::string_view what) {
        throw Unsound{
            fmt::format("ticket {} of {} {}", row.ticket_number, row.concert.value, what)};
    };
    const auto& record = line.record();
    const bool waits = row.status == TokenStatus::waiting;
    if (row.ticket_number > record.last_ticket) {
        fail("is beyond the count of the line");
    } else if (row.ticket_number == last_ticket) {
        fail("was given out 2 times");
    } else if (waits && row.ticket_number <= record.serving_number) {
        fail("still waits behind the serving number");
    } else if (!waits && row.ticket_number > record.serving_number) {
        fail("was admitted past the serving number");
    } else if (!waits && (row.admitted_at == Instant{} || row.expires_at < row.admitted_at)) {
        fail("was admitted without the times of it");
    } else if (row.status == TokenStatus::entered &&
               (row.entered_at == Instant{} || row.entered_at < row.admitted_at ||
                row.expires_at < row.entered_at)) {
        fail("is ENTERED without the times of it");
    } else if (line.find(row.user) != nullptr) {
        fail("is the second of one user");
    }
}

} // namespace

Line* LineRegister::line_of(const ConcertId& concert) {
    const auto found = lines_.find(concert);
    if (found != lines_.end()) {
        return found->second.get();
    }
    const auto* const overrides = reservations_.line_overrides(concert);
    if (overrides == nullptr) {
        return nullptr;
    }
    auto line = std::make_unique<Line>(concert, defaults_.with(*overrides), LineRecord{});
    return lines_.emplace(concert, std::move(line)).first->second.get();
}

void LineRegister::configure(Line& line) const {
    if (const auto* const overrides = reservations_.line_overrides(line.rules.concert())) {
        line.rules.configure(defaults_.with(*overrides));
    }
}

Token* LineRegister::find(std::string_view text) const {
    const auto key = TokenKey::parse(text);
    if (!key) {
        return nullptr;
    }
    return find(*key);
}

Token* LineRegister::find(const TokenKey& key) const {
    const auto found = tokens_.find(key);
    return found == tokens_.end() ? nullptr : &found->second;
}

std::vector<Token*> LineRegister::load(Database& database, const Clock& clock) {
    std::vector<Token*> all;
    const WaitingLine* line = nullptr;
    std::int64_t last_ticket = 0; // of `line`
    const auto load_line = [this](const ConcertId& concert, const LineRecord& record) {
        auto made = std::make_unique<Line>(concert, defaults_, record);
        configure(*made);
        lines_.emplace(concert, std::move(made));
    };
    const auto load_token = [&](const TokenRow& row) {
        if (line == nullptr || line->concert() != row.concert) {
            line = &lines_.at(row.concert)->rules;
            last_ticket = 0;
        }
        if (row.status != TokenStatus::expired) {
            judge(row, *line, last_ticket);
        }
        last_ticket = row.ticket_number;
        auto& token = tokens_[row.key];
        token.key = row.key;
        token.user = row.user;
        token.line = &lines_.at(row.concert)->rules;
        token.ticket_number = row.ticket_number;
        token.status = row.status;
        token.reason = row.reason;
        token.joined_at = row.joined_at;
        token.admitted_at = row.admitted_at;
        token.entered_at = row.entered_at;
        token.expires_at = row.expires_at;
        token.expired_at = row.expired_at;
        if (token.status != TokenStatus::expired) {
            token.line->add(token, clock.now());
        }
        all.push_back(&token);
    };
    queue::load(database, load_line, load_token);
    const auto now = clock.now();
    for (auto* const token : all) {
        token->seen_at = now; // the same for all: the order of the longest unseen stays right
    }
    return all;
}

Place LineRegister::place_of(const Token& token, Instant now) {
    Place place;
    place.token = &token;
    if (token.status == TokenStatus::expired) {
        return place;
    }
    auto& line = *token.line; // which may make its forecast anew
    place.expires_at = line.expires_at(token);
    std::int64_t wait = 0;
    if (token.status == TokenStatus::waiting) {
        place.position = line.position(token);
        wait = line.wait_seconds(place.position, now);
    }
    if (token.status != TokenStatus::waiting || line.record().state == LineState::open) {
        place.wait_seconds = wait;
    }
    place.poll_after_seconds =
        poll_after_seconds(wait, line.settings().poll_after, line.settings().abandon_after);
    return place;
}

TokenView LineRegister::view_of(const Token& token, Instant now) {
    const auto place = place_of(token, now);
    return {.concert = token.line->concert(),
            .user = token.user,
            .status = token.status,
            .expires_at = place.expires_at,
            .reason = token.reason,
            .position = place.position,
            .wait_seconds = place.wait_seconds};
}

} // namespace stagedoor::queue
