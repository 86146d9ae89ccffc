-- SPDX-License-Identifier: MIT
-- `only` is a reserved word in PostgreSQL.
ALTER TABLE operator_key RENAME COLUMN only TO id;

-- PostgreSQL
-- Nothing: it has never had another name here.
