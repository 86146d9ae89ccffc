# SPDX-License-Identifier: MIT
"""Backup and restore: a copy that was made under full load is one instant of the database, and to restore it is to
put it in place and start."""

import contextlib
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from harness.checker import assert_sound
from harness.faulting import small_disk, until
from support.catalogue import PRICE, catalogue, write_catalogue
from support.server import BINARY, Server, run

COPIES = 3


def back_up(database, target):
    done = run("backup", "--database", database, "--to", target)
    assert done.returncode == 0, done
    checked = run("check", "--database", target)
    assert checked.returncode == 0, checked


def contents(path):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


@pytest.fixture
def server(folder):
    made = Server(folder, catalogues=[write_catalogue(folder / "gala.json", catalogue())])
    made.start()
    yield made
    if made.running:
        made.kill()


def put_in_place(copy, database):
    """The restore of docs/backup-and-restore.md: the files of the old database go, the copy comes."""
    for path in Path(database).parent.glob(Path(database).name + "*"):
        if not path.name.endswith(".operator-key"):
            path.unlink()
    shutil.copy(copy, database)


def test_under_full_load_it_is_one_instant(open_venue, folder, seed):
    """Each copy, judged by the history as if the world had ended while it was made; a kill lies between two."""
    venue = open_venue()
    venue.open_doors(seed=seed)
    made = []
    for number in range(COPIES):
        venue.answered(500)
        copy = folder / f"copy-{number}.db"
        began = time.monotonic()
        back_up(venue.server.database, copy)
        made.append((copy, began, time.monotonic()))
        venue.answered(300)
        if number == 0:
            venue.kill()
            venue.start()
    history = venue.verdict(seed=seed).history
    for copy, began, ended in made:
        judged = venue.case(history.as_of(began, ended), copy, late_seconds=None)
        assert len(judged.history.ops) > 300
        assert_sound(judged)
    shutil.move(made[-1][0], venue.server.database)
    venue.server.start()
    paid = [op for op in history.named("pay") if op.outcome == "ok" and op.ended < made[-1][1]]
    client = venue.server.client()
    assert paid and all(client.payment(op.body["paymentId"]).body.decode() == op.text for op in paid)
    venue.server.stop()
    venue.server.audit()


def test_it_can_be_read_where_nothing_can_be_written(server, folder):
    """It needs no log beside it."""
    paid = sell_one(server.client(), "ann", "A-1")
    with small_disk(folder / "shelf", 8) as shelf:
        assert run("backup", "--database", server.database, "--to", shelf / "copy.db").returncode == 0
        subprocess.run(["mount", "-o", "remount,ro", str(shelf)], check=True)
        with contextlib.closing(sqlite3.connect(f"file:{shelf}/copy.db?mode=ro", uri=True)) as connection:
            assert connection.execute("SELECT payment_id FROM payments").fetchall() == [(paid["paymentId"],)]


def test_a_check_changes_nothing(server, folder):
    """So that the copy stands alone afterwards as well, and can be compared with another."""
    sell_one(server.client(), "ann", "A-1")
    assert run("backup", "--database", server.database, "--to", folder / "copy.db").returncode == 0
    before = (folder / "copy.db").read_bytes()
    assert run("check", "--database", folder / "copy.db").returncode == 0
    assert (folder / "copy.db").read_bytes() == before
    assert [path.name for path in folder.glob("copy.db*")] == ["copy.db"]


def sell_one(client, user, seat):
    client.charge(user, 2 * PRICE).ok(201)
    token = client.inside(user)
    client.held(token, seat)
    return client.pay(token, seat, key="pay").ok(201)


def test_of_a_stopped_server_it_is_the_same(server, folder):
    sell_one(server.client(), "ann", "A-1")
    server.stop()
    back_up(server.database, folder / "copy.db")
    assert contents(folder / "copy.db") == contents(server.database)


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_restoring_is_putting_it_in_place(server, folder, kill):
    client = server.client()
    paid = sell_one(client, "ann", "A-1")
    back_up(server.database, folder / "copy.db")
    sell_one(client, "bob", "A-2")
    (server.kill if kill else server.stop)()
    put_in_place(folder / "copy.db", server.database)
    server.start()
    client = server.client()
    assert client.payment(paid["paymentId"]).ok() == paid
    assert client.balance("ann") == PRICE and client.balance("bob") == 0
    assert client.get("/api/v1/concerts/gala").ok()["dates"][0]["seatsAvailable"] == 19
    sell_one(client, "bob", "A-2")
    server.stop()
    server.audit()


def test_the_old_log_beside_a_restored_copy_does_no_harm(server, folder):
    """The log of the database that was there is not played into another, and not lost either."""
    client = server.client()
    sell_one(client, "ann", "A-1")
    back_up(server.database, folder / "copy.db")
    for number in range(2, 15):
        sell_one(client, f"user-{number}", f"A-{number}")
    server.kill()
    log = Path(f"{server.database}-wal")
    left = log.read_bytes()
    shutil.copy(folder / "copy.db", server.database)
    back_up(folder / "copy.db", folder / "again.db")
    assert run("check", "--database", server.database).returncode == 0
    assert log.read_bytes() == left, "a check leaves it where it is"
    server.start()
    assert Path(f"{log}.set-aside").read_bytes() == left and str(log) in server.log()
    assert server.client().get("/api/v1/concerts/gala").ok()["dates"][0]["seatsAvailable"] == 19
    server.stop()
    server.audit()


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_an_end_in_the_middle_leaves_no_half_copy(open_venue, folder, seed, kill):
    venue = open_venue(seats=200)
    venue.open_doors(seed=seed)
    venue.answered(500)
    target = folder / "copy.db"
    with subprocess.Popen([str(BINARY), "backup", "--database", venue.server.database, "--to", str(target)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as asked:
        until(lambda: list(folder.glob("copy.db*")), "the copy has begun")
        (venue.kill if kill else venue.stop)()
        asked.wait(timeout=20)
        assert asked.returncode == 0 or not target.exists()
    assert kill or not list(folder.glob("copy.db.partial*"))
    if target.exists():
        assert run("check", "--database", target).returncode == 0
    venue.start()
    venue.answered(200)
    back_up(venue.server.database, folder / "again.db")
    venue.verdict(seed=seed)
