-- SPDX-License-Identifier: MIT
CREATE TABLE clock (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    instant_ms   INTEGER NOT NULL,
    monotonic_ns INTEGER NOT NULL CHECK (monotonic_ns >= 0),
    boot_id      TEXT NOT NULL
) STRICT;
CREATE TABLE write_probe (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    filler BLOB NOT NULL
) STRICT;

-- PostgreSQL
CREATE TABLE clock (
    id           BIGINT PRIMARY KEY CHECK (id = 1),
    instant_ms   BIGINT NOT NULL,
    monotonic_ns BIGINT NOT NULL CHECK (monotonic_ns >= 0),
    boot_id      TEXT NOT NULL
);
CREATE TABLE write_probe (
    id     BIGINT PRIMARY KEY CHECK (id = 1),
    filler BYTEA NOT NULL
);
