-- SPDX-License-Identifier: MIT
-- SQLite looks a word up in a list of three or more by making a table of the list, at each row that it checks: a payment
-- made four of them, a join three. It reads the same words one by one as they stand. What refers to a table that is made
-- anew is made anew as well.
ALTER TABLE queue_lines RENAME TO queue_lines_before;
ALTER TABLE queue_tokens RENAME TO queue_tokens_before;
CREATE TABLE queue_lines (
    concert_id       TEXT PRIMARY KEY,
    state            TEXT NOT NULL CHECK (state = 'OPEN' OR state = 'PAUSED' OR state = 'CLOSED'),
    last_ticket      INTEGER NOT NULL CHECK (last_ticket >= 0),
    serving_number   INTEGER NOT NULL CHECK (serving_number BETWEEN 0 AND last_ticket),
    admitted_total   INTEGER NOT NULL CHECK (admitted_total BETWEEN 0 AND serving_number),
    last_admission   INTEGER NOT NULL,
    sold_out_through INTEGER NOT NULL CHECK (sold_out_through BETWEEN 0 AND last_ticket),
    sold_out_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE queue_tokens (
    concert_id    TEXT NOT NULL REFERENCES queue_lines,
    ticket_number INTEGER NOT NULL CHECK (ticket_number > 0),
    token         BLOB NOT NULL CHECK (length(token) = 16),
    user_id       TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status = 'WAITING' OR status = 'ADMITTED' OR status = 'ENTERED' OR status = 'EXPIRED'),
    reason        TEXT CHECK (reason = 'PAID' OR reason = 'LEFT' OR reason = 'ABANDONED' OR reason = 'ENTRY_MISSED' OR
                              reason = 'SESSION_ENDED' OR reason = 'SOLD_OUT'),
    joined_at     INTEGER NOT NULL,
    admitted_at   INTEGER NOT NULL,
    entered_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    expired_at    INTEGER NOT NULL,
    PRIMARY KEY (concert_id, ticket_number),
    CHECK ((status = 'EXPIRED') = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO queue_lines SELECT * FROM queue_lines_before;
INSERT INTO queue_tokens SELECT * FROM queue_tokens_before;
DROP TABLE queue_tokens_before;
DROP TABLE queue_lines_before;

DROP INDEX reservations_held;
ALTER TABLE reservations RENAME TO reservations_before;
ALTER TABLE reservation_seats RENAME TO reservation_seats_before;
ALTER TABLE seats RENAME TO seats_before;
ALTER TABLE payments RENAME TO payments_before;
ALTER TABLE tickets RENAME TO tickets_before;
CREATE TABLE reservations (
    reservation_id TEXT PRIMARY KEY,
    concert_id     TEXT NOT NULL REFERENCES concerts,
    user_id        TEXT NOT NULL,
    date           TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status = 'HELD' OR status = 'PAID' OR status = 'RELEASED' OR status = 'EXPIRED'),
    amount         INTEGER NOT NULL CHECK (amount >= 0),
    currency       TEXT NOT NULL,
    held_at        INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL CHECK (expires_at > held_at),
    ended_at       INTEGER CHECK ((status = 'HELD') = (ended_at IS NULL)),
    held_shown_at  INTEGER NOT NULL DEFAULT 0
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
    status         TEXT NOT NULL CHECK (status IN ('HELD', 'RESERVED')),
    reservation_id TEXT NOT NULL REFERENCES reservations,
    user_id        TEXT NOT NULL,
    PRIMARY KEY (concert_id, date, seat_number),
    FOREIGN KEY (concert_id, date) REFERENCES concert_dates
) STRICT, WITHOUT ROWID;
CREATE TABLE payments (
    payment_id     TEXT PRIMARY KEY,
    reservation_id TEXT NOT NULL REFERENCES reservations,
    concert_id     TEXT NOT NULL,
    user_id        TEXT NOT NULL,
    date           TEXT NOT NULL,
    amount         INTEGER NOT NULL CHECK (amount >= 0),
    currency       TEXT NOT NULL,
    balance_after  INTEGER NOT NULL CHECK (balance_after >= 0),
    paid_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE tickets (
    ticket_code TEXT NOT NULL,
    payment_id  TEXT NOT NULL REFERENCES payments,
    place       INTEGER NOT NULL,
    concert_id  TEXT NOT NULL,
    date        TEXT NOT NULL,
    seat_number TEXT NOT NULL,
    category    TEXT NOT NULL,
    price       INTEGER NOT NULL CHECK (price >= 0),
    PRIMARY KEY (payment_id, place)
) STRICT, WITHOUT ROWID;
INSERT INTO reservations SELECT * FROM reservations_before;
INSERT INTO reservation_seats SELECT * FROM reservation_seats_before;
INSERT INTO seats SELECT * FROM seats_before;
INSERT INTO payments SELECT * FROM payments_before;
INSERT INTO tickets SELECT * FROM tickets_before;
DROP TABLE tickets_before;
DROP TABLE payments_before;
DROP TABLE seats_before;
DROP TABLE reservation_seats_before;
DROP TABLE reservations_before;

-- PostgreSQL
-- It makes no table of a list: its checks stay as they are.
