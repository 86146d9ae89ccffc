// SPDX-License-Identifier: MIT
#include "line_register.hpp"

#include "queue_store.hpp"

namespace stagedoor::queue {

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
    const auto load_line = [this](const ConcertId& concert, const LineRecord& record) {
        auto line = std::make_unique<Line>(concert, defaults_, record);
        configure(*line);
        lines_.emplace(concert, std::move(line));
    };
    const auto load_token = [this, &clock, &all](const TokenRow& row) {
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
