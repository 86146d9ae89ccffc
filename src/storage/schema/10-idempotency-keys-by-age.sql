-- SPDX-License-Identifier: MIT
-- Keys are numbered as they come, and memory knows the number of each: both tables grow at their end alone and need no
-- index. The answers stand apart, so that a start reads the keys without them.
ALTER TABLE idempotency_key RENAME TO idempotency_key_by_scope;
CREATE TABLE idempotency_key (
    key_id      INTEGER PRIMARY KEY,
    scope       BLOB NOT NULL CHECK (length(scope) = 16),
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 16),
    created_at  INTEGER NOT NULL
) STRICT;
CREATE TABLE idempotency_answer (
    key_id       INTEGER PRIMARY KEY REFERENCES idempotency_key,
    status       INTEGER NOT NULL CHECK (status BETWEEN 200 AND 399),
    content_type TEXT NOT NULL,
    headers      TEXT NOT NULL CHECK (headers GLOB '[[]*]'),
    body         BLOB NOT NULL
) STRICT;
INSERT INTO idempotency_key SELECT ROW_NUMBER() OVER (ORDER BY created_at, scope), scope, fingerprint, created_at
    FROM idempotency_key_by_scope;
INSERT INTO idempotency_answer SELECT k.key_id, s.status, s.content_type, s.headers, s.body
    FROM idempotency_key AS k JOIN idempotency_key_by_scope AS s USING (scope) ORDER BY k.key_id;
DROP TABLE idempotency_key_by_scope;

-- PostgreSQL
ALTER TABLE idempotency_key RENAME TO idempotency_key_by_scope;
CREATE TABLE idempotency_key (
    key_id      BIGINT PRIMARY KEY,
    scope       BYTEA NOT NULL CHECK (length(scope) = 16),
    fingerprint BYTEA NOT NULL CHECK (length(fingerprint) = 16),
    created_at  BIGINT NOT NULL
);
CREATE TABLE idempotency_answer (
    key_id       BIGINT PRIMARY KEY REFERENCES idempotency_key,
    status       BIGINT NOT NULL CHECK (status BETWEEN 200 AND 399),
    content_type TEXT NOT NULL,
    headers      TEXT NOT NULL CHECK (headers LIKE '[%]'),
    body         BYTEA NOT NULL
);
INSERT INTO idempotency_key SELECT ROW_NUMBER() OVER (ORDER BY created_at, scope), scope, fingerprint, created_at
    FROM idempotency_key_by_scope;
INSERT INTO idempotency_answer SELECT k.key_id, s.status, s.content_type, s.headers, s.body
    FROM idempotency_key AS k JOIN idempotency_key_by_scope AS s USING (scope) ORDER BY k.key_id;
DROP TABLE idempotency_key_by_scope;
