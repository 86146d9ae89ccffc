-- SPDX-License-Identifier: MIT
-- Tokens lie in the order of their lines: joins write to the end of the table, a start reads it in one go. Who is found
-- by a token, or by a user, is found in memory, so that no index is needed.
ALTER TABLE queue_tokens RENAME TO queue_tokens_by_key;
CREATE TABLE queue_tokens (
    concert_id    TEXT NOT NULL REFERENCES queue_lines,
    ticket_number INTEGER NOT NULL CHECK (ticket_number > 0),
    token         BLOB NOT NULL CHECK (length(token) = 16),
    user_id       TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('WAITING', 'ADMITTED', 'ENTERED', 'EXPIRED')),
    reason        TEXT CHECK (reason IN ('PAID', 'LEFT', 'ABANDONED', 'ENTRY_MISSED', 'SESSION_ENDED', 'SOLD_OUT')),
    joined_at     INTEGER NOT NULL,
    admitted_at   INTEGER NOT NULL,
    entered_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    expired_at    INTEGER NOT NULL,
    PRIMARY KEY (concert_id, ticket_number),
    CHECK ((status = 'EXPIRED') = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO queue_tokens SELECT concert_id, ticket_number, unhex(substr(token, 4)), user_id, status, reason, joined_at,
    admitted_at, entered_at, expires_at, expired_at FROM queue_tokens_by_key ORDER BY +concert_id, +ticket_number;
DROP TABLE queue_tokens_by_key;

-- PostgreSQL
ALTER TABLE queue_tokens RENAME TO queue_tokens_by_key;
CREATE TABLE queue_tokens (
    concert_id    TEXT COLLATE "C" NOT NULL REFERENCES queue_lines,
    ticket_number BIGINT NOT NULL CHECK (ticket_number > 0),
    token         BYTEA NOT NULL CHECK (length(token) = 16),
    user_id       TEXT COLLATE "C" NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('WAITING', 'ADMITTED', 'ENTERED', 'EXPIRED')),
    reason        TEXT CHECK (reason IN ('PAID', 'LEFT', 'ABANDONED', 'ENTRY_MISSED', 'SESSION_ENDED', 'SOLD_OUT')),
    joined_at     BIGINT NOT NULL,
    admitted_at   BIGINT NOT NULL,
    entered_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    expired_at    BIGINT NOT NULL,
    PRIMARY KEY (concert_id, ticket_number),
    CHECK ((status = 'EXPIRED') = (reason IS NOT NULL))
);
INSERT INTO queue_tokens SELECT concert_id, ticket_number, decode(substr(token, 4), 'hex'), user_id, status, reason,
    joined_at, admitted_at, entered_at, expires_at, expired_at FROM queue_tokens_by_key;
DROP TABLE queue_tokens_by_key;
