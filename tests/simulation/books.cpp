// SPDX-License-Identifier: MIT
#include "books.hpp"

namespace stagedoor::simulation {

namespace {

Instant instant(SQLite::Statement& row, int column) {
    return from_millis(row.getColumn(column).getInt64());
}

std::string text(SQLite::Statement& row, int column) {
    return row.getColumn(column).getString();
}

void read_tokens(Database& database, Books& books) {
    const auto row = database.query(
        "SELECT token, concert_id, user_id, ticket_number, status, COALESCE(reason, ''), "
        "joined_at, admitted_at, entered_at, expires_at, sold_out_through FROM queue_tokens "
        "JOIN queue_lines USING (concert_id) ORDER BY concert_id, ticket_number");
    while (row->executeStep()) {
        BookedToken token;
        token.id = text(*row, 0);
        token.concert = text(*row, 1);
        token.user = text(*row, 2);
        token.ticket = row->getColumn(3).getInt64();
        token.status = text(*row, 4);
        token.reason = text(*row, 5);
        token.joined_at = instant(*row, 6);
        token.admitted_at = instant(*row, 7);
        token.entered_at = instant(*row, 8);
        token.expires_at = instant(*row, 9);
        if (token.status == "WAITING" && token.ticket <= row->getColumn(10).getInt64()) {
            token.status = "EXPIRED";
            token.reason = "SOLD_OUT";
        }
        books.tokens.push_back(std::move(token));
    }
}

void read_reservations(Database& database, Books& books) {
    std::map<std::string, std::vector<std::string>> seats;
    const auto seat = database.query(
        "SELECT reservation_id, seat_number FROM reservation_seats ORDER BY reservation_id, place");
    while (seat->executeStep()) {
        seats[text(*seat, 0)].push_back(text(*seat, 1));
    }
    const auto row =
        database.query("SELECT reservation_id, concert_id, user_id, date, status, amount, held_at, "
                       "expires_at FROM reservations ORDER BY reservation_id");
    while (row->executeStep()) {
        BookedReservation one;
        one.id = text(*row, 0);
        one.concert = text(*row, 1);
        one.user = text(*row, 2);
        one.date = text(*row, 3);
        one.status = text(*row, 4);
        one.amount = row->getColumn(5).getInt64();
        one.held_at = instant(*row, 6);
        one.expires_at = instant(*row, 7);
        one.seats = seats[one.id];
        books.reservations.push_back(std::move(one));
    }
}

void read_money(Database& database, Books& books) {
    const auto payment = database.query(
        "SELECT payment_id, reservation_id, user_id, amount, paid_at, (SELECT COUNT(*) FROM "
        "tickets "
        "AS t WHERE t.payment_id = p.payment_id) FROM payments AS p ORDER BY payment_id");
    while (payment->executeStep()) {
        books.payments.push_back({text(*payment, 0), text(*payment, 1), text(*payment, 2),
                                  payment->getColumn(3).getInt64(), instant(*payment, 4),
                                  payment->getColumn(5).getInt64()});
    }
    const auto entry =
        database.query("SELECT transfer_id, substr(account, 6), kind, amount, balance_after FROM "
                       "ledger_entries WHERE account LIKE 'user:%' ORDER BY entry_id");
    while (entry->executeStep()) {
        books.entries.push_back({text(*entry, 0), text(*entry, 1), text(*entry, 2),
                                 entry->getColumn(3).getInt64(), entry->getColumn(4).getInt64()});
    }
    const auto account = database.query("SELECT account, balance FROM accounts");
    while (account->executeStep()) {
        books.accounts[text(*account, 0)] = account->getColumn(1).getInt64();
    }
}

void read_seats(Database& database, Books& books) {
    const auto concert = database.query("SELECT concert_id, title FROM concerts");
    while (concert->executeStep()) {
        books.titles[text(*concert, 0)] = text(*concert, 1);
    }
    const auto seat = database.query("SELECT concert_id, date, seat_number, status, "
                                     "COALESCE(reservation_id, ''), price FROM seats");
    while (seat->executeStep()) {
        books.seats.push_back({text(*seat, 0), text(*seat, 1), text(*seat, 2), text(*seat, 3),
                               text(*seat, 4), seat->getColumn(5).getInt64()});
    }
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
    const auto row = database.query(
        "SELECT SUM(balance), SUM(balance) FILTER (WHERE account = 'cash'), "
        "SUM(balance) FILTER (WHERE account = 'revenue'), MIN(CASE WHEN account IN ('cash', "
        "'revenue') THEN 0 ELSE balance END) FROM accounts");
    row->executeStep();
    return {row->getColumn(0).getInt64(), row->getColumn(1).getInt64(),
            row->getColumn(2).getInt64(), row->getColumn(3).getInt64()};
}

} // namespace stagedoor::simulation
