# SPDX-License-Identifier: MIT
"""Health, numbers and the operator's endpoints."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from support.catalogue import PRICE, catalogue

SAMPLE = re.compile(r'^(stagedoor_[a-z0-9_]+)(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (-?[0-9.e+-]+|\+Inf|NaN)$')


def samples(client):
    """Every sample of /metrics by its name with labels."""
    text = client.get("/metrics").body.decode()
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            assert SAMPLE.match(line), line
            name, value = line.rsplit(" ", 1)
            assert name not in found, f"{name} is there twice"
            found[name] = float(value)
    return found


def test_health(client):
    assert client.get("/healthz").body == b"alive\n"
    assert client.get("/readyz").body == b"ready\n"


def test_metrics_are_prometheus_text(client):
    client.joined("ann")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    text = answer.body.decode()
    named = set(re.findall(r"^# TYPE (\S+) (?:counter|gauge|histogram|summary)$", text, re.M))
    helped = set(re.findall(r"^# HELP (\S+) \S", text, re.M))
    assert named and named == helped
    assert all(name.startswith("stagedoor_") for name in named)
    for name in samples(client):
        base = name.split("{")[0]
        assert base in named or re.sub(r"_(bucket|sum|count)$", "", base) in named
    for counter in re.findall(r"^# TYPE (\S+) counter$", text, re.M):
        assert counter.endswith("_total"), counter


def test_metrics_hold_nothing_of_a_person(client):
    token = client.inside("somebody-special")
    reservation = client.held(token, "A-1")
    text = client.get("/metrics").body.decode()
    assert "somebody-special" not in text and token not in text and reservation not in text


def test_metrics_count_the_line(start):
    client = start(catalogue(maxActive=2)).client()
    for number in range(5):
        client.joined(f"user-{number}")
    values = sorted(value for name, value in samples(client).items() if 'concert="gala"' in name)
    assert 3.0 in values and 2.0 in values, "3 wait, 2 are inside"


def test_metrics_tell_how_many_bytes_of_seat_maps_are_kept(client):
    name = "stagedoor_kept_map_bytes"
    assert samples(client)[name] == 0
    seats = client.seats(client.inside("ann")).body
    once = samples(client)[name]
    assert 0 < once <= len(seats)
    client.seats(client.inside("bob"))
    assert samples(client)[name] == once, "all have it in common"


def test_a_journey_writes_few_pages(start):
    """Of which each costs 4 KiB of the log and of the file, whatever little is changed on it."""
    server = start(catalogue(maxActive=100))
    client = server.client()

    def frames():
        header, frame = 32, 24 + 4096
        return (os.path.getsize(f"{server.database}-wal") - header) // frame

    users = [f"user-{number}" for number in range(10)]
    for user in users:
        client.charge(user, PRICE).ok(201)
    before = frames()
    for number, user in enumerate(users):
        token = client.inside(user)
        client.held(token, f"A-{number + 1}")
        client.pay(token, f"A-{number + 1}").ok(201)
    assert frames() - before <= 28 * len(users)


class TestOperatorsKey:
    CALLS = [("POST", "/api/v1/admin/check", None), ("POST", "/api/v1/admin/backup", {"to": "/tmp/x"}),
             ("POST", "/api/v1/admin/catalogue", catalogue("recital")),
             ("PUT", "/api/v1/admin/concerts/gala/queue/state", {"state": "PAUSED"})]

    @pytest.mark.parametrize("method, path, body", CALLS)
    def test_over_tcp_the_key_is_needed(self, gala, client, method, path, body):
        token = client.joined("ann")
        client.request(method, path, body).problem(401, "operator-key-missing")
        for key in ("op_" + "0" * 32, token, "op_"):
            client.request(method, path, body, token=key).problem(401, "operator-key-unknown")
        assert client.line().ok()["state"] == "OPEN"
        assert len(client.get("/api/v1/concerts").ok()["concerts"]) == 1

    def test_the_key_is_in_a_file_that_only_the_owner_reads(self, gala, client):
        path = f"{gala.database}.operator-key"
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        with open(path, encoding="ascii") as file:
            key = file.read().strip()
        assert re.fullmatch(r"op_[0-9a-f]{32,}", key)
        gala.secrets.add(key)
        assert client.request("POST", "/api/v1/admin/check", token=key).ok() == {"sound": True, "faults": []}
        assert client.set_line("PAUSED", token=key).ok()["state"] == "PAUSED"
        with open(gala.database, "rb") as file:
            assert key.encode() not in file.read(), "only a hash is kept"
        gala.restart()
        assert client.request("POST", "/api/v1/admin/check", token=key).ok()["sound"], "the key stays"

    def test_the_key_of_a_database_that_is_gone_is_kept(self, gala, client, folder):
        """It may be wanted for that one's backup."""
        path = Path(f"{gala.database}.operator-key")
        old = path.read_text(encoding="ascii")
        for number in ("", "-2"):
            gala.stop()
            os.rename(gala.database, folder / f"gone{number}.db")
            before = path.read_text(encoding="ascii")
            gala.start()
            assert Path(f"{path}.set-aside{number}").read_text(encoding="ascii") == before
            assert f"{path}.set-aside{number}" in gala.log()
        key = path.read_text(encoding="ascii").strip()
        gala.secrets |= {key, before.strip(), old.strip()}
        assert client.request("POST", "/api/v1/admin/check", token=key).ok()["sound"]
        client.request("POST", "/api/v1/admin/check", token=old.strip()).problem(401, "operator-key-unknown")

    def test_the_socket_needs_no_key_and_is_only_the_owners(self, gala):
        mode = os.stat(gala.socket_path)
        assert stat.S_ISSOCK(mode.st_mode) and stat.S_IMODE(mode.st_mode) == 0o600
        assert gala.admin().post("/api/v1/admin/check").ok() == {"sound": True, "faults": []}

    def test_the_socket_speaks_the_whole_contract(self, gala):
        admin = gala.admin()
        token = admin.inside("ann")
        admin.held(token, "A-1")
        assert admin.get("/healthz").body == b"alive\n"

    def test_curl_reaches_the_socket(self, gala):
        said = subprocess.run(["curl", "-sS", "--unix-socket", gala.socket_path, "-X", "POST",
                               "http://localhost/api/v1/admin/check"], capture_output=True, text=True, check=True)
        assert said.stdout == '{"sound":true,"faults":[]}'

    def test_the_socket_is_gone_after_a_stop(self, gala):
        gala.stop()
        assert not os.path.exists(gala.socket_path)


class TestBackup:
    def test_a_copy_while_people_are_inside(self, gala, start, folder):
        client = gala.client()
        token = client.inside("ann")
        reservation = client.held(token, "A-1")
        client.charge("ann", PRICE).ok(201)
        to = str(folder / "copy.db")
        made = gala.admin().post("/api/v1/admin/backup", {"to": to}).ok(201)
        assert made == {"path": to, "bytes": os.path.getsize(to)}
        assert sorted(name for name in os.listdir(folder) if "copy" in name) == ["copy.db"]
        client.pay(token, "A-1").ok(201)
        restored = start(settings={"storage.path": to})
        old = restored.client()
        assert old.reservation(reservation, token).ok()["status"] == "HELD"
        assert old.balance("ann") == PRICE

    @pytest.mark.parametrize("to", ["copy.db", "", 5, None])
    def test_a_bad_place(self, gala, to):
        assert gala.admin().post("/api/v1/admin/backup", {"to": to}).problem(400, "invalid-request")["field"] == "to"

    def test_nothing_is_overwritten(self, gala, folder):
        there = folder / "there"
        there.write_text("precious")
        gala.admin().post("/api/v1/admin/backup", {"to": str(there)}).problem(409, "backup-refused")
        assert there.read_text() == "precious"
        gala.admin().post("/api/v1/admin/backup", {"to": gala.database}).problem(409, "backup-refused")

    def test_a_folder_that_is_not_there(self, gala, folder):
        to = str(folder / "nowhere" / "copy.db")
        gala.admin().post("/api/v1/admin/backup", {"to": to}).problem(409, "backup-refused")
        assert gala.client().charge("ann", 1).status == 201
