// SPDX-License-Identifier: MIT
#include "line_register.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "queue_store.hpp"

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
    return &add_line(concert, defaults_.with(*overrides), LineRecord{});
}

Line& LineRegister::add_line(const ConcertId& concert, const LineSettings& settings,
                             const LineRecord& record) {
    const auto number = static_cast<std::uint32_t>(by_number_.size());
    auto line = std::make_unique<Line>(number, concert, settings, record, *pool_);
    by_number_.push_back(line.get());
    return *lines_.emplace(concert, std::move(line)).first->second;
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
    if (auto* const live = find_live(*key)) {
        return live;
    }
    const auto* const tombstone = tombstones_.find(*key);
    if (tombstone == nullptr) {
        return nullptr;
    }
    show(*tombstone, over_);
    return &over_;
}

Token* LineRegister::find_live(const TokenKey& key) const {
    const auto found =
        by_key_.find(key.bits[0], [this, &key](Slot slot) { return (*pool_)[slot].key == key; });
    return found == no_slot ? nullptr : &(*pool_)[found];
}

void LineRegister::show(const Tombstone& tombstone, Token& token) const {
    token.key = tombstone.key;
    token.line = &by_number_[tombstone.line]->rules;
    token.ticket_number = static_cast<std::int64_t>(tombstone.ticket_number);
    token.status = TokenStatus::expired;
    token.reason = static_cast<ExpiryReason>(tombstone.reason);
    token.recalled = true;
}

std::shared_ptr<const void> LineRegister::use(Token*& token) const {
    const bool free = token->released && token->users == 0; // it was over when it was looked at
    if (!token->recalled && !free) {
        return TokenPool::use(pool_, *token);
    }
    STAGEDOOR_ASSERT(token == &over_ || free, "a request asks for the use of a token once");
    auto own = std::make_shared<Token>();
    show(*tombstones_.find(token->key), *own);
    token = own.get();
    return own;
}

Token& LineRegister::keep(const TokenKey& key, const UserId& user, WaitingLine& line,
                          std::int64_t ticket) {
    auto& token = pool_->take();
    token.key = key;
    token.user = UserName{user.value};
    token.line = &line;
    token.ticket_number = ticket;
    by_key_.add(token.slot);
    return token;
}

void LineRegister::bury(Token& token, Instant now) {
    const auto& line = *lines_.at(token.line->concert());
    tombstones_.add(make_tombstone(token.key, token.ticket_number, line.number, token.reason, now));
    by_key_.remove(token.slot);
    pool_->release(token);
}

std::vector<Token*> LineRegister::load(Database& database, const Clock& clock) {
    const auto begin = clock.now();
    std::vector<Token*> entered;
    std::vector<Tombstone> over;
    const auto load_line = [this](const ConcertId& concert, const LineRecord& record) {
        configure(add_line(concert, defaults_, record));
    };
    const WaitingLine* before = nullptr; // of the row before
    std::int64_t last_ticket = 0;        // of that row, where it is of the same line
    const auto load_token = [&](const TokenRow& row) {
        auto& line = *lines_.at(row.concert);
        if (before != &line.rules) {
            before = &line.rules;
            last_ticket = 0;
        }
        if (row.status != TokenStatus::expired) {
            judge(row, line.rules, last_ticket);
        }
        last_ticket = row.ticket_number;
        if (row.status == TokenStatus::expired) {
            if (row.expired_at <= Tombstones::forgotten_before(begin)) {
                ++line.leftovers;
            } else {
                over.push_back(make_tombstone(row.key, row.ticket_number, line.number, row.reason,
                                              row.expired_at));
            }
            return;
        }
        auto& token = keep(row.key, row.user, line.rules, row.ticket_number);
        token.status = row.status;
        token.admitted_at = row.admitted_at;
        token.entered_at = row.entered_at;
        if (token.status != TokenStatus::waiting) {
            token.expires_at = row.expires_at;
        }
        line.rules.add(token, begin);
        if (token.status == TokenStatus::entered) {
            entered.push_back(&token);
        }
    };
    queue::load(database, load_line, load_token);
    remember(std::move(over));
    const auto now = clock.now();
    for (const auto& [concert, line] : lines_) {
        line->rules.see_all(now);
    }
    return entered;
}

/// In the order of their ends; the oldest of them are leftovers where they are too many.
void LineRegister::remember(std::vector<Tombstone> over) {
    std::stable_sort(over.begin(), over.end(), [](const Tombstone& a, const Tombstone& b) {
        return a.expired_at_seconds < b.expired_at_seconds;
    });
    const auto too_many = over.size() - std::min(over.size(), tombstones_.most());
    for (std::size_t i = 0; i < over.size(); ++i) {
        if (i < too_many) {
            ++by_number_[over[i].line]->leftovers;
        } else {
            tombstones_.add(over[i]);
        }
    }
}

TicketName LineRegister::name_of(const Tombstone& tombstone) const {
    return {by_number_[tombstone.line]->rules.concert(),
            static_cast<std::int64_t>(tombstone.ticket_number)};
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
            .user = token.user.id(),
            .status = token.status,
            .expires_at = place.expires_at,
            .reason = token.reason,
            .position = place.position,
            .wait_seconds = place.wait_seconds};
}

} // namespace stagedoor::queue
