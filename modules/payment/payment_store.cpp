// SPDX-License-Identifier: MIT
#include "payment_store.hpp"

#include "stagedoor/database.hpp"

namespace stagedoor::payment {

namespace {

const Statement insert_payment_row{
    "INSERT INTO payments (payment_id, reservation_id, concert_id, user_id, date, amount, "
    "currency, balance_after, paid_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};

const Statement insert_ticket{
    "INSERT INTO tickets (ticket_code, payment_id, place, concert_id, date, seat_number, "
    "category, price) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};

const Statement select_payment{
    "SELECT reservation_id, concert_id, user_id, date, amount, currency, balance_after, paid_at "
    "FROM payments WHERE payment_id = $1"};

const Statement select_tickets{"SELECT seat_number, category, price, ticket_code FROM tickets "
                               "WHERE payment_id = $1 ORDER BY place"};

/// Each row that one of these finds is a sentence about something broken.
const Statement invariants[]{
    Statement{R"sql(
    SELECT 'a payment of ' || p.concert_id || ' on ' || p.date || ' is for a reservation that is '
    || COALESCE(r.status, 'missing') FROM payments AS p LEFT JOIN reservations AS r USING
    (reservation_id) WHERE r.status IS DISTINCT FROM 'PAID' OR r.user_id <> p.user_id OR r.amount
    <> p.amount)sql"},
    Statement{R"sql(
    SELECT 'seat ' || t.seat_number || ' of ' || t.concert_id || ' on ' || t.date ||
    ' has a ticket, but is ' || COALESCE(s.status, 'AVAILABLE') FROM tickets AS t LEFT JOIN seats AS
    s ON s.concert_id = t.concert_id AND s.date = t.date AND s.seat_number = t.seat_number WHERE
    s.status IS DISTINCT FROM 'RESERVED')sql"},
    Statement{R"sql(
    SELECT 'seat ' || s.seat_number || ' of ' || s.concert_id || ' on ' || s.date ||
    ' is RESERVED without a ticket' FROM seats AS s WHERE s.status = 'RESERVED' AND (s.concert_id,
    s.date, s.seat_number) NOT IN (SELECT concert_id, date, seat_number FROM tickets))sql"},
    Statement{R"sql(
    SELECT 'a payment of ' || p.user_id || ' for ' || p.amount ||
    ' has no matching entry in the ledger' FROM payments AS p LEFT JOIN ledger_entries AS e ON
    e.transfer_id = p.payment_id AND e.account = 'user:' || p.user_id WHERE e.amount IS DISTINCT
    FROM -p.amount)sql"},
    Statement{R"sql(
    SELECT 'a payment of ' || p.user_id || ' is for ' || p.amount || ', but its tickets cost ' ||
    COALESCE(CAST(SUM(t.price) AS TEXT), 'nothing') FROM payments AS p LEFT JOIN tickets AS t USING
    (payment_id) GROUP BY p.payment_id, p.user_id, p.amount HAVING p.amount IS DISTINCT FROM
    SUM(t.price))sql"},
    Statement{R"sql(
    SELECT 'seat ' || t.seat_number || ' of ' || t.concert_id || ' on ' || t.date ||
    ' has a ticket of a payment that did not buy it' FROM tickets AS t JOIN payments AS p USING
    (payment_id) JOIN seats AS s ON s.concert_id = t.concert_id AND s.date = t.date AND
    s.seat_number = t.seat_number WHERE s.reservation_id IS DISTINCT FROM p.reservation_id)sql"},
    Statement{R"sql(
    SELECT 'seat ' || seat_number || ' of ' || concert_id || ' on ' || date || ' has ' || COUNT(*)
    || ' tickets' FROM tickets GROUP BY concert_id, date, seat_number HAVING COUNT(*) > 1)sql"},
    Statement{R"sql(
    SELECT 'a reservation of ' || r.user_id || ' for ' || r.amount || ' is PAID without a payment'
    FROM reservations AS r WHERE r.status = 'PAID' AND r.reservation_id NOT IN (SELECT
    reservation_id FROM payments))sql"},
    Statement{R"sql(
    SELECT 'the ledger has a payment of ' || substr(e.account, 6) || ' for ' || -e.amount ||
    ' that bought nothing' FROM ledger_entries AS e LEFT JOIN payments AS p ON p.payment_id =
    e.transfer_id WHERE e.kind = 'PAYMENT' AND e.amount < 0 AND p.payment_id IS NULL)sql"},
};

} // namespace

Change insert_payment(std::shared_ptr<const Payment> payment) {
    return Change{[payment = std::move(payment)](Transaction& transaction) {
        const auto& id = payment->payment.value;
        transaction.run(insert_payment_row,
                        {id, payment->reservation.value, payment->concert.value,
                         payment->user.value, payment->date.value, payment->amount,
                         payment->currency, payment->balance_after, to_millis(payment->paid_at)});
        std::int64_t place = 0;
        for (const auto& ticket : payment->tickets) {
            transaction.run(insert_ticket,
                            {ticket.code, id, place++, payment->concert.value, payment->date.value,
                             ticket.seat.number.value, ticket.seat.category, ticket.seat.price});
        }
    }};
}

std::optional<Payment> find_payment(Database& database, const PaymentId& id) {
    std::optional<Payment> found;
    database.select(select_payment, {id.value}, [&](const Row& row) {
        auto& payment = found.emplace();
        payment.payment = id;
        payment.reservation.value = row.text(0);
        payment.concert.value = row.text(1);
        payment.user.value = row.text(2);
        payment.date.value = row.text(3);
        payment.amount = row.integer(4);
        payment.currency = row.text(5);
        payment.balance_after = row.integer(6);
        payment.paid_at = shown_from_millis(row.integer(7));
        database.select(select_tickets, {id.value}, [&payment](const Row& ticket) {
            payment.tickets.push_back(
                {{SeatNumber{ticket.text(0)}, ticket.text(1), ticket.integer(2)}, ticket.text(3)});
        });
    });
    return found;
}

std::vector<std::string> audit(Database& database) {
    return database.texts(invariants);
}

} // namespace stagedoor::payment
