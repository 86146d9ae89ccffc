-- SPDX-License-Identifier: MIT
CREATE TABLE operator_key (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    hash TEXT NOT NULL
);
