# SPDX-License-Identifier: MIT
"""PostgreSQL reads the schema and every statement of the program, which SQLite does each time that it is run."""

import contextlib
import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from cluster import Cluster, SqlError

ROOT = Path(__file__).parents[2]
BINARY = Path(os.environ.get("STAGEDOOR_BINARY", ROOT / "build" / "release" / "stagedoor"))
PRINTER = BINARY.with_name("stagedoor-statements")


@pytest.fixture(scope="session")
def program():
    """What the program runs: its steps of the schema and its statements."""
    printed = subprocess.run([PRINTER], capture_output=True, text=True, timeout=30, check=True)
    return json.loads(printed.stdout)


@pytest.fixture(scope="session")
def cluster(program):
    with Cluster() as started:
        for step in program["steps"]:
            started.run(f"BEGIN; {step['postgresql']} COMMIT;")
        yield started


@pytest.fixture
def sqlite(program):
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.create_function("unhex", 1, bytes.fromhex)  # SQLite has it since 3.41, the program brings its own
        for step in program["steps"]:
            connection.executescript(step["sqlite"])
        yield connection


def refusal(cluster, sql):
    """Why PostgreSQL does not take a statement; nothing where it does."""
    try:
        cluster.run(f"PREPARE one AS {sql};")
    except SqlError as error:
        return str(error)
    return None


def test_every_statement_is_read(program, cluster):
    assert len(program["statements"]) > 60
    refused = {sql: why for sql in program["statements"] if (why := refusal(cluster, sql))}
    assert not refused, "\n\n".join(f"{sql}\n{why}" for sql, why in refused.items())


@pytest.mark.parametrize("sql", ["SELECT token FROM queue_tokens WHERE reason IS NOT 'PAID'",
                                 "INSERT OR REPLACE INTO operator_key (id, hash) VALUES (1, 'x')",
                                 "SELECT concert_id, state FROM queue_lines GROUP BY state",
                                 "SELECT rowid FROM ledger_entries"])
def test_a_statement_for_sqlite_alone_is_noticed(cluster, sqlite, sql):
    sqlite.execute(f"EXPLAIN {sql}")
    assert refusal(cluster, sql)


def test_both_engines_have_the_same_columns(cluster, sqlite):
    columns = sqlite.execute(
        "SELECT t.name || '.' || c.name || CASE WHEN c.\"notnull\" OR c.pk THEN ' NOT NULL' ELSE '' END "
        "FROM sqlite_schema AS t, pragma_table_info(t.name) AS c "
        "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'").fetchall()
    assert sorted(column for column, in columns) == sorted(cluster.run(
        "SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END "
        "FROM information_schema.columns WHERE table_schema = 'public'"))


@pytest.mark.parametrize("sql", ["UPDATE ledger_entries SET amount = 1", "DELETE FROM ledger_entries",
                                 "TRUNCATE ledger_entries"])
def test_the_ledger_is_append_only(cluster, sql):
    with pytest.raises(SqlError, match="append-only"):
        cluster.run(sql)


# Statements of a sale, with what each must change exactly one row of: see sell_hold().
SALE = {"UPDATE reservations SET status = $1": "'PAID', 9, 'first'",
        "UPDATE seats SET status = 'RESERVED'": "'gala', '2026-12-24', 'A-1', 'first'"}


@pytest.fixture
def held_seat(cluster):
    """A seat that one reservation holds, and another that has it too, as no server would let it."""
    cluster.run("""BEGIN;
        INSERT INTO concerts (concert_id, title, venue, currency) VALUES ('gala', '', '', 'KRW');
        INSERT INTO concert_dates (concert_id, date, place, version) VALUES ('gala', '2026-12-24', 0, 1);
        INSERT INTO reservations (reservation_id, concert_id, user_id, date, status, amount, currency, held_at,
            expires_at, held_shown_at) SELECT id, 'gala', 'kim', '2026-12-24', 'HELD', 1, 'KRW', 1, 2, 1
            FROM unnest(ARRAY['first', 'other']) AS id;
        INSERT INTO seats (concert_id, date, seat_number, status, reservation_id, user_id)
            VALUES ('gala', '2026-12-24', 'A-1', 'HELD', 'first', 'kim'); COMMIT;""")
    yield
    cluster.run("DELETE FROM seats; DELETE FROM reservations; DELETE FROM concert_dates; DELETE FROM concerts;")


def sold(cluster, program, begin, values):
    """How many rows the statement that begins so changes: `values` each in turn, in one transaction."""
    statement, = (sql for sql in program["statements"] if sql.startswith(begin))
    runs = "".join(f"EXECUTE one ({given});" for given in values)
    return [int(rows) for rows in cluster.run(
        f"PREPARE one AS WITH changed AS ({statement} RETURNING 1) SELECT COUNT(*) FROM changed; BEGIN; {runs} COMMIT;")]


@pytest.mark.parametrize("begin", SALE)
def test_a_sale_changes_its_row_once(cluster, program, held_seat, begin):
    other = SALE[begin].replace("'first'", "'other'")
    if "seats" in begin:
        assert sold(cluster, program, begin, [other]) == [0]
    assert sold(cluster, program, begin, [SALE[begin]] * 2) == [1, 0]
    assert sold(cluster, program, begin, [SALE[begin]]) == [0]
