// SPDX-License-Identifier: MIT
#include "queue_store.hpp"

#include <array>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "stagedoor/database.hpp"

namespace stagedoor::queue {

namespace {

constexpr auto steps = std::to_array<Migration>({
    {3, "the waiting line", R"sql(
CREATE TABLE queue_lines (
    concert_id       TEXT PRIMARY KEY,
    state            TEXT NOT NULL CHECK (state IN ('OPEN', 'PAUSED', 'CLOSED')),
    last_ticket      INTEGER NOT NULL CHECK (last_ticket >= 0),
    serving_number   INTEGER NOT NULL CHECK (serving_number BETWEEN 0 AND last_ticket),
    admitted_total   INTEGER NOT NULL CHECK (admitted_total BETWEEN 0 AND serving_number),
    last_admission   INTEGER NOT NULL,
    sold_out_through INTEGER NOT NULL CHECK (sold_out_through BETWEEN 0 AND last_ticket),
    sold_out_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE queue_tokens (
    token         TEXT PRIMARY KEY,
    concert_id    TEXT NOT NULL REFERENCES queue_lines,
    user_id       TEXT NOT NULL,
    ticket_number INTEGER NOT NULL CHECK (ticket_number > 0),
    status        TEXT NOT NULL CHECK (status IN ('WAITING', 'ADMITTED', 'ENTERED', 'EXPIRED')),
    reason        TEXT CHECK (reason IN ('PAID', 'LEFT', 'ABANDONED', 'ENTRY_MISSED', 'SESSION_ENDED', 'SOLD_OUT')),
    joined_at     INTEGER NOT NULL,
    admitted_at   INTEGER NOT NULL,
    entered_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    expired_at    INTEGER NOT NULL,
    CHECK ((status = 'EXPIRED') = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX queue_tokens_by_ticket ON queue_tokens (concert_id, ticket_number);
CREATE UNIQUE INDEX queue_tokens_live ON queue_tokens (concert_id, user_id) WHERE status <> 'EXPIRED';
CREATE INDEX queue_tokens_over ON queue_tokens (expired_at) WHERE status = 'EXPIRED';
)sql"},
});

// A token, WAITING in its row, whose line was sold out at or behind its ticket. The first term says
// to SQLite that its index of live tokens serves.
constexpr auto ended_by_selling_out =
    "status <> 'EXPIRED' AND status = 'WAITING' AND ticket_number <= "
    "(SELECT sold_out_through FROM queue_lines AS line "
    "WHERE line.concert_id = queue_tokens.concert_id)";

template<class Enum>
Enum parse(std::string_view text, Enum last) {
    for (int value = 1; value <= static_cast<int>(last); ++value) {
        if (to_string(static_cast<Enum>(value)) == text) {
            return static_cast<Enum>(value);
        }
    }
    STAGEDOOR_ASSERT(false, "the tables' own checks admit only words that are known");
    return last;
}

TokenRow read_token(SQLite::Statement& row) {
    TokenRow token;
    const auto key = TokenKey::parse(row.getColumn(0).getString());
    STAGEDOOR_ASSERT(key.has_value(), "a stored token has the form of one");
    token.key = *key;
    token.concert.value = row.getColumn(1).getString();
    token.user.value = row.getColumn(2).getString();
    token.ticket_number = row.getColumn(3).getInt64();
    token.status = parse(row.getColumn(4).getString(), TokenStatus::expired);
    if (!row.isColumnNull(5)) {
        token.reason = parse(row.getColumn(5).getString(), ExpiryReason::sold_out);
    }
    token.joined_at = from_millis(row.getColumn(6).getInt64());
    token.admitted_at = from_millis(row.getColumn(7).getInt64());
    token.entered_at = from_millis(row.getColumn(8).getInt64());
    token.expires_at = from_millis(row.getColumn(9).getInt64());
    token.expired_at = from_millis(row.getColumn(10).getInt64());
    return token;
}

/// Each row that one of these finds is a sentence about something broken.
constexpr auto invariants = std::to_array<std::string_view>({
    R"sql(
    SELECT 'the line of ' || concert_id || ' has given out ticket ' || MAX(ticket_number) ||
    ' but counts only to ' || last_ticket FROM queue_tokens JOIN queue_lines USING (concert_id)
    GROUP BY concert_id HAVING MAX(ticket_number) > last_ticket)sql",
    R"sql(
    SELECT 'ticket ' || ticket_number || ' of ' || concert_id ||
    ' still waits behind the serving number ' || serving_number FROM queue_tokens JOIN queue_lines
    USING (concert_id) WHERE status = 'WAITING' AND ticket_number <= serving_number AND
    ticket_number > sold_out_through)sql",
    R"sql(
    SELECT 'ticket ' || ticket_number || ' of ' || concert_id ||
    ' was admitted past the serving number ' || serving_number FROM queue_tokens JOIN queue_lines
    USING (concert_id) WHERE status IN ('ADMITTED', 'ENTERED') AND ticket_number > serving_number)sql",
    R"sql(
    SELECT 'ticket ' || ticket_number || ' of ' || concert_id || ' is ' || status ||
    ' without the times of it' FROM queue_tokens WHERE (status = 'ADMITTED' AND (admitted_at = 0
    OR expires_at < admitted_at)) OR (status = 'ENTERED' AND (entered_at < admitted_at OR
    entered_at = 0 OR expires_at < entered_at)) OR (status = 'EXPIRED' AND expired_at = 0))sql",
    R"sql(
    SELECT user_id || ' has ' || COUNT(*) || ' live tokens in the line of ' || concert_id FROM
    queue_tokens WHERE status <> 'EXPIRED' GROUP BY concert_id, user_id HAVING COUNT(*) > 1)sql",
    R"sql(
    SELECT 'ticket ' || ticket_number || ' of ' || concert_id || ' was given out ' || COUNT(*) ||
    ' times' FROM queue_tokens GROUP BY concert_id, ticket_number HAVING COUNT(*) > 1)sql",
});

} // namespace

std::span<const Migration> migrations() {
    return steps;
}

TokenRow row_of(const Token& token) {
    return {token.key,        token.line->concert(), token.user,      token.ticket_number,
            token.status,     token.reason,          token.joined_at, token.admitted_at,
            token.entered_at, token.expires_at,      token.expired_at};
}

Change insert_token(TokenRow row) {
    return Change{[row = std::move(row)](Database& database) {
        static const auto end_sold_out = fmt::format(
            "UPDATE queue_tokens SET status = 'EXPIRED', reason = 'SOLD_OUT', expired_at = "
            "(SELECT sold_out_at FROM queue_lines AS line "
            "WHERE line.concert_id = queue_tokens.concert_id) "
            "WHERE concert_id = ? AND user_id = ? AND {}",
            ended_by_selling_out);
        database.run(end_sold_out, row.concert.value, row.user.value);
        database.run("INSERT INTO queue_tokens (token, concert_id, user_id, ticket_number, status, "
                     "joined_at, "
                     "admitted_at, entered_at, expires_at, expired_at) VALUES (?, ?, ?, ?, ?, ?, "
                     "?, ?, ?, ?)",
                     row.key.text().value, row.concert.value, row.user.value, row.ticket_number,
                     std::string{to_string(row.status)}, to_millis(row.joined_at),
                     to_millis(row.admitted_at), to_millis(row.entered_at),
                     to_millis(row.expires_at), to_millis(row.expired_at));
        return true;
    }};
}

Change update_token(TokenRow row) {
    return Change{[row = std::move(row)](Database& database) {
        const bool over = row.status == TokenStatus::expired;
        const int changed = database.run(
            "UPDATE queue_tokens SET status = ?, reason = NULLIF(?, ''), admitted_at = ?, "
            "entered_at = ?, expires_at = ?, expired_at = ? WHERE token = ?",
            std::string{to_string(row.status)},
            std::string{over ? to_string(row.reason) : std::string_view{}},
            to_millis(row.admitted_at), to_millis(row.entered_at), to_millis(row.expires_at),
            to_millis(row.expired_at), row.key.text().value);
        STAGEDOOR_ASSERT(changed == 1, "a token that changes is in the table");
        return true;
    }};
}

Change admit_token(TokenRow row) {
    return Change{[row = std::move(row)](Database& database) {
        database.run("UPDATE queue_tokens SET status = 'ADMITTED', admitted_at = ?, expires_at = ? "
                     "WHERE token = ? AND status = 'WAITING'",
                     to_millis(row.admitted_at), to_millis(row.expires_at), row.key.text().value);
        return true;
    }};
}

Change put_line(ConcertId concert, LineRecord record) {
    return Change{[concert = std::move(concert), record](Database& database) {
        database.run(
            "INSERT INTO queue_lines (concert_id, state, last_ticket, serving_number, "
            "admitted_total, "
            "last_admission, sold_out_through, sold_out_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (concert_id) DO UPDATE SET "
            "last_ticket = excluded.last_ticket, serving_number = excluded.serving_number, "
            "admitted_total = excluded.admitted_total, last_admission = excluded.last_admission, "
            "sold_out_through = excluded.sold_out_through, sold_out_at = excluded.sold_out_at",
            concert.value, std::string{to_string(record.state)}, record.last_ticket,
            record.serving_number, record.admitted_total, to_millis(record.last_admission),
            record.sold_out_through, to_millis(record.sold_out_at));
        return true;
    }};
}

Change put_state(ConcertId concert, LineState state) {
    return Change{[concert = std::move(concert), state](Database& database) {
        return database.run("UPDATE queue_lines SET state = ? WHERE concert_id = ?",
                            std::string{to_string(state)}, concert.value) == 1;
    }};
}

Change forget_tokens(std::vector<TokenKey> keys) {
    return Change{[keys = std::move(keys)](Database& database) {
        for (const auto& key : keys) {
            database.run("DELETE FROM queue_tokens WHERE token = ?", key.text().value);
        }
        return true;
    }};
}

void load(Database& database, const std::function<void(ConcertId, LineRecord)>& line,
          const std::function<void(TokenRow)>& token) {
    const auto lines =
        database.query("SELECT concert_id, state, last_ticket, serving_number, admitted_total, "
                       "last_admission, sold_out_through, sold_out_at FROM queue_lines");
    while (lines->executeStep()) {
        LineRecord record;
        record.state = parse(lines->getColumn(1).getString(), LineState::closed);
        record.last_ticket = lines->getColumn(2).getInt64();
        record.serving_number = lines->getColumn(3).getInt64();
        record.admitted_total = lines->getColumn(4).getInt64();
        record.last_admission = from_millis(lines->getColumn(5).getInt64());
        record.sold_out_through = lines->getColumn(6).getInt64();
        record.sold_out_at = from_millis(lines->getColumn(7).getInt64());
        line(ConcertId{lines->getColumn(0).getString()}, record);
    }
    const auto tokens = database.query("SELECT token, concert_id, user_id, ticket_number, status, "
                                       "reason, joined_at, admitted_at, entered_at, "
                                       "expires_at, expired_at, sold_out_through, sold_out_at FROM "
                                       "queue_tokens JOIN queue_lines USING (concert_id) "
                                       "ORDER BY concert_id, ticket_number");
    while (tokens->executeStep()) {
        auto row = read_token(*tokens);
        if (row.status == TokenStatus::waiting &&
            row.ticket_number <= tokens->getColumn(11).getInt64()) {
            row.status = TokenStatus::expired;
            row.reason = ExpiryReason::sold_out;
            row.expired_at = from_millis(tokens->getColumn(12).getInt64());
        }
        token(std::move(row));
    }
}

std::vector<std::string> audit(Database& database) {
    return database.texts(invariants);
}

} // namespace stagedoor::queue
