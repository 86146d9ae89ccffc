-- SPDX-License-Identifier: MIT
-- Indexes that nothing reads cost every sale a page each. A seat has one row, which says whose it is, and a sale must find
-- it HELD; seats are found by their number, tickets by their payment. The ledger's numbers never come back without
-- AUTOINCREMENT either, since nothing is deleted from it.
DROP INDEX seats_by_reservation;

ALTER TABLE tickets RENAME TO tickets_by_code;
ALTER TABLE payments RENAME TO payments_of_reservations;
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
INSERT INTO payments SELECT * FROM payments_of_reservations ORDER BY payment_id;
INSERT INTO tickets SELECT * FROM tickets_by_code ORDER BY payment_id, place;
DROP TABLE tickets_by_code;
DROP TABLE payments_of_reservations;

DROP TRIGGER ledger_entries_stay;
DROP TRIGGER ledger_entries_remain;
DROP INDEX ledger_entries_by_account;
ALTER TABLE ledger_entries RENAME TO ledger_entries_numbered;
CREATE TABLE ledger_entries (
    entry_id      INTEGER PRIMARY KEY,
    transfer_id   TEXT NOT NULL,
    account       TEXT NOT NULL REFERENCES accounts,
    kind          TEXT NOT NULL CHECK (kind IN ('CHARGE', 'PAYMENT')),
    amount        INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    at            INTEGER NOT NULL
) STRICT;
INSERT INTO ledger_entries SELECT * FROM ledger_entries_numbered ORDER BY entry_id;
DROP TABLE ledger_entries_numbered;
CREATE INDEX ledger_entries_by_account ON ledger_entries (account, entry_id);
CREATE TRIGGER ledger_entries_stay BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_entries_remain BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- PostgreSQL
DROP INDEX seats_by_reservation;
ALTER TABLE payments DROP CONSTRAINT payments_reservation_id_key;
ALTER TABLE tickets DROP CONSTRAINT tickets_pkey;
ALTER TABLE tickets DROP CONSTRAINT tickets_payment_id_place_key;
ALTER TABLE tickets DROP CONSTRAINT tickets_concert_id_date_seat_number_key;
ALTER TABLE tickets ADD PRIMARY KEY (payment_id, place);
