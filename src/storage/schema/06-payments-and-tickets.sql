-- SPDX-License-Identifier: MIT
CREATE TABLE payments (
    payment_id     TEXT PRIMARY KEY,
    reservation_id TEXT NOT NULL UNIQUE REFERENCES reservations,
    concert_id     TEXT NOT NULL,
    user_id        TEXT NOT NULL,
    date           TEXT NOT NULL,
    amount         INTEGER NOT NULL CHECK (amount >= 0),
    currency       TEXT NOT NULL,
    balance_after  INTEGER NOT NULL CHECK (balance_after >= 0),
    paid_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
    ticket_code TEXT PRIMARY KEY,
    payment_id  TEXT NOT NULL REFERENCES payments,
    place       INTEGER NOT NULL,
    concert_id  TEXT NOT NULL,
    date        TEXT NOT NULL,
    seat_number TEXT NOT NULL,
    category    TEXT NOT NULL,
    price       INTEGER NOT NULL CHECK (price >= 0),
    UNIQUE (payment_id, place),
    UNIQUE (concert_id, date, seat_number)
) STRICT, WITHOUT ROWID;

-- PostgreSQL
CREATE TABLE payments (
    payment_id     TEXT COLLATE "C" PRIMARY KEY,
    reservation_id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES reservations,
    concert_id     TEXT COLLATE "C" NOT NULL,
    user_id        TEXT COLLATE "C" NOT NULL,
    date           TEXT COLLATE "C" NOT NULL,
    amount         BIGINT NOT NULL CHECK (amount >= 0),
    currency       TEXT NOT NULL,
    balance_after  BIGINT NOT NULL CHECK (balance_after >= 0),
    paid_at        BIGINT NOT NULL
);

CREATE TABLE tickets (
    ticket_code TEXT COLLATE "C" PRIMARY KEY,
    payment_id  TEXT COLLATE "C" NOT NULL REFERENCES payments,
    place       BIGINT NOT NULL,
    concert_id  TEXT COLLATE "C" NOT NULL,
    date        TEXT COLLATE "C" NOT NULL,
    seat_number TEXT COLLATE "C" NOT NULL,
    category    TEXT NOT NULL,
    price       BIGINT NOT NULL CHECK (price >= 0),
    UNIQUE (payment_id, place),
    UNIQUE (concert_id, date, seat_number)
);
