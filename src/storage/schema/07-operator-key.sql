-- SPDX-License-Identifier: MIT
CREATE TABLE operator_key (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    hash TEXT NOT NULL
) STRICT;
