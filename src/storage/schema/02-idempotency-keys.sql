-- SPDX-License-Identifier: MIT
CREATE TABLE idempotency_key (
    scope        BLOB NOT NULL PRIMARY KEY CHECK (length(scope) = 16),
    fingerprint  BLOB NOT NULL CHECK (length(fingerprint) = 16),
    status       INTEGER NOT NULL CHECK (status BETWEEN 200 AND 399),
    content_type TEXT NOT NULL,
    headers      TEXT NOT NULL CHECK (headers GLOB '[[]*]'),
    body         BLOB NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
-- All that is loaded at the start, so that the answers are not read then.
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at, scope, fingerprint);

-- PostgreSQL
CREATE TABLE idempotency_key (
    scope        BYTEA NOT NULL PRIMARY KEY CHECK (octet_length(scope) = 16),
    fingerprint  BYTEA NOT NULL CHECK (octet_length(fingerprint) = 16),
    status       BIGINT NOT NULL CHECK (status BETWEEN 200 AND 399),
    content_type TEXT NOT NULL,
    headers      TEXT NOT NULL CHECK (headers LIKE '[%]'),
    body         BYTEA NOT NULL,
    created_at   BIGINT NOT NULL
);
-- All that is loaded at the start, so that the answers are not read then.
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at, scope, fingerprint);
