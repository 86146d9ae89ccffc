-- SPDX-License-Identifier: MIT
CREATE TABLE accounts (
    account TEXT PRIMARY KEY,
    balance INTEGER NOT NULL,
    CHECK (account NOT LIKE 'user:%' OR balance BETWEEN 0 AND 9007199254740991)
) STRICT, WITHOUT ROWID;
INSERT INTO accounts (account, balance) VALUES ('cash', 0), ('revenue', 0);

CREATE TABLE ledger_entries (
    entry_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    transfer_id   TEXT NOT NULL,
    account       TEXT NOT NULL REFERENCES accounts,
    kind          TEXT NOT NULL CHECK (kind IN ('CHARGE', 'PAYMENT')),
    amount        INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    at            INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_entries_by_account ON ledger_entries (account, entry_id);

CREATE TRIGGER ledger_entries_stay BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_entries_remain BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- PostgreSQL
CREATE TABLE accounts (
    account TEXT COLLATE "C" PRIMARY KEY,
    balance BIGINT NOT NULL,
    CHECK (account NOT LIKE 'user:%' OR balance BETWEEN 0 AND 9007199254740991)
);
INSERT INTO accounts (account, balance) VALUES ('cash', 0), ('revenue', 0);

CREATE TABLE ledger_entries (
    entry_id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transfer_id   TEXT COLLATE "C" NOT NULL,
    account       TEXT COLLATE "C" NOT NULL REFERENCES accounts,
    kind          TEXT NOT NULL CHECK (kind IN ('CHARGE', 'PAYMENT')),
    amount        BIGINT NOT NULL,
    balance_after BIGINT NOT NULL,
    at            BIGINT NOT NULL
);
CREATE INDEX ledger_entries_by_account ON ledger_entries (account, entry_id);

CREATE FUNCTION refuse_to_change_the_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE TRIGGER ledger_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_the_ledger();
