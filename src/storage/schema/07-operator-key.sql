-- SPDX-License-Identifier: MIT
CREATE TABLE operator_key (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    hash TEXT NOT NULL
) STRICT;

-- PostgreSQL
CREATE TABLE operator_key (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    hash TEXT NOT NULL
);
