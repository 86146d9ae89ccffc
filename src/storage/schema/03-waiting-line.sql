-- SPDX-License-Identifier: MIT
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

CREATE UNIQUE INDEX queue_tokens_by_ticket ON queue_tokens (concert_id, ticket_number);
CREATE UNIQUE INDEX queue_tokens_live ON queue_tokens (concert_id, user_id) WHERE status <> 'EXPIRED';
CREATE INDEX queue_tokens_over ON queue_tokens (expired_at) WHERE status = 'EXPIRED';

-- PostgreSQL
CREATE TABLE queue_lines (
    concert_id       TEXT COLLATE "C" PRIMARY KEY,
    state            TEXT NOT NULL CHECK (state IN ('OPEN', 'PAUSED', 'CLOSED')),
    last_ticket      BIGINT NOT NULL CHECK (last_ticket >= 0),
    serving_number   BIGINT NOT NULL CHECK (serving_number BETWEEN 0 AND last_ticket),
    admitted_total   BIGINT NOT NULL CHECK (admitted_total BETWEEN 0 AND serving_number),
    last_admission   BIGINT NOT NULL,
    sold_out_through BIGINT NOT NULL CHECK (sold_out_through BETWEEN 0 AND last_ticket),
    sold_out_at      BIGINT NOT NULL
);

CREATE TABLE queue_tokens (
    token         TEXT COLLATE "C" PRIMARY KEY,
    concert_id    TEXT COLLATE "C" NOT NULL REFERENCES queue_lines,
    user_id       TEXT COLLATE "C" NOT NULL,
    ticket_number BIGINT NOT NULL CHECK (ticket_number > 0),
    status        TEXT NOT NULL CHECK (status IN ('WAITING', 'ADMITTED', 'ENTERED', 'EXPIRED')),
    reason        TEXT CHECK (reason IN ('PAID', 'LEFT', 'ABANDONED', 'ENTRY_MISSED', 'SESSION_ENDED', 'SOLD_OUT')),
    joined_at     BIGINT NOT NULL,
    admitted_at   BIGINT NOT NULL,
    entered_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    expired_at    BIGINT NOT NULL,
    CHECK ((status = 'EXPIRED') = (reason IS NOT NULL))
);

CREATE UNIQUE INDEX queue_tokens_by_ticket ON queue_tokens (concert_id, ticket_number);
CREATE UNIQUE INDEX queue_tokens_live ON queue_tokens (concert_id, user_id) WHERE status <> 'EXPIRED';
CREATE INDEX queue_tokens_over ON queue_tokens (expired_at) WHERE status = 'EXPIRED';
