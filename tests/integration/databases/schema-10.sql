-- SPDX-License-Identifier: MIT
-- What the version before schema step 11 left when it was stopped: see support/databases.py.
PRAGMA application_id = 1400128626;
PRAGMA user_version = 10;
BEGIN TRANSACTION;
CREATE TABLE accounts (
    account TEXT PRIMARY KEY,
    balance INTEGER NOT NULL,
    CHECK (account NOT LIKE 'user:%' OR balance BETWEEN 0 AND 9007199254740991)
) STRICT, WITHOUT ROWID;
INSERT INTO "accounts" VALUES('cash',-250000);
INSERT INTO "accounts" VALUES('revenue',100000);
INSERT INTO "accounts" VALUES('user:holding',100000);
INSERT INTO "accounts" VALUES('user:paid',50000);
CREATE TABLE clock (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    instant_ms   INTEGER NOT NULL,
    monotonic_ns INTEGER NOT NULL CHECK (monotonic_ns >= 0),
    boot_id      TEXT NOT NULL
, wall_ms INTEGER NOT NULL DEFAULT 0, offset_ms INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "clock" VALUES(1,1795577648680,3915320263224,'00000000-0000-4000-8000-000000000007',1795577648680,0);
CREATE TABLE concert_dates (
    concert_id TEXT NOT NULL REFERENCES concerts,
    date       TEXT NOT NULL,
    place      INTEGER NOT NULL,
    version    INTEGER NOT NULL CHECK (version >= 0),
    PRIMARY KEY (concert_id, date)
) STRICT, WITHOUT ROWID;
INSERT INTO "concert_dates" VALUES('gala','2026-12-24',0,4);
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
INSERT INTO "concerts" VALUES('gala','The gala','Blue Hall','KRW',2,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE idempotency_answer (
    key_id       INTEGER PRIMARY KEY REFERENCES idempotency_key,
    status       INTEGER NOT NULL CHECK (status BETWEEN 200 AND 399),
    content_type TEXT NOT NULL,
    headers      TEXT NOT NULL CHECK (headers GLOB '[[]*]'),
    body         BLOB NOT NULL
) STRICT;
INSERT INTO "idempotency_answer" VALUES(1,201,'application/json','[]',X'7B226368617267654964223A226535323937343064623136373563336265636666656137633664376338316132222C22757365724964223A2270616964222C22616D6F756E74223A3135303030302C2262616C616E6365223A3135303030302C2263757272656E6379223A224B5257222C22636861726765644174223A22323032362D31312D32355430333A33343A30382E3638305A227D');
CREATE TABLE idempotency_key (
    key_id      INTEGER PRIMARY KEY,
    scope       BLOB NOT NULL CHECK (length(scope) = 16),
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 16),
    created_at  INTEGER NOT NULL
) STRICT;
INSERT INTO "idempotency_key" VALUES(1,X'D54ED2F4DD0F3C5B77632936EA8FD416',X'B28922A5513187B1C2D52F5EAB417373',1795577648680);
CREATE TABLE ledger_entries (
    entry_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    transfer_id   TEXT NOT NULL,
    account       TEXT NOT NULL REFERENCES accounts,
    kind          TEXT NOT NULL CHECK (kind IN ('CHARGE', 'PAYMENT')),
    amount        INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    at            INTEGER NOT NULL
) STRICT;
INSERT INTO "ledger_entries" VALUES(1,'e529740db1675c3becffea7c6d7c81a2','cash','CHARGE',-150000,-150000,1795577648680);
INSERT INTO "ledger_entries" VALUES(2,'e529740db1675c3becffea7c6d7c81a2','user:paid','CHARGE',150000,150000,1795577648680);
INSERT INTO "ledger_entries" VALUES(3,'b4abe0454efb86a841abad4e91e4d8e5','cash','CHARGE',-100000,-250000,1795577648680);
INSERT INTO "ledger_entries" VALUES(4,'b4abe0454efb86a841abad4e91e4d8e5','user:holding','CHARGE',100000,100000,1795577648680);
INSERT INTO "ledger_entries" VALUES(5,'d882d699f896075d290870c0f14dbbe7','user:paid','PAYMENT',-100000,50000,1795577648680);
INSERT INTO "ledger_entries" VALUES(6,'d882d699f896075d290870c0f14dbbe7','revenue','PAYMENT',100000,100000,1795577648680);
CREATE TABLE operator_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    hash TEXT NOT NULL
) STRICT;
INSERT INTO "operator_key" VALUES(1,'2286f0842b382c7cde1b061371453ae6f7112831d4d9583bf29d6c169fa38d76');
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
INSERT INTO "payments" VALUES('d882d699f896075d290870c0f14dbbe7','6bda2baefe6de82fe9106502b360fb88','gala','paid','2026-12-24',100000,'KRW',50000,1795577648680);
CREATE TABLE queue_lines (
    concert_id       TEXT PRIMARY KEY,
    state            TEXT NOT NULL CHECK (state IN ('OPEN', 'PAUSED', 'CLOSED')),
    last_ticket      INTEGER NOT NULL CHECK (last_ticket >= 0),
    serving_number   INTEGER NOT NULL CHECK (serving_number BETWEEN 0 AND last_ticket),
    admitted_total   INTEGER NOT NULL CHECK (admitted_total BETWEEN 0 AND serving_number),
    last_admission   INTEGER NOT NULL,
    sold_out_through INTEGER NOT NULL CHECK (sold_out_through BETWEEN 0 AND last_ticket),
    sold_out_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "queue_lines" VALUES('gala','OPEN',4,3,3,1795577648680,0,0);
CREATE TABLE queue_tokens (
    token         TEXT PRIMARY KEY,
    concert_id    TEXT NOT NULL REFERENCES queue_lines,
    user_id       TEXT NOT NULL,
    ticket_number INTEGER NOT NULL CHECK (ticket_number > 0),
    status        TEXT NOT NULL CHECK (status IN ('WAITING', 'ADMITTED', 'ENTERED', 'EXPIRED')),
    reason        TEXT CHECK (reason IN ('PAID', 'LEFT', 'ABANDONED', 'ENTRY_MISSED', 'SESSION_ENDED', 'SOLD_OUT')),
    joined_at     INTEGER NOT NULL,
    admitted_at   INTEGER NOT NULL,
    entered_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    expired_at    INTEGER NOT NULL,
    CHECK ((status = 'EXPIRED') = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO "queue_tokens" VALUES('qt_087e8c4de978f5482b8b7b407cad063d','gala','waiting',3,'ADMITTED',NULL,1795577648680,1795577648680,0,1795577768680,0);
INSERT INTO "queue_tokens" VALUES('qt_2ae6a80d4db8c0aa8bc80f6bee58fb9a','gala','holding',2,'ENTERED',NULL,1795577648680,1795577648680,1795577648680,1795578248680,0);
INSERT INTO "queue_tokens" VALUES('qt_53acb7ed4e955fd24b878ae9672501eb','gala','last',4,'WAITING',NULL,1795577648680,0,0,0,0);
INSERT INTO "queue_tokens" VALUES('qt_6eb6a3ef3b49b244c175b849e1f91c05','gala','paid',1,'EXPIRED','PAID',1795577648680,1795577648680,1795577648680,1795578248680,1795577648680);
CREATE TABLE reservation_seats (
    reservation_id TEXT NOT NULL REFERENCES reservations,
    place          INTEGER NOT NULL,
    seat_number    TEXT NOT NULL,
    category       TEXT NOT NULL,
    price          INTEGER NOT NULL CHECK (price >= 0),
    PRIMARY KEY (reservation_id, place)
) STRICT, WITHOUT ROWID;
INSERT INTO "reservation_seats" VALUES('6bda2baefe6de82fe9106502b360fb88',0,'A-1','R',50000);
INSERT INTO "reservation_seats" VALUES('6bda2baefe6de82fe9106502b360fb88',1,'A-2','R',50000);
INSERT INTO "reservation_seats" VALUES('db8507395f3715b45b91376d56b4dea5',0,'A-3','R',50000);
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
, held_shown_at INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
INSERT INTO "reservations" VALUES('6bda2baefe6de82fe9106502b360fb88','gala','paid','2026-12-24','PAID',100000,'KRW',1795577648680,1795577948680,1795577648680,1795577648680);
INSERT INTO "reservations" VALUES('db8507395f3715b45b91376d56b4dea5','gala','holding','2026-12-24','HELD',50000,'KRW',1795577648680,1795577948680,NULL,1795577648680);
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
INSERT INTO "seats" VALUES('gala','2026-12-24','A-1',0,'R',50000,'RESERVED','6bda2baefe6de82fe9106502b360fb88');
INSERT INTO "seats" VALUES('gala','2026-12-24','A-2',1,'R',50000,'RESERVED','6bda2baefe6de82fe9106502b360fb88');
INSERT INTO "seats" VALUES('gala','2026-12-24','A-3',2,'R',50000,'HELD','db8507395f3715b45b91376d56b4dea5');
INSERT INTO "seats" VALUES('gala','2026-12-24','A-4',3,'R',50000,'AVAILABLE',NULL);
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
INSERT INTO "tickets" VALUES('53b7ec26c4199f7387da31c2cd7c0fad','d882d699f896075d290870c0f14dbbe7',0,'gala','2026-12-24','A-1','R',50000);
INSERT INTO "tickets" VALUES('d24f43aeee0035986d3b66fe47dc6448','d882d699f896075d290870c0f14dbbe7',1,'gala','2026-12-24','A-2','R',50000);
CREATE TABLE write_probe (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    filler BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX queue_tokens_by_ticket ON queue_tokens (concert_id, ticket_number);
CREATE UNIQUE INDEX queue_tokens_live ON queue_tokens (concert_id, user_id) WHERE status <> 'EXPIRED';
CREATE INDEX queue_tokens_over ON queue_tokens (expired_at) WHERE status = 'EXPIRED';
CREATE INDEX reservations_held ON reservations (expires_at) WHERE status = 'HELD';
CREATE INDEX seats_by_reservation ON seats (reservation_id) WHERE reservation_id IS NOT NULL;
CREATE INDEX ledger_entries_by_account ON ledger_entries (account, entry_id);
CREATE TRIGGER ledger_entries_stay BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_entries_remain BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('ledger_entries',6);
COMMIT;
