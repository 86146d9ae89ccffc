# SPDX-License-Identifier: MIT
"""Databases that earlier versions have left, kept as SQL. Each has a concert, `gala`, with room for two: `paid` owns A-1
and A-2, `holding` holds A-3, `waiting` is admitted, `last` waits, and the charge of `paid` was sent with a key."""

import contextlib
import sqlite3
from pathlib import Path

from support.catalogue import PRICE

KEPT = Path(__file__).parents[1] / "databases"
VERSIONS = sorted(int(path.stem.removeprefix("schema-")) for path in KEPT.glob("schema-*.sql"))
CHARGE_KEY = "the-charge"


def make_database(path, version):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript((KEPT / f"schema-{version}.sql").read_text(encoding="utf-8"))


def rows(path, sql):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def schema_version(path):
    [(version,)] = rows(path, "PRAGMA user_version")
    return version


def tokens_of(path):
    """By user."""
    return dict(rows(path, "SELECT user_id, token FROM queue_tokens"))


def assert_all_is_there(server, tokens):
    """Everything that was left is there."""
    client = server.client()
    assert [client.balance(user) for user in ("paid", "holding")] == [PRICE, 2 * PRICE]
    assert [entry["amount"] for entry in client.entries("paid").ok()["entries"]] == [2 * PRICE, 3 * PRICE]
    assert client.seat_states(tokens["holding"]) == {
        "A-1": ("RESERVED", False), "A-2": ("RESERVED", False), "A-3": ("HELD", True), "A-4": ("AVAILABLE", False)}
    assert [client.status(tokens[user]) for user in ("holding", "waiting", "last")] == ["ENTERED", "ADMITTED", "WAITING"]
    over = client.poll(tokens["paid"]).problem(401, "token-expired")
    assert over["reason"] == "PAID" and client.payment(over["paymentId"]).ok()["userId"] == "paid"


def assert_it_goes_on(server, tokens):
    """The key answers as it did, the hold is paid, and the next of the line comes in."""
    client = server.client()
    again = client.charge("paid", 3 * PRICE, key=CHARGE_KEY)
    assert again.ok(201)["balance"] == 3 * PRICE and again.headers["idempotent-replay"] == "true"
    client.pay(tokens["holding"], "A-3").ok(201)
    assert client.balance("holding") == PRICE
    assert client.status(tokens["last"]) == "ADMITTED"
