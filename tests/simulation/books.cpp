// SPDX-License-Identifier: MIT
#include "books.hpp"

#include <fmt/format.h>

namespace stagedoor::simulation {

namespace {

const Statement select_tokens{
    "SELECT token, concert_id, user_id, ticket_number, status, COALESCE(reason, ''), "
    "joined_at, admitted_at, entered_at, expires_at, sold_out_through FROM queue_tokens "
    "JOIN queue_lines USING (concert_id) ORDER BY concert_id, ticket_number"};

const Statement select_reserved_seats{
    "SELECT reservation_id, seat_number FROM reservation_seats ORDER BY reservation_id, place"};

const Statement select_reservations{
    "SELECT reservation_id, concert_id, user_id, date, status, amount, held_at, expires_at "
    "FROM reservations ORDER BY reservation_id"};

const Statement select_payments{
    "SELECT payment_id, reservation_id, user_id, amount, paid_at, (SELECT COUNT(*) FROM tickets "
    "AS t WHERE t.payment_id = p.payment_id) FROM payments AS p ORDER BY payment_id"};

const Statement select_entries{
    "SELECT transfer_id, substr(account, 6), kind, amount, balance_after FROM ledger_entries "
    "WHERE substr(account, 1, 5) = 'user:' ORDER BY entry_id"};

const Statement select_accounts{"SELECT account, balance FROM accounts"};

const Statement select_titles{"SELECT concert_id, title FROM concerts"};

const Statement select_seats{
    "SELECT d.concert_id, d.date, seat.value, COALESCE(s.status, 'AVAILABLE'), "
    "COALESCE(s.reservation_id, ''), json_extract(run.value, '$.price') FROM concert_dates AS d "
    "JOIN concert_halls AS h ON h.concert_id = d.concert_id, json_each(h.seats) AS run, "
    "json_each(run.value, '$.seats') AS seat LEFT JOIN seats AS s ON s.concert_id = d.concert_id "
    "AND s.date = d.date AND s.seat_number = seat.value"};

const Statement select_totals{
    "SELECT SUM(balance), SUM(balance) FILTER (WHERE account = 'cash'), "
    "SUM(balance) FILTER (WHERE account = 'revenue'), MIN(CASE WHEN account IN ('cash', "
    "'revenue') THEN 0 ELSE balance END) FROM accounts"};

Instant instant(const Row& row, int column) {
    return from_millis(row.integer(column));
}

/// As it is shown to people.
std::string token_text(const std::string& bytes) {
    std::string text{"qt_"};
    for (const char byte : bytes) {
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    return text;
}

void read_tokens(Database& database, Books& books) {
    database.select(select_tokens, {}, [&books](const Row& row) {
        BookedToken token;
        token.id = token_text(row.blob(0));
        token.concert = row.text(1);
        token.user = row.text(2);
        token.ticket = row.integer(3);
        token.status = row.text(4);
        token.reason = row.text(5);
        token.joined_at = instant(row, 6);
        token.admitted_at = instant(row, 7);
        token.entered_at = instant(row, 8);
        token.expires_at = instant(row, 9);
        if (token.status == "WAITING" && token.ticket <= row.integer(10)) {
            token.status = "EXPIRED";
            token.reason = "SOLD_OUT";
        }
        books.tokens.push_back(std::move(token));
    });
}

void read_reservations(Database& database, Books& books) {
    std::map<std::string, std::vector<std::string>> seats;
    database.select(select_reserved_seats, {},
                    [&seats](const Row& row) { seats[row.text(0)].push_back(row.text(1)); });
    database.select(select_reservations, {}, [&](const Row& row) {
        BookedReservation one;
        one.id = row.text(0);
        one.concert = row.text(1);
        one.user = row.text(2);
        one.date = row.text(3);
        one.status = row.text(4);
        one.amount = row.integer(5);
        one.held_at = instant(row, 6);
        one.expires_at = instant(row, 7);
        one.seats = seats[one.id];
        books.reservations.push_back(std::move(one));
    });
}

void read_money(Database& database, Books& books) {
    database.select(select_payments, {}, [&books](const Row& row) {
        books.payments.push_back({row.text(0), row.text(1), row.text(2), row.integer(3),
                                  instant(row, 4), row.integer(5)});
    });
    database.select(select_entries, {}, [&books](const Row& row) {
        books.entries.push_back(
            {row.text(0), row.text(1), row.text(2), row.integer(3), row.integer(4)});
    });
    database.select(select_accounts, {},
                    [&books](const Row& row) { books.accounts[row.text(0)] = row.integer(1); });
}

void read_seats(Database& database, Books& books) {
    database.select(select_titles, {},
                    [&books](const Row& row) { books.titles[row.text(0)] = row.text(1); });
    database.select(select_seats, {}, [&books](const Row& row) {
        books.seats.push_back(
            {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5)});
    });
}

} // namespace

Books read_books(Database& database) {
    Books books;
    read_tokens(database, books);
    read_reservations(database, books);
    read_money(database, books);
    read_seats(database, books);
    return books;
}

Totals read_totals(Database& database) {
    Totals totals;
    database.select(select_totals, {}, [&totals](const Row& row) {
        totals = {row.integer(0), row.integer(1), row.integer(2), row.integer(3)};
    });
    return totals;
}

} // namespace stagedoor::simulation
