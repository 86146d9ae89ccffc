# SPDX-License-Identifier: MIT
"""Databases of earlier versions: the server brings them up to date and goes on where that version stopped."""

import json

import pytest

from support import databases
from support.server import run

versions = pytest.mark.parametrize("version", databases.VERSIONS)


@pytest.fixture
def old(folder, version):
    path = folder / "old.db"
    databases.make_database(path, version)
    return path


@versions
def test_it_is_brought_up_to_date_and_goes_on(start, old, version):
    tokens = databases.tokens_of(old)
    server = start(settings={"storage.path": str(old)})
    databases.assert_all_is_there(server, tokens)
    server.restart()
    databases.assert_all_is_there(server, tokens)
    databases.assert_it_goes_on(server, tokens)
    server.stop()
    assert databases.schema_version(old) > version


@versions
def test_it_has_the_tables_of_a_new_one(start, old):
    tables = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"
    start(settings={"storage.path": str(old)}).stop()
    new = start()
    new.stop()
    assert databases.rows(old, tables) == databases.rows(new.database, tables)


@versions
def test_commands_that_only_read_leave_it_as_it_is(old, folder, version):
    before = old.read_bytes()
    for command in (["check"], ["backup", "--to", folder / "copy.db"]):
        refused = run(*command, "--database", old)
        assert refused.returncode == 2, refused
        assert f"has schema {version}" in refused.stderr and "start the server on it once" in refused.stderr
    assert old.read_bytes() == before


@versions
def test_a_date_that_comes_counts_on_behind_what_may_have_been(start, old):
    server = start(settings={"storage.path": str(old)})
    server.stop()
    [(shown, reservations)] = databases.rows(
        old, "SELECT MAX(version), (SELECT COUNT(*) FROM reservations) FROM concert_dates")
    assert databases.rows(old, "SELECT last_version FROM concerts") == [(shown + 2 * reservations,)]
    assert reservations > 0


@versions
def test_the_hall_keeps_its_order_and_its_prices_and_only_what_is_taken_has_a_row(start, old):
    hall = "SELECT seat_number, category, price FROM seats WHERE date = (SELECT MIN(date) FROM seats) ORDER BY place"
    taken = "SELECT date, seat_number, status, reservation_id FROM seats {} ORDER BY seat_number"
    was = databases.rows(old, hall), databases.rows(old, taken.format("WHERE status <> 'AVAILABLE'"))
    start(settings={"storage.path": str(old)}).stop()
    runs = json.loads(databases.rows(old, "SELECT seats FROM concert_halls")[0][0])
    seats = [(seat, run["category"], run["price"]) for run in runs for seat in run["seats"]]
    assert (seats, databases.rows(old, taken.format(""))) == was
    assert len(was[0]) > len(was[1]) > 0
