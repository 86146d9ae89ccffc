# SPDX-License-Identifier: MIT
"""The command line: what each command does, and how it says no."""

import contextlib
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess

import pytest

from support.catalogue import PRICE, catalogue, write_catalogue
from support.refusal import refused
from support.server import BINARY, ROOT, read_line, run

COMMANDS = ["serve", "demo", "import", "check", "backup"]


@pytest.fixture
def database(start):
    """A database that a server has been stopped on, with somebody's payment in it."""
    server = start(catalogue())
    client = server.client()
    client.charge("ann", 2 * PRICE).ok(201)
    token = client.inside("ann")
    client.held(token, "A-1")
    client.pay(token, "A-1").ok(201)
    server.stop()
    return server.database


def contents(path):
    """The whole database as text, whatever its pages look like."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return "\n".join(connection.iterdump())


class TestHelp:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_each_command_explains_itself(self, command):
        helped = run(command, "--help")
        assert helped.returncode == 0 and helped.stderr == ""
        assert len(helped.stdout.splitlines()) >= 3

    def test_the_program_lists_its_commands(self):
        helped = run("--help")
        assert helped.returncode == 0
        assert all(command in helped.stdout for command in COMMANDS)

    def test_options_are_explained(self):
        said = run("serve", "--help").stdout
        for option in ("--config", "--set", "--catalogue", "--test-clock"):
            assert option in said
        assert "--to" in run("backup", "--help").stdout
        for command in ("import", "check", "backup"):
            assert "--database" in run(command, "--help").stdout

    @pytest.mark.parametrize("arguments", [(), ("sing",), ("serve", "--sing"), ("import",), ("backup",),
                                           ("check", "surplus"), ("serve", "--set")])
    def test_what_is_not_understood(self, folder, arguments):
        result = run(*arguments, cwd=folder)
        assert result.returncode == 2 and result.stdout == "" and result.stderr
        assert os.listdir(folder) == []


class TestServe:
    @pytest.mark.parametrize("setting, words", [
        ("server.prot=1", ["server.prot"]), ("nonsense=1", ["nonsense"]), ("server.port=70000", ["server.port"]),
        ("server.port=-1", ["server.port"]), ("server.port=eighty", ["server.port"]), ("server.port", ["server.port"]),
        ("queue.max_active=0", ["queue.max_active"]), ("queue.poll_after_seconds=31", ["queue.poll_after_seconds"]),
        ("payment.currency=won", ["payment.currency"]), ("identity.mode=secret", ["identity.mode"]),
        ("identity.allow_open_on_network=maybe", ["identity.allow_open_on_network"]),
        ("log.level=loud", ["log.level"]), ("server.address=nowhere", ["server.address"]),
        ("reservation.hold_seconds=99999999999999999999", ["reservation.hold_seconds"])])
    def test_a_bad_setting(self, folder, setting, words):
        refused(run("serve", "--set", "server.port=0", "--set", setting, cwd=folder), *words)
        assert os.listdir(folder) == []

    @pytest.mark.parametrize("text, words", [
        ("[server]\nprot = 1\n", ["server.prot"]), ("[sevrer]\nport = 1\n", ["sevrer"]),
        ("[server]\nport = \"80\"\n", ["server.port"]), ("[server\n", ["1"]), ("port = 1\n", ["port"]),
        ("[server]\nport = 1\nport = 2\n", ["3"]), ("[queue]\nmax_active = 1.5\n", ["queue.max_active"])])
    def test_a_bad_file(self, folder, text, words):
        config = folder / "bad.toml"
        config.write_text(text)
        refused(run("serve", "--config", config, cwd=folder), "bad.toml", *words)
        assert os.listdir(folder) == ["bad.toml"]

    def test_a_file_that_is_not_there(self, folder):
        refused(run("serve", "--config", folder / "none.toml", cwd=folder), "none.toml")

    def test_the_shipped_file_is_the_defaults(self, start, folder):
        server = start(catalogue(), extra=["--config", str(ROOT / "config" / "stagedoor.toml")])
        assert server.client().join("ann").ok(201)["status"] == "ADMITTED"

    def test_a_setting_wins_over_the_file(self, start, folder):
        config = folder / "own.toml"
        config.write_text("[queue]\nmax_active = 2\npoll_after_seconds = 9\n")
        client = start(catalogue(), settings={"queue.max_active": 1}, extra=["--config", str(config)]).client()
        assert client.join("ann").ok(201)["pollAfterSeconds"] == 9
        assert client.join("bob").ok(201)["status"] == "WAITING"

    def test_a_busy_port(self, folder):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            refused(run("serve", "--set", f"server.port={port}", "--set", "storage.path=:memory:", cwd=folder),
                    str(port))

    @pytest.mark.parametrize("address", ["0.0.0.0", "::"])
    def test_taking_everybody_at_their_word_is_refused_on_a_network(self, folder, address):
        refused(run("serve", "--set", "server.port=0", "--set", f"server.address={address}", cwd=folder),
                "identity.allow_open_on_network")
        assert os.listdir(folder) == []

    def test_a_file_that_is_no_database(self, folder):
        path = folder / "stage.db"
        path.write_bytes(b"This is a letter, not a database. " * 100)
        before = path.read_bytes()
        refused(run("serve", "--set", "server.port=0", "--set", f"storage.path={path}"), str(path))
        assert path.read_bytes() == before and os.listdir(folder) == ["stage.db"]

    def test_a_database_of_something_else(self, folder):
        path = folder / "stage.db"
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE recipes (name TEXT)")
        before = path.read_bytes()
        refused(run("serve", "--set", "server.port=0", "--set", f"storage.path={path}"), str(path))
        assert path.read_bytes() == before

    def test_a_database_of_a_newer_version(self, database, folder):
        newer = folder / "newer.db"
        shutil.copy(database, newer)
        with contextlib.closing(sqlite3.connect(newer)) as connection:
            connection.execute("PRAGMA user_version = 999999")
        before = contents(newer)
        refused(run("serve", "--set", "server.port=0", "--set", f"storage.path={newer}"), "newer version", "999999")
        assert contents(newer) == before

    def test_a_folder_that_is_not_there(self, folder):
        refused(run("serve", "--set", "server.port=0", "--set", f"storage.path={folder}/none/stage.db"), "none")

    def test_a_database_that_another_server_has(self, gala):
        second = run("serve", "--set", "server.port=0", "--set", f"storage.path={gala.database}")
        refused(second, gala.database)
        assert gala.client().charge("ann", 1).status == 201
        assert gala.admin().post("/api/v1/admin/check").ok()["sound"], "the first keeps its socket"

    def test_a_bad_catalogue(self, folder):
        bad = write_catalogue(folder / "bad.json", {**catalogue(), "dates": ["2026-02-30"]})
        refused(run("serve", "--set", "server.port=0", "--set", "storage.path=:memory:", "--catalogue", bad),
                "bad.json", "dates[0]")

    def test_nothing_but_the_first_line_on_stdout(self, gala):
        gala.client().joined("ann")
        process = gala.process
        process.terminate()
        assert process.stdout.read() == b""
        assert process.wait(timeout=10) == 0
        gala.finish()

    def test_it_is_listening_once_it_says_so(self, start):
        for _ in range(5):
            assert start(catalogue()).client().get("/readyz").status == 200


class TestImport:
    def test_into_a_new_database(self, folder, start):
        path = folder / "new.db"
        done = run("import", write_catalogue(folder / "gala.json", catalogue()), "--database", path)
        assert done.returncode == 0, done
        client = start(settings={"storage.path": str(path)}).client()
        assert [concert["concertId"] for concert in client.get("/api/v1/concerts").ok()["concerts"]] == ["gala"]

    def test_into_a_running_server(self, gala, folder):
        done = run("import", write_catalogue(folder / "more.json", catalogue("recital")), "--database", gala.database)
        assert done.returncode == 0, done
        assert gala.client().join("ann", "recital").ok(201)["status"] == "ADMITTED"

    @pytest.mark.parametrize("running", [False, True])
    @pytest.mark.parametrize("text, words", [
        ("{\n  \"concertId\": \"x\",\n  oops\n}", ["line 3"]), ("[]", []), ("", []),
        (json.dumps({**catalogue("recital"), "seats": [{"seatNumber": "B 1", "category": "R"}]}),
         ["seats[0].seatNumber"]),
        (json.dumps({**catalogue("recital"), "currency": "EUR"}), ["currency", "KRW"])])
    def test_a_bad_file(self, gala, folder, text, words, running):
        path = folder / "bad.json"
        path.write_text(text)
        if not running:
            gala.stop()
        refused(run("import", path, "--database", gala.database), "bad.json", *words, code=1)
        if not running:
            gala.start()
        assert len(gala.client().get("/api/v1/concerts").ok()["concerts"]) == 1

    @pytest.mark.parametrize("running", [False, True])
    def test_a_change_that_is_refused(self, gala, folder, running):
        client = gala.client()
        client.held(client.inside("ann"), "A-20")
        if not running:
            gala.stop()
        path = write_catalogue(folder / "less.json", catalogue(seats=19))
        refused(run("import", path, "--database", gala.database), "A-20", code=1)
        if not running:
            gala.start()
        assert client.get("/api/v1/concerts/gala").ok()["dates"][0]["seatsTotal"] == 20

    @pytest.mark.parametrize("running", [False, True])
    def test_what_is_removed_is_asked_for_shown_and_named(self, gala, folder, running):
        if not running:
            gala.stop()
        path = write_catalogue(folder / "less.json", catalogue(seats=18))
        refused(run("import", path, "--database", gala.database), "2 seats", "A-19", "--allow-removal", code=1)
        seen = run("import", path, "--dry-run", "--database", gala.database)
        assert seen.returncode == 0 and "would import gala" in seen.stdout and "A-19 on 2026-12-24" in seen.stdout
        if not running:
            gala.start()
        assert gala.client().get("/api/v1/concerts/gala").ok()["dates"][0]["seatsTotal"] == 20
        if not running:
            gala.stop()
        done = run("import", path, "--allow-removal", "--database", gala.database)
        assert done.returncode == 0 and "A-20 on 2026-12-24" in done.stdout, done
        if not running:
            gala.catalogues = []
            gala.start()
        assert gala.client().get("/api/v1/concerts/gala").ok()["dates"][0]["seatsTotal"] == 18

    @pytest.mark.parametrize("running", [False, True])
    def test_files_folders_and_stdin(self, gala, folder, running):
        if not running:
            gala.stop()
        season = folder / "season"
        season.mkdir()
        for concert in ("b", "a"):
            write_catalogue(season / f"{concert}.json", catalogue(concert))
        (season / "notes.txt").write_text("none")
        bad = folder / "bad.json"
        bad.write_text("{")
        done = run("import", bad, season, "-", "--database", gala.database,
                   input="\ufeff" + json.dumps(catalogue("c")))
        assert done.returncode == 1 and "bad.json" in done.stderr
        assert [line.split()[1].rstrip(":") for line in done.stdout.splitlines()] == ["a", "b", "c"]
        if not running:
            gala.start()
        assert len(gala.client().get("/api/v1/concerts").ok()["concerts"]) == 4

    def test_a_folder_without_catalogues(self, folder):
        refused(run("import", folder, "--database", folder / "x.db"), str(folder), "*.json")

    @pytest.mark.parametrize("text, words", [
        (json.dumps(catalogue()).encode("utf-16"), ["UTF-16"]),
        (json.dumps(catalogue()).encode("utf-32-be"), ["UTF-32"]),
        ('{\n"title": "Café"}'.encode("latin-1"), ["line 2", "Latin-1"])])
    def test_another_encoding_is_named(self, folder, text, words):
        (folder / "bad.json").write_bytes(text)
        refused(run("import", folder / "bad.json", "--database", folder / "x.db"), "bad.json", *words, code=1)

    def test_a_start_removes_nothing(self, gala, folder):
        gala.stop()
        path = write_catalogue(folder / "less.json", catalogue(seats=18))
        refused(run("serve", "--set", f"storage.path={gala.database}", "--set", "server.port=0", "--catalogue", path),
                "less.json", "2 seats", "--allow-removal")
        gala.start()
        assert gala.client().get("/api/v1/concerts/gala").ok()["dates"][0]["seatsTotal"] == 20

    def test_a_file_that_is_not_there(self, folder):
        refused(run("import", folder / "none.json", "--database", folder / "x.db"), "none.json")
        assert os.listdir(folder) == []


class TestCheck:
    def test_a_sound_database(self, database):
        checked = run("check", "--database", database)
        assert checked.returncode == 0 and checked.stderr == ""

    def test_while_a_server_runs(self, gala):
        client = gala.client()
        client.held(client.inside("ann"), "A-1")
        assert run("check", "--database", gala.database).returncode == 0
        assert gala.client().get("/readyz").status == 200

    def test_it_changes_nothing(self, database):
        before = contents(database)
        run("check", "--database", database)
        assert contents(database) == before

    def test_money_from_nowhere_is_found(self, database, folder):
        copy = folder / "copy.db"
        shutil.copy(database, copy)
        connection = sqlite3.connect(copy)
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        changed = 0
        for table in tables:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            if "balance" in columns:
                changed += connection.execute(f"UPDATE {table} SET balance = balance + 1").rowcount
        connection.commit()
        connection.close()
        assert changed > 0, f"no table with a balance among {tables}"
        checked = run("check", "--database", copy)
        assert checked.returncode == 1, checked
        assert checked.stdout + checked.stderr

    def test_a_damaged_file_is_found(self, database, folder):
        copy = folder / "copy.db"
        with open(database, "rb") as file:
            data = bytearray(file.read())
        for page in range(1, len(data) // 4096):
            data[page * 4096:page * 4096 + 64] = b"\xa5" * 64
        copy.write_bytes(data)
        checked = run("check", "--database", copy)
        assert checked.returncode in (1, 2) and checked.stdout + checked.stderr

    def test_a_file_that_is_not_there(self, folder):
        refused(run("check", "--database", folder / "none.db"), "none.db")
        assert os.listdir(folder) == []


class TestBackup:
    @pytest.mark.parametrize("running", [False, True])
    def test_a_copy(self, start, folder, running):
        server = start(catalogue())
        client = server.client()
        client.charge("ann", 77).ok(201)
        if not running:
            server.stop()
        to = folder / "copy.db"
        done = run("backup", "--to", to, "--database", server.database)
        assert done.returncode == 0, done
        assert run("check", "--database", to).returncode == 0
        assert start(settings={"storage.path": str(to)}).client().balance("ann") == 77

    def test_a_relative_name_is_in_the_callers_folder(self, gala, folder):
        (folder / "mine").mkdir()
        done = run("backup", "--to", "copy.db", "--database", gala.database, cwd=folder / "mine")
        assert done.returncode == 0, done
        assert os.listdir(folder / "mine") == ["copy.db"]

    @pytest.mark.parametrize("running", [False, True])
    def test_nothing_is_overwritten(self, gala, folder, running):
        if not running:
            gala.stop()
        there = folder / "there"
        there.write_text("precious")
        refused(run("backup", "--to", there, "--database", gala.database), "there", code=1)
        assert there.read_text() == "precious"

    def test_of_nothing(self, folder):
        refused(run("backup", "--to", folder / "copy.db", "--database", folder / "none.db"), "none.db")
        assert os.listdir(folder) == []


class TestLogs:
    def test_no_secret_is_logged_at_any_level(self, start):
        server = start(catalogue(maxActive=2), settings={"log.level": "trace"})
        client = server.client()
        client.charge("ann", PRICE, key="a-key-of-anns").ok(201)
        token = client.inside("ann")
        reservation = client.held(token, "A-1")
        client.reservation(reservation, token).ok()
        payment = client.pay(token, "A-1", key="another-key").ok(201)
        client.payment(payment["paymentId"]).ok()
        client.poll("qt_" + "5" * 32).problem(401, "token-unknown")
        with open(f"{server.database}.operator-key", encoding="ascii") as file:
            key = file.read().strip()
        client.post("/api/v1/admin/check", token=key).ok()
        server.stop()
        log = server.log()
        assert log.count("\n") > 5, "at this level every request is logged"
        assert len(server.secrets) >= 4
        for secret in {*server.secrets, key, "qt_" + "5" * 32, payment["seats"][0]["ticketCode"]}:
            assert secret not in log

    def test_json_logs_are_json(self, start):
        server = start(catalogue(), settings={"log.format": "json", "log.level": "debug"})
        server.client().get("/api/v1/concerts/gala").ok()
        server.stop()
        lines = server.log().splitlines()
        assert lines and all(isinstance(json.loads(line), dict) for line in lines)


class TestDemo:
    def test_it_serves_a_concert_and_says_what_to_try(self, folder):
        environment = {**os.environ, "TMPDIR": str(folder), "HOME": str(folder)}
        process = subprocess.Popen([str(BINARY), "demo", "--set", "server.port=0"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=folder, env=environment)
        try:
            first = read_line(process.stdout, 20)
            assert re.match(r"^stagedoor listening on http://127\.0\.0\.1:[0-9]+$", first.strip()), first
            said = read_line(process.stdout, 5)
            assert said
            process.terminate()
            said += process.stdout.read().decode()
            assert process.wait(timeout=10) == 0
            assert "curl" in said
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stdout.close()
            process.stderr.close()
