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
