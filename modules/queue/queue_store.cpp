// SPDX-License-Identifier: MIT
#include "queue_store.hpp"

#include <array>
#include <map>

#include "base/assert.hpp"
#include "stagedoor/database.hpp"

namespace stagedoor::queue {

namespace {

const Statement insert_row{
    "INSERT INTO queue_tokens (concert_id, ticket_number, token, user_id, status, joined_at, "
    "admitted_at, entered_at, expires_at, expired_at) VALUES ($1, $2, $3, $4, 'WAITING', $5, 0, 0, "
    "0, 0)"};

const Statement update_row{
    "UPDATE queue_tokens SET status = $1, reason = NULLIF($2, ''), admitted_at = $3, "
    "entered_at = $4, expires_at = $5, expired_at = $6, payment_id = NULLIF($7, '') "
    "WHERE concert_id = $8 AND ticket_number = $9"};

const Statement admit_row{
    "UPDATE queue_tokens SET status = 'ADMITTED', admitted_at = $1, expires_at = $2 "
    "WHERE concert_id = $3 AND ticket_number = $4 AND status = 'WAITING'"};

const Statement put_record{
    "INSERT INTO queue_lines (concert_id, state, last_ticket, serving_number, admitted_total, "
    "last_admission, sold_out_through, sold_out_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
    "ON CONFLICT (concert_id) DO UPDATE SET "
    "last_ticket = excluded.last_ticket, serving_number = excluded.serving_number, "
    "admitted_total = excluded.admitted_total, last_admission = excluded.last_admission, "
    "sold_out_through = excluded.sold_out_through, sold_out_at = excluded.sold_out_at"};

const Statement update_state{"UPDATE queue_lines SET state = $1 WHERE concert_id = $2"};

const Statement delete_row{"DELETE FROM queue_tokens WHERE concert_id = $1 AND ticket_number = $2"};

const Statement select_lines{
    "SELECT concert_id, state, last_ticket, serving_number, admitted_total, last_admission, "
    "sold_out_through, sold_out_at FROM queue_lines"};

const Statement select_tokens{
    "SELECT concert_id, ticket_number, token, user_id, status, reason, joined_at, admitted_at, "
    "entered_at, expires_at, expired_at FROM queue_tokens ORDER BY concert_id, ticket_number"};

/// As it is stored: the digits of its text, two a byte.
using KeyBytes = std::array<char, sizeof(TokenKey::bits)>;

KeyBytes bytes_of(const TokenKey& key) {
    KeyBytes bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>(key.bits[i / 8] >> (56 - 8 * (i % 8)) & 0xff);
    }
    return bytes;
}

TokenKey key_of(std::string_view bytes) {
    STAGEDOOR_ASSERT(bytes.size() == KeyBytes{}.size(), "the table's own check of a token");
    TokenKey key;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        key.bits[i / 8] = key.bits[i / 8] << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return key;
}

const Statement select_behind{
    "SELECT concert_id, ticket_number, token, user_id, status, reason, joined_at, admitted_at, "
    "entered_at, expires_at, expired_at FROM queue_tokens WHERE concert_id = $1 AND "
    "ticket_number > $2 ORDER BY ticket_number LIMIT $3"};

const Statement select_recollection{
    "SELECT user_id, COALESCE(payment_id, '') FROM queue_tokens WHERE concert_id = $1 AND "
    "ticket_number = $2"};

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

/// As select_tokens has it, into a row whose strings keep their memory.
void read_token(const Row& row, TokenRow& token) {
    token.concert.value = row.bytes(0);
    token.ticket_number = row.integer(1);
    token.key = key_of(row.bytes(2));
    token.user.value = row.bytes(3);
    token.status = parse(row.bytes(4), TokenStatus::expired);
    token.reason = token.status == TokenStatus::expired
                       ? parse(row.bytes(5), ExpiryReason::sold_out)
                       : ExpiryReason{};
    token.joined_at = from_millis(row.integer(6));
    token.admitted_at = from_millis(row.integer(7));
    token.entered_at = from_millis(row.integer(8));
    token.expires_at = from_millis(row.integer(9));
    token.expired_at = from_millis(row.integer(10));
}

/// The selling-out of its line may have ended it, which its own row does not say.
void judge(TokenRow& token, const LineRecord& line) {
    if (token.status == TokenStatus::waiting && token.ticket_number <= line.sold_out_through) {
        token.status = TokenStatus::expired;
        token.reason = ExpiryReason::sold_out;
        token.expired_at = line.sold_out_at;
    }
}

LineRecord read_line(const Row& row) {
    LineRecord record;
    record.state = parse(row.text(1), LineState::closed);
    record.last_ticket = row.integer(2);
    record.serving_number = row.integer(3);
    record.admitted_total = row.integer(4);
    record.last_admission = from_millis(row.integer(5));
    record.sold_out_through = row.integer(6);
    record.sold_out_at = from_millis(row.integer(7));
    return record;
}

/// Each row that one of these finds is a sentence about something broken.
const Statement invariants[]{
    Statement{R"sql(
    SELECT 'the line of ' || concert_id || ' has given out ticket ' || MAX(ticket_number) ||
    ' but counts only to ' || last_ticket FROM queue_tokens JOIN queue_lines USING (concert_id)
    GROUP BY concert_id, last_ticket HAVING MAX(ticket_number) > last_ticket)sql"},
    Statement{R"sql(
    SELECT 'ticket ' || ticket_number || ' of ' || concert_id ||
    ' still waits behind the serving number ' || serving_number FROM queue_tokens JOIN queue_lines
    USING (concert_id) WHERE status = 'WAITING' AND ticket_number <= serving_number AND
    ticket_number > sold_out_through)sql"},
    Statement{R"sql(
    SELECT 'ticket ' || ticket_number || ' of ' || concert_id ||
    ' was admitted past the serving number ' || serving_number FROM queue_tokens JOIN queue_lines
    USING (concert_id) WHERE status IN ('ADMITTED', 'ENTERED') AND ticket_number > serving_number)sql"},
    Statement{R"sql(
    SELECT 'ticket ' || ticket_number || ' of ' || concert_id || ' is ' || status ||
    ' without the times of it' FROM queue_tokens WHERE (status = 'ADMITTED' AND (admitted_at = 0
    OR expires_at < admitted_at)) OR (status = 'ENTERED' AND (entered_at < admitted_at OR
    entered_at = 0 OR expires_at < entered_at)) OR (status = 'EXPIRED' AND expired_at = 0))sql"},
    Statement{R"sql(
    SELECT user_id || ' has ' || COUNT(*) || ' live tokens in the line of ' || concert_id FROM
    queue_tokens JOIN queue_lines USING (concert_id) WHERE status IN ('ADMITTED', 'ENTERED') OR
    (status = 'WAITING' AND ticket_number > sold_out_through) GROUP BY concert_id, user_id
    HAVING COUNT(*) > 1)sql"},
    Statement{R"sql(
    SELECT COUNT(*) || ' tickets have one token, ticket ' || MIN(CAST(ticket_number AS TEXT) ||
    ' of ' || concert_id) || ' among them' FROM queue_tokens GROUP BY token HAVING COUNT(*) > 1)sql"},
};

} // namespace

TokenRow row_of(const Token& token) {
    TokenRow row;
    row.key = token.key;
    row.concert = token.line->concert();
    row.user = token.user.id();
    row.ticket_number = token.ticket_number;
    row.status = token.status;
    row.reason = token.reason;
    row.admitted_at = token.admitted_at;
    row.entered_at = token.entered_at;
    if (token.status != TokenStatus::waiting) {
        row.expires_at = token.expires_at;
    }
    return row;
}

Change insert_token(TokenRow row) {
    return Change{[row = std::move(row)](Transaction& transaction) {
        const auto key = bytes_of(row.key);
        transaction.run(insert_row,
                        {row.concert.value, row.ticket_number, Blob{{key.data(), key.size()}},
                         row.user.value, to_millis(row.joined_at)});
    }};
}

Change update_token(TokenRow row) {
    return Change{[row = std::move(row)](Transaction& transaction) {
        const bool over = row.status == TokenStatus::expired;
        transaction.expect(
            1, update_row,
            {to_string(row.status), over ? to_string(row.reason) : std::string_view{},
             to_millis(row.admitted_at), to_millis(row.entered_at), to_millis(row.expires_at),
             to_millis(row.expired_at), row.payment.value, row.concert.value, row.ticket_number});
    }};
}

Change admit_token(TokenRow row) {
    return Change{[row = std::move(row)](Transaction& transaction) {
        transaction.run(admit_row, {to_millis(row.admitted_at), to_millis(row.expires_at),
                                    row.concert.value, row.ticket_number});
    }};
}

Change put_line(ConcertId concert, LineRecord record) {
    return Change{[concert = std::move(concert), record](Transaction& transaction) {
        transaction.keep_last(put_record, {concert.value, to_string(record.state),
                                           record.last_ticket, record.serving_number,
                                           record.admitted_total, to_millis(record.last_admission),
                                           record.sold_out_through, to_millis(record.sold_out_at)});
    }};
}

Change put_state(ConcertId concert, LineState state) {
    return Change{[concert = std::move(concert), state](Transaction& transaction) {
        transaction.expect(1, update_state, {to_string(state), concert.value});
    }};
}

Change forget_tokens(std::vector<TicketName> tickets) {
    return Change{[tickets = std::move(tickets)](Transaction& transaction) {
        for (const auto& ticket : tickets) {
            transaction.run(delete_row, {ticket.concert.value, ticket.number});
        }
    }};
}

void load(Database& database, const std::function<void(const ConcertId&, const LineRecord&)>& line,
          const std::function<void(const TokenRow&)>& token) {
    std::map<std::string, LineRecord> lines;
    database.select(select_lines, {}, [&](const Row& row) {
        const auto& record = lines[row.text(0)] = read_line(row);
        line(ConcertId{row.text(0)}, record);
    });
    TokenRow read;
    const LineRecord* of = nullptr; // of read.concert
    database.select(select_tokens, {}, [&](const Row& row) {
        const bool other = of == nullptr || row.bytes(0) != read.concert.value;
        read_token(row, read);
        of = other ? &lines.at(read.concert.value) : of;
        judge(read, *of);
        token(read);
    });
}

Recollection recollect(Database& database, const TicketName& ticket) {
    Recollection known;
    database.select(select_recollection, {ticket.concert.value, ticket.number},
                    [&known](const Row& row) {
                        known.user.value = row.text(0);
                        known.payment.value = row.text(1);
                    });
    return known;
}

std::vector<TokenRow> tokens_behind(Database& database, const TicketName& ticket,
                                    const LineRecord& line, std::size_t limit) {
    std::vector<TokenRow> rows;
    database.select(select_behind,
                    {ticket.concert.value, ticket.number, static_cast<std::int64_t>(limit)},
                    [&rows, &line](const Row& row) {
                        read_token(row, rows.emplace_back());
                        judge(rows.back(), line);
                    });
    return rows;
}

std::vector<std::string> audit(Database& database) {
    return database.texts(invariants);
}

} // namespace stagedoor::queue
