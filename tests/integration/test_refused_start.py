# SPDX-License-Identifier: MIT
"""A start that fails: one clear line that says what to do, exit code 2, and every file as it was."""

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys

import pytest

from support.catalogue import OTHER_DATE, PRICE, catalogue, write_catalogue
from support.refusal import refused, state_of
from support.server import Server, run

BEGIN, LATER = "2026-12-01T00:00:00.000Z", "2026-12-01T01:00:00.000Z"
SOMEBODY = 65534  # who has no rights beyond their own: root is stopped by no permission

DEARER_FROM_A_2 = {
    **catalogue(), "categories": [{"name": "R", "price": PRICE}, {"name": "S", "price": 2 * PRICE}],
    "rows": [{"row": "A", "from": 1, "to": 1, "category": "R"}, {"row": "A", "from": 2, "to": 20, "category": "S"}]}


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """What earlier starts may have left: nothing; the key of a database that is gone; a database whose server was stopped, or killed; a backup; a database
    that was marked as unsound. A-1 is sold, A-2 is held until five minutes past BEGIN."""
    made = {"nothing": tmp_path_factory.mktemp("nothing"), "key": tmp_path_factory.mktemp("key")}
    (made["key"] / "stage.db.operator-key").write_text("op_of_another\n")
    work = tmp_path_factory.mktemp("work")
    server = Server(work, catalogues=[write_catalogue(work / "gala.json", catalogue())], test_clock=BEGIN)
    server.start()
    client = server.client()
    client.charge("ann", 2 * PRICE).ok(201)
    ann, bob = client.inside("ann"), client.inside("bob")
    client.held(ann, "A-1")
    client.pay(ann, "A-1").ok(201)
    client.held(bob, "A-2")
    made["backup"] = tmp_path_factory.mktemp("backup")
    assert run("backup", "--to", made["backup"] / "stage.db", "--database", server.database).returncode == 0
    server.kill()
    for end in ("killed", "stopped"):
        made[end] = tmp_path_factory.mktemp(end)
        if end == "stopped":
            server.start()
            server.stop()
        for path in work.glob("stage.db*"):
            if not path.is_socket():
                shutil.copy2(path, made[end])
    made["marked"] = tmp_path_factory.mktemp("marked")
    shutil.copytree(made["stopped"], made["marked"], dirs_exist_ok=True)
    (made["marked"] / "stage.db.unsound").write_text("damage\n")
    assert os.path.getsize(made["killed"] / "stage.db-wal") > 0
    return made


class Start:
    """One that is to fail: the folder of the database, and how the program is called."""

    def __init__(self, folder, files, name="home"):
        self.folder, self.home = folder, folder / name
        shutil.copytree(files, self.home)
        self.path = self.home / "stage.db"
        self.settings = {"server.port": 0, "storage.path": self.path}
        self.catalogues = []
        self.clock = BEGIN
        self.extra = []
        self.options = {}

    def add_catalogue(self, name, content):
        if isinstance(content, dict):
            content = json.dumps(content)
        if isinstance(content, str):
            content = content.encode()
        (self.folder / name).write_bytes(content)
        self.catalogues.append(self.folder / name)

    def as_somebody(self):
        """Without root's rights."""
        if os.geteuid() == 0:
            self.folder.chmod(0o755)
            for parent in self.folder.parents:
                assert parent.stat().st_mode & stat.S_IXOTH, f"another user than root must come through {parent}"
            for path in [self.home, *self.home.iterdir()]:
                os.chown(path, SOMEBODY, SOMEBODY)
            self.options = {"user": SOMEBODY, "group": SOMEBODY, "extra_groups": []}

    def run(self):
        arguments = [word for key, value in self.settings.items() for word in ("--set", f"{key}={value}")]
        arguments += [word for path in self.catalogues for word in ("--catalogue", path)]
        if self.clock:
            arguments.append(f"--test-clock={self.clock}")
        return run("serve", *arguments, *self.extra, cwd=self.folder, timeout=20, **self.options)


# Each arranges for its failure, and returns or yields words of the line that tells of it.

def a_setting(start):
    start.settings["server.prot"] = 1
    return ["server.prot"]


def a_configuration_that_is_not_there(start):
    start.extra = ["--config", start.folder / "none.toml"]
    return ["none.toml"]


def a_configuration_that_is_a_folder(start):
    start.extra = ["--config", start.folder]
    return [str(start.folder)]


def a_configuration_with_a_fault(start):
    (start.folder / "bad.toml").write_text("[server\n")
    start.extra = ["--config", start.folder / "bad.toml"]
    return ["bad.toml", "1"]


def a_configuration_that_may_not_be_read(start):
    start.as_somebody()
    (start.folder / "own.toml").touch(mode=0)
    start.extra = ["--config", start.folder / "own.toml"]
    return ["own.toml"]


def everybodys_word_on_a_network(start):
    start.settings["server.address"] = "0.0.0.0"
    start.clock = None
    return ["identity.allow_open_on_network"]


def a_test_clock_on_a_network(start):
    start.settings |= {"server.address": "0.0.0.0", "identity.allow_open_on_network": "true"}
    return ["--test-clock", "loopback"]


def a_port_that_is_taken(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        start.settings["server.port"] = taken.getsockname()[1]
        yield ["in use", str(taken.getsockname()[1])]


def a_port_that_others_may_not_take(start):
    start.as_somebody()
    start.settings["server.port"] = 1
    return ["127.0.0.1:1", "denied"]


def an_address_of_another_machine(start):
    start.settings |= {"server.address": "192.0.2.1", "identity.allow_open_on_network": "true"}
    start.clock = None
    return ["192.0.2.1"]


def a_name_of_no_machine(start):
    start.settings |= {"server.address": "nowhere.invalid", "identity.allow_open_on_network": "true"}
    start.clock = None
    return ["nowhere.invalid"]


def a_socket_path_that_is_too_long(start):
    long = start.folder / ("n" * 100)
    start.home.rename(long)
    start.home = long
    start.settings["storage.path"] = long / "stage.db"
    return ["too long", "storage.path"]


def another_file_where_the_socket_belongs(start):
    (start.home / "stage.db.sock").write_text("a letter")
    return ["stage.db.sock", "another kind"]


def a_socket_that_is_served(start):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{start.path}.sock")
        listener.listen()
        yield ["stage.db.sock", "in use"]


def a_folder_that_is_not_there(start):
    start.settings["storage.path"] = start.home / "none" / "stage.db"
    return ["there is no folder", "none"]


def a_file_for_a_folder(start):
    (start.home / "letter").write_text("no folder")
    start.settings["storage.path"] = start.home / "letter" / "stage.db"
    return ["letter"]


def a_folder_that_may_not_be_written(start):
    start.as_somebody()
    start.home.chmod(0o555)
    return ["stage.db", "ermission"]


def a_folder_for_a_database(start):
    start.settings["storage.path"] = start.home
    return [str(start.home), "it is a folder"]


def a_pipe_for_a_database(start):
    os.mkfifo(start.home / "pipe")
    start.settings["storage.path"] = start.home / "pipe"
    return ["pipe"]


def a_link_to_nowhere(start):
    (start.home / "link").symlink_to("nowhere/stage.db")
    start.settings["storage.path"] = start.home / "link"
    return ["link"]


def a_letter_for_a_database(start):
    (start.home / "letter").write_text("This is a letter. " * 500)
    start.settings["storage.path"] = start.home / "letter"
    return ["letter", "not a database"]


def a_database_of_another_program(start):
    with contextlib.closing(sqlite3.connect(start.home / "other.db")) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    start.settings["storage.path"] = start.home / "other.db"
    return ["other.db", "another program"]


def a_database_that_may_not_be_written(start):
    start.as_somebody()
    start.path.chmod(0o444)
    return ["stage.db", "ermission"]


def a_folder_where_the_log_belongs(start):
    (start.home / "stage.db-wal").mkdir()
    return ["stage.db"]


def a_database_of_a_newer_version(start):
    patch(start.path, 60, (10**6).to_bytes(4, "big"))
    return ["newer version", "1000000"]


def a_damaged_database(start):
    patch(start.path, 100, b"\xa5" * 3000)
    return ["stage.db", "damaged"]


def a_database_that_is_locked(start):
    # By another process: this one would lose the lock with the first look at the file that it closes.
    locking = ("import sqlite3, sys; connection = sqlite3.connect(sys.argv[1], isolation_level=None); "
               "connection.execute('BEGIN EXCLUSIVE'); print('locked', flush=True); sys.stdin.read()")
    with subprocess.Popen([sys.executable, "-c", locking, start.path], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"locked\n"
        yield ["stage.db", "in use by another process"]
        other.stdin.close()


def a_clock_that_would_run_backwards(start):
    start.clock = "2026-11-30T00:00:00.000Z"
    return ["--test-clock", "new database"]


def another_currency(start):
    start.settings["payment.currency"] = "EUR"
    return ["KRW", "payment.currency"]


def a_key_that_cannot_be_written(start):
    (start.home / "stage.db.operator-key").mkdir()
    return ["stage.db.operator-key", "directory"]


def a_catalogue_that_is_not_there(start):
    start.catalogues = [start.folder / "none.json"]
    return ["none.json"]


def a_catalogue_that_is_a_folder(start):
    start.catalogues = [start.folder]
    return [str(start.folder)]


def a_catalogue_with_a_fault(start):
    start.add_catalogue("recital.json", catalogue("recital"))
    start.add_catalogue("bad.json", '{\n"concertId" "x"}')
    return ["bad.json", "line 2"]


def a_catalogue_in_another_encoding(start):
    start.add_catalogue("bad.json", json.dumps(catalogue()).encode("utf-16"))
    return ["bad.json", "UTF-16"]


def a_catalogue_in_another_currency(start):
    start.add_catalogue("bad.json", catalogue("recital", currency="EUR"))
    return ["bad.json", "`currency` must be KRW"]


def a_catalogue_that_reprices_what_is_sold(start):
    start.add_catalogue("recital.json", catalogue("recital"))
    start.add_catalogue("dear.json", catalogue(price=PRICE + 1))
    return ["dear.json", "A-1", "cannot be repriced"]


def a_catalogue_that_reprices_what_is_sold_beside_a_hold_that_is_over(start):
    start.clock = LATER
    return a_catalogue_that_reprices_what_is_sold(start)


def a_catalogue_that_reprices_what_is_held(start):
    start.add_catalogue("dear.json", DEARER_FROM_A_2)
    return ["dear.json", "A-2", "cannot be repriced"]


def a_catalogue_that_removes_a_seat(start):
    start.clock = LATER
    start.add_catalogue("recital.json", catalogue("recital"))
    start.add_catalogue("less.json", catalogue(seats=19))
    return ["less.json", "A-20", "--allow-removal"]


def a_catalogue_that_removes_what_the_one_before_it_adds(start):
    start.clock = LATER
    start.add_catalogue("more.json", catalogue("gala", dates=["2026-12-24", OTHER_DATE]))
    start.add_catalogue("recital.json", catalogue("recital"))
    start.add_catalogue("gala.json", catalogue())
    return ["gala.json", OTHER_DATE, "--allow-removal"]


def patch(path, at, content):
    """Overwrites some bytes of a file."""
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(content)


ALWAYS = [a_setting, a_configuration_that_is_not_there, a_configuration_that_is_a_folder, a_configuration_with_a_fault,
          a_configuration_that_may_not_be_read, everybodys_word_on_a_network, a_test_clock_on_a_network,
          a_port_that_is_taken, a_port_that_others_may_not_take, an_address_of_another_machine, a_name_of_no_machine,
          a_socket_path_that_is_too_long, another_file_where_the_socket_belongs, a_socket_that_is_served,
          a_folder_that_is_not_there, a_file_for_a_folder, a_folder_that_may_not_be_written, a_folder_for_a_database, a_pipe_for_a_database,
          a_link_to_nowhere, a_letter_for_a_database, a_database_of_another_program, a_catalogue_that_is_not_there,
          a_catalogue_that_is_a_folder, a_catalogue_with_a_fault, a_catalogue_in_another_encoding,
          a_catalogue_in_another_currency, a_catalogue_that_removes_what_the_one_before_it_adds]
ANEW = [a_key_that_cannot_be_written, a_folder_where_the_log_belongs]
EXISTING = [a_database_that_may_not_be_written, a_database_of_a_newer_version, a_damaged_database,
            a_database_that_is_locked, a_clock_that_would_run_backwards, another_currency,
            a_catalogue_that_reprices_what_is_sold, a_catalogue_that_reprices_what_is_sold_beside_a_hold_that_is_over, a_catalogue_that_reprices_what_is_held,
            a_catalogue_that_removes_a_seat]
# A killed server's log has the pages that are damaged here, so that it is sound again.
STATES = {"nothing": ALWAYS + ANEW, "key": ALWAYS + [a_folder_where_the_log_belongs],
          "stopped": ALWAYS + EXISTING + [a_folder_where_the_log_belongs],
          "backup": ALWAYS + EXISTING, "marked": EXISTING, "killed": [way for way in ALWAYS + EXISTING if way is not a_damaged_database]}


@pytest.mark.parametrize("state, way", [pytest.param(state, way, id=f"{state}-{way.__name__}")
                                        for state, ways in STATES.items() for way in ways])
def test_a_start_that_fails_leaves_everything_as_it_was(folder, left, state, way):
    start = Start(folder, left[state])
    arranged = way(start)
    with contextlib.ExitStack() as stack:
        if not isinstance(arranged, list):
            stack.callback(lambda: next(arranged, None))
            words = next(arranged)
        else:
            words = arranged
        before = state_of(folder)
        refused(start.run(), *words)
        assert state_of(folder) == before


def test_a_hold_that_is_over_stands_in_no_catalogues_way(folder, left):
    shutil.copytree(left["stopped"], folder / "home")
    dearer = write_catalogue(folder / "dear.json", DEARER_FROM_A_2)
    server = Server(folder / "home", catalogues=[dearer], test_clock=LATER).start()
    client = server.client()
    seats = {seat["seatNumber"]: seat for seat in client.seats(client.joined("eve")).json["seats"]}
    assert [seats[number]["price"] for number in ("A-1", "A-2")] == [PRICE, 2 * PRICE]
    assert seats["A-2"]["status"] == "AVAILABLE"
    server.stop()
    server.audit()
