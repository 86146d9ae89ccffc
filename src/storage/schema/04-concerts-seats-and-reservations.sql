-- SPDX-License-Identifier: MIT
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

-- PostgreSQL
CREATE TABLE concerts (
    concert_id            TEXT COLLATE "C" PRIMARY KEY,
    title                 TEXT NOT NULL,
    venue                 TEXT NOT NULL,
    currency              TEXT NOT NULL,
    max_active            BIGINT,
    admissions_per_minute BIGINT,
    entry_window_seconds  BIGINT,
    session_seconds       BIGINT,
    abandon_after_seconds BIGINT,
    poll_after_seconds    BIGINT
);

CREATE TABLE concert_dates (
    concert_id TEXT COLLATE "C" NOT NULL REFERENCES concerts,
    date       TEXT COLLATE "C" NOT NULL,
    place      BIGINT NOT NULL,
    version    BIGINT NOT NULL CHECK (version >= 0),
    PRIMARY KEY (concert_id, date)
);

CREATE TABLE reservations (
    reservation_id TEXT COLLATE "C" PRIMARY KEY,
    concert_id     TEXT COLLATE "C" NOT NULL REFERENCES concerts,
    user_id        TEXT COLLATE "C" NOT NULL,
    date           TEXT COLLATE "C" NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('HELD', 'PAID', 'RELEASED', 'EXPIRED')),
    amount         BIGINT NOT NULL CHECK (amount >= 0),
    currency       TEXT NOT NULL,
    held_at        BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL CHECK (expires_at > held_at),
    ended_at       BIGINT CHECK ((status = 'HELD') = (ended_at IS NULL))
);
CREATE INDEX reservations_held ON reservations (expires_at) WHERE status = 'HELD';

CREATE TABLE reservation_seats (
    reservation_id TEXT COLLATE "C" NOT NULL REFERENCES reservations,
    place          BIGINT NOT NULL,
    seat_number    TEXT COLLATE "C" NOT NULL,
    category       TEXT NOT NULL,
    price          BIGINT NOT NULL CHECK (price >= 0),
    PRIMARY KEY (reservation_id, place)
);

CREATE TABLE seats (
    concert_id     TEXT COLLATE "C" NOT NULL,
    date           TEXT COLLATE "C" NOT NULL,
    seat_number    TEXT COLLATE "C" NOT NULL,
    place          BIGINT NOT NULL,
    category       TEXT NOT NULL,
    price          BIGINT NOT NULL CHECK (price >= 0),
    status         TEXT NOT NULL CHECK (status IN ('AVAILABLE', 'HELD', 'RESERVED')),
    reservation_id TEXT COLLATE "C" REFERENCES reservations,
    PRIMARY KEY (concert_id, date, seat_number),
    FOREIGN KEY (concert_id, date) REFERENCES concert_dates,
    CHECK ((status = 'AVAILABLE') = (reservation_id IS NULL))
);
CREATE INDEX seats_by_reservation ON seats (reservation_id) WHERE reservation_id IS NOT NULL;
