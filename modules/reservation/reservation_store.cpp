// SPDX-License-Identifier: MIT
#include "reservation_store.hpp"

#include <algorithm>
#include <iterator>

#include "base/assert.hpp"
#include "catalogue_store.hpp"
#include "stagedoor/database.hpp"

namespace stagedoor::reservation {

namespace {

ReservationStatus parse_status(std::string_view text) {
    for (const auto status : {ReservationStatus::held, ReservationStatus::paid,
                              ReservationStatus::released, ReservationStatus::expired}) {
        if (to_string(status) == text) {
            return status;
        }
    }
    STAGEDOOR_ASSERT(false, "the table's own check admits only words that are known");
    return ReservationStatus::held;
}

const Statement insert_reservation{
    "INSERT INTO reservations (reservation_id, concert_id, user_id, date, status, amount, "
    "currency, held_at, expires_at, held_shown_at) "
    "VALUES ($1, $2, $3, $4, 'HELD', $5, $6, $7, $8, $9)"};

const Statement insert_seat{
    "INSERT INTO reservation_seats (reservation_id, place, seat_number, category, price) "
    "VALUES ($1, $2, $3, $4, $5)"};

// No row is made where the seat is held or sold.
const Statement hold_seat{
    "INSERT INTO seats (concert_id, date, seat_number, status, reservation_id, user_id) "
    "VALUES ($1, $2, $3, 'HELD', $4, $5) ON CONFLICT DO NOTHING"};

const Statement end_reservation{"UPDATE reservations SET status = $1, ended_at = $2 "
                                "WHERE reservation_id = $3 AND status = 'HELD'"};

const Statement release_seat{
    "DELETE FROM seats WHERE concert_id = $1 AND date = $2 AND seat_number = $3 "
    "AND reservation_id = $4 AND status = 'HELD'"};

const Statement sell_seat{
    "UPDATE seats SET status = 'RESERVED' WHERE concert_id = $1 AND date = $2 "
    "AND seat_number = $3 AND reservation_id = $4 AND status = 'HELD'"};

const Statement raise_version{"UPDATE concert_dates SET version = version + $1 "
                              "WHERE concert_id = $2 AND date = $3"};

const Statement select_reservation{
    "SELECT reservation_id, concert_id, user_id, date, status, amount, currency, held_at, "
    "expires_at, held_shown_at FROM reservations WHERE reservation_id = $1"};

const Statement select_held{
    "SELECT reservation_id, concert_id, user_id, date, status, amount, currency, held_at, "
    "expires_at, held_shown_at FROM reservations WHERE status = 'HELD'"};

const Statement select_seats{"SELECT seat_number, category, price FROM reservation_seats "
                             "WHERE reservation_id = $1 ORDER BY place"};

Reservation read_reservation(Database& database, const Row& row) {
    Reservation found;
    auto& hold = found.hold;
    hold.id.value = row.text(0);
    hold.concert.value = row.text(1);
    hold.user.value = row.text(2);
    hold.date.value = row.text(3);
    found.status = parse_status(row.text(4));
    hold.amount = row.integer(5);
    hold.currency = row.text(6);
    hold.held_at = from_millis(row.integer(7));
    hold.expires_at = from_millis(row.integer(8));
    hold.held_shown_at = shown_from_millis(row.integer(9));
    database.select(select_seats, {hold.id.value}, [&hold](const Row& seat) {
        hold.seats.push_back({SeatNumber{seat.text(0)}, seat.text(1), seat.integer(2)});
    });
    return found;
}

void next_version(Transaction& transaction, const Hold& hold) {
    transaction.add_up(raise_version, {1, hold.concert.value, hold.date.value});
}

/// Ends the reservation, which must be HELD.
void end(Transaction& transaction, const Hold& hold, ReservationStatus status, Instant now) {
    transaction.expect(1, end_reservation, {to_string(status), to_millis(now), hold.id.value});
}

/// Each row that one of these finds is a sentence about something broken.
const Statement invariants[]{
    Statement{R"sql(
    SELECT 'seat ' || s.seat_number || ' of ' || s.concert_id || ' on ' || s.date || ' is ' ||
    s.status || ' by a reservation that is ' || COALESCE(r.status, 'missing') FROM seats AS s LEFT
    JOIN reservations AS r USING (reservation_id) WHERE (s.status = 'HELD' AND r.status IS DISTINCT
    FROM 'HELD') OR (s.status = 'RESERVED' AND r.status IS DISTINCT FROM 'PAID') OR s.status NOT IN
    ('HELD', 'RESERVED'))sql"},
    Statement{R"sql(
    SELECT 'seat ' || s.seat_number || ' of ' || s.concert_id || ' on ' || s.date || ' is ' ||
    s.status || ' by a reservation that is not for it' FROM seats AS s JOIN reservations AS r USING
    (reservation_id) LEFT JOIN reservation_seats AS p ON p.reservation_id = r.reservation_id AND
    p.seat_number = s.seat_number WHERE p.seat_number IS NULL OR r.concert_id <> s.concert_id OR
    r.date <> s.date OR r.user_id <> s.user_id)sql"},
    Statement{R"sql(
    SELECT 'seat ' || p.seat_number || ' of ' || r.concert_id || ' on ' || r.date ||
    ' is held or sold ' || COUNT(*) || ' times' FROM reservations AS r JOIN reservation_seats AS p
    USING (reservation_id) WHERE r.status IN ('HELD', 'PAID') GROUP BY r.concert_id, r.date,
    p.seat_number HAVING COUNT(*) > 1)sql"},
    Statement{R"sql(
    SELECT r.user_id || ' holds seats of ' || r.concert_id || ' on ' || r.date ||
    ' without a token that is inside' FROM reservations AS r WHERE r.status = 'HELD' AND
    (r.concert_id, r.user_id) NOT IN (SELECT concert_id, user_id FROM queue_tokens WHERE status =
    'ENTERED'))sql"},
    Statement{R"sql(
    SELECT 'seat ' || p.seat_number || ' of ' || r.concert_id || ' on ' || r.date ||
    ' belongs to a ' || r.status || ' reservation, but its row says ' || COALESCE(s.status,
    'nothing') FROM reservations AS r JOIN reservation_seats AS p USING (reservation_id) LEFT JOIN
    seats AS s ON s.concert_id = r.concert_id AND s.date = r.date AND s.seat_number =
    p.seat_number WHERE (r.status = 'HELD' AND (s.status IS DISTINCT FROM 'HELD' OR
    s.reservation_id <> r.reservation_id)) OR (r.status = 'PAID' AND (s.status IS DISTINCT FROM
    'RESERVED' OR s.reservation_id <> r.reservation_id)))sql"},
    Statement{R"sql(
    SELECT 'a ' || r.status || ' reservation of ' || r.concert_id || ' is for ' || r.amount ||
    ', but its seats cost ' || COALESCE(SUM(p.price), 0) FROM reservations AS r LEFT JOIN
    reservation_seats AS p USING (reservation_id) GROUP BY r.reservation_id, r.status, r.concert_id, r.amount
    HAVING r.amount <> COALESCE(SUM(p.price), -1))sql"},
};

} // namespace

Change insert_hold(Hold hold) {
    return Change{[hold = std::move(hold)](Transaction& transaction) {
        transaction.run(insert_reservation,
                        {hold.id.value, hold.concert.value, hold.user.value, hold.date.value,
                         hold.amount, hold.currency, to_millis(hold.held_at),
                         to_millis(hold.expires_at), to_millis(hold.held_shown_at)});
        std::int64_t place = 0;
        for (const auto& seat : hold.seats) {
            transaction.run(insert_seat,
                            {hold.id.value, place++, seat.number.value, seat.category, seat.price});
            transaction.expect(1, hold_seat,
                               {hold.concert.value, hold.date.value, seat.number.value,
                                hold.id.value, hold.user.value});
        }
        next_version(transaction, hold);
    }};
}

Change release_hold(const Hold& hold, ReservationStatus status, Instant now) {
    return Change{[hold, status, now](Transaction& transaction) {
        end(transaction, hold, status, now);
        for (const auto& seat : hold.seats) {
            transaction.run(release_seat, {hold.concert.value, hold.date.value, seat.number.value,
                                           hold.id.value});
        }
        next_version(transaction, hold);
    }};
}

Change sell_hold(const Hold& hold, Instant now) {
    return Change{[hold, now](Transaction& transaction) {
        end(transaction, hold, ReservationStatus::paid, now);
        for (const auto& seat : hold.seats) {
            transaction.expect(
                1, sell_seat,
                {hold.concert.value, hold.date.value, seat.number.value, hold.id.value});
        }
        next_version(transaction, hold);
    }};
}

std::optional<Reservation> find_reservation(Database& database, const ReservationId& id) {
    std::optional<Reservation> found;
    database.select(select_reservation, {id.value},
                    [&](const Row& row) { found = read_reservation(database, row); });
    return found;
}

void load_holds(Database& database, const std::function<void(Hold)>& hold) {
    database.select(select_held, {},
                    [&](const Row& row) { hold(read_reservation(database, row).hold); });
}

std::vector<std::string> audit(Database& database) {
    auto faults = database.texts(invariants);
    auto of_halls = audit_halls(database);
    std::move(of_halls.begin(), of_halls.end(), std::back_inserter(faults));
    return faults;
}

} // namespace stagedoor::reservation
