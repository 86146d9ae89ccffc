// SPDX-License-Identifier: MIT
#include "reservation_store.hpp"

#include <array>

#include "base/assert.hpp"
#include "stagedoor/database.hpp"

namespace stagedoor::reservation {

namespace {

constexpr auto steps = std::to_array<Migration>({
    {4, "concerts, seats and reservations", R"sql(
CREATE TABLE concerts (
    concert_id            TEXT PRIMARY KEY,
    title                 TEXT NOT NULL,
    venue                 TEXT NOT NULL,
    currency              TEXT NOT NULL,
    max_active            INTEGER,
    admissions_per_minute INTEGER,
    entry_window_seconds  INTEGER,
    session_seconds       INTEGER,
    abandon_after_seconds INTEGER,
    poll_after_seconds    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE concert_dates (
    concert_id TEXT NOT NULL REFERENCES concerts,
    date       TEXT NOT NULL,
    place      INTEGER NOT NULL,
    version    INTEGER NOT NULL CHECK (version >= 0),
    PRIMARY KEY (concert_id, date)
) STRICT, WITHOUT ROWID;

CREATE TABLE reservations (
    reservation_id TEXT PRIMARY KEY,
    concert_id     TEXT NOT NULL REFERENCES concerts,
    user_id        TEXT NOT NULL,
    date           TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('HELD', 'PAID', 'RELEASED', 'EXPIRED')),
    amount         INTEGER NOT NULL CHECK (amount >= 0),
    currency       TEXT NOT NULL,
    held_at        INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL CHECK (expires_at > held_at),
    ended_at       INTEGER CHECK ((status = 'HELD') = (ended_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX reservations_held ON reservations (expires_at) WHERE status = 'HELD';

CREATE TABLE reservation_seats (
    reservation_id TEXT NOT NULL REFERENCES reservations,
    place          INTEGER NOT NULL,
    seat_number    TEXT NOT NULL,
    category       TEXT NOT NULL,
    price          INTEGER NOT NULL CHECK (price >= 0),
    PRIMARY KEY (reservation_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE seats (
    concert_id     TEXT NOT NULL,
    date           TEXT NOT NULL,
    seat_number    TEXT NOT NULL,
    place          INTEGER NOT NULL,
    category       TEXT NOT NULL,
    price          INTEGER NOT NULL CHECK (price >= 0),
    status         TEXT NOT NULL CHECK (status IN ('AVAILABLE', 'HELD', 'RESERVED')),
    reservation_id TEXT REFERENCES reservations,
    PRIMARY KEY (concert_id, date, seat_number),
    FOREIGN KEY (concert_id, date) REFERENCES concert_dates,
    CHECK ((status = 'AVAILABLE') = (reservation_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX seats_by_reservation ON seats (reservation_id) WHERE reservation_id IS NOT NULL;
)sql"},
});

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

constexpr auto reservation_columns = "SELECT reservation_id, concert_id, user_id, date, status, "
                                     "amount, currency, held_at, expires_at FROM reservations ";

Reservation read_reservation(Database& database, SQLite::Statement& row) {
    Reservation found;
    auto& hold = found.hold;
    hold.id.value = row.getColumn(0).getString();
    hold.concert.value = row.getColumn(1).getString();
    hold.user.value = row.getColumn(2).getString();
    hold.date.value = row.getColumn(3).getString();
    found.status = parse_status(row.getColumn(4).getString());
    hold.amount = row.getColumn(5).getInt64();
    hold.currency = row.getColumn(6).getString();
    hold.held_at = from_millis(row.getColumn(7).getInt64());
    hold.expires_at = from_millis(row.getColumn(8).getInt64());
    const auto seats = database.query("SELECT seat_number, category, price FROM reservation_seats "
                                      "WHERE reservation_id = ? ORDER BY place");
    seats->bind(1, hold.id.value);
    while (seats->executeStep()) {
        hold.seats.push_back({SeatNumber{seats->getColumn(0).getString()},
                              seats->getColumn(1).getString(), seats->getColumn(2).getInt64()});
    }
    return found;
}

void next_version(Database& database, const Hold& hold) {
    database.run("UPDATE concert_dates SET version = version + 1 WHERE concert_id = ? AND date = ?",
                 hold.concert.value, hold.date.value);
}

/// Ends the reservation; false where it is not HELD.
bool end_reservation(Database& database, const Hold& hold, ReservationStatus status, Instant now) {
    return database.run("UPDATE reservations SET status = ?, ended_at = ? WHERE reservation_id = ? "
                        "AND status = 'HELD'",
                        std::string{to_string(status)}, to_millis(now), hold.id.value) == 1;
}

/// Each row that one of these finds is a sentence about something broken.
constexpr auto invariants = std::to_array<std::string_view>({
    R"sql(
    SELECT 'seat ' || s.seat_number || ' of ' || s.concert_id || ' on ' || s.date || ' is ' ||
    s.status || ' by a reservation that is ' || COALESCE(r.status, 'missing') FROM seats AS s LEFT
    JOIN reservations AS r USING (reservation_id) WHERE (s.status = 'HELD' AND r.status IS NOT
    'HELD') OR (s.status = 'RESERVED' AND r.status IS NOT 'PAID'))sql",
    R"sql(
    SELECT 'seat ' || s.seat_number || ' of ' || s.concert_id || ' on ' || s.date || ' is ' ||
    s.status || ' by a reservation that is not for it' FROM seats AS s JOIN reservations AS r USING
    (reservation_id) LEFT JOIN reservation_seats AS p ON p.reservation_id = r.reservation_id AND
    p.seat_number = s.seat_number WHERE p.seat_number IS NULL OR r.concert_id <> s.concert_id OR
    r.date <> s.date)sql",
    R"sql(
    SELECT 'seat ' || p.seat_number || ' of ' || r.concert_id || ' on ' || r.date ||
    ' is held or sold ' || COUNT(*) || ' times' FROM reservations AS r JOIN reservation_seats AS p
    USING (reservation_id) WHERE r.status IN ('HELD', 'PAID') GROUP BY r.concert_id, r.date,
    p.seat_number HAVING COUNT(*) > 1)sql",
    R"sql(
    SELECT r.user_id || ' holds seats of ' || r.concert_id || ' on ' || r.date ||
    ' without a token that is inside' FROM reservations AS r LEFT JOIN queue_tokens AS t ON
    t.concert_id = r.concert_id AND t.user_id = r.user_id AND t.status <> 'EXPIRED' WHERE r.status
    = 'HELD' AND t.status IS NOT 'ENTERED')sql",
    R"sql(
    SELECT 'seat ' || p.seat_number || ' of ' || r.concert_id || ' on ' || r.date ||
    ' belongs to a ' || r.status || ' reservation, but its row says ' || COALESCE(s.status,
    'nothing') FROM reservations AS r JOIN reservation_seats AS p USING (reservation_id) LEFT JOIN
    seats AS s ON s.concert_id = r.concert_id AND s.date = r.date AND s.seat_number =
    p.seat_number WHERE (r.status = 'HELD' AND (s.status IS NOT 'HELD' OR s.reservation_id <>
    r.reservation_id)) OR (r.status = 'PAID' AND (s.status IS NOT 'RESERVED' OR s.reservation_id
    <> r.reservation_id)))sql",
    R"sql(
    SELECT 'a ' || r.status || ' reservation of ' || r.concert_id || ' is for ' || r.amount ||
    ', but its seats cost ' || COALESCE(SUM(p.price), 0) FROM reservations AS r LEFT JOIN
    reservation_seats AS p USING (reservation_id) GROUP BY r.reservation_id HAVING r.amount <>
    COALESCE(SUM(p.price), -1))sql",
});

} // namespace

std::span<const Migration> migrations() {
    return steps;
}

Change insert_hold(Hold hold) {
    return Change{[hold = std::move(hold)](Database& database) {
        database.run("INSERT INTO reservations (reservation_id, concert_id, user_id, date, status, "
                     "amount, currency, "
                     "held_at, expires_at) VALUES (?, ?, ?, ?, 'HELD', ?, ?, ?, ?)",
                     hold.id.value, hold.concert.value, hold.user.value, hold.date.value,
                     hold.amount, hold.currency, to_millis(hold.held_at),
                     to_millis(hold.expires_at));
        std::int64_t place = 0;
        for (const auto& seat : hold.seats) {
            database.run("INSERT INTO reservation_seats (reservation_id, place, seat_number, "
                         "category, price) "
                         "VALUES (?, ?, ?, ?, ?)",
                         hold.id.value, place++, seat.number.value, seat.category, seat.price);
            const int held = database.run(
                "UPDATE seats SET status = 'HELD', reservation_id = ? WHERE concert_id = ? "
                "AND date = ? AND seat_number = ? AND status = 'AVAILABLE'",
                hold.id.value, hold.concert.value, hold.date.value, seat.number.value);
            if (held != 1) {
                return false;
            }
        }
        next_version(database, hold);
        return true;
    }};
}

Change release_hold(const Hold& hold, ReservationStatus status, Instant now) {
    return Change{[hold, status, now](Database& database) {
        if (!end_reservation(database, hold, status, now)) {
            return false;
        }
        database.run(
            "UPDATE seats SET status = 'AVAILABLE', reservation_id = NULL WHERE reservation_id = ? "
            "AND status = 'HELD'",
            hold.id.value);
        next_version(database, hold);
        return true;
    }};
}

Change sell_hold(const Hold& hold, Instant now) {
    return Change{[hold, now](Database& database) {
        if (!end_reservation(database, hold, ReservationStatus::paid, now)) {
            return false;
        }
        const int sold = database.run(
            "UPDATE seats SET status = 'RESERVED' WHERE reservation_id = ? AND status = 'HELD'",
            hold.id.value);
        next_version(database, hold);
        return static_cast<std::size_t>(sold) == hold.seats.size();
    }};
}

std::optional<Reservation> find_reservation(Database& database, const ReservationId& id) {
    static const auto sql = std::string{reservation_columns} + "WHERE reservation_id = ?";
    const auto row = database.query(sql);
    row->bind(1, id.value);
    if (!row->executeStep()) {
        return std::nullopt;
    }
    return read_reservation(database, *row);
}

void load_holds(Database& database, const std::function<void(Hold)>& hold) {
    static const auto sql = std::string{reservation_columns} + "WHERE status = 'HELD'";
    const auto row = database.query(sql);
    while (row->executeStep()) {
        hold(read_reservation(database, *row).hold);
    }
}

std::vector<std::string> audit(Database& database) {
    return database.texts(invariants);
}

} // namespace stagedoor::reservation
