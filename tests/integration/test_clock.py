# SPDX-License-Identifier: MIT
"""The frozen clock of `--test-clock`, and that nobody has it by accident."""

import time
from email.utils import parsedate_to_datetime

import pytest

from support.catalogue import catalogue
from support.server import run
from support.times import instant, later, seconds_between


def test_time_stands_still_until_it_is_advanced(gala, client):
    now = gala.now()
    for number in range(50):
        client.joined(f"user-{number}")
    assert gala.now() == now
    assert gala.advance(5) == later(now, 5)
    assert gala.advance(0) == later(now, 5)


def test_the_date_of_an_answer_is_the_frozen_time(gala, client):
    for seconds in (0, 3661, 86400):
        now = gala.advance(seconds)
        date = parsedate_to_datetime(client.get("/healthz").headers["date"])
        assert date == instant(now).replace(microsecond=0)


@pytest.mark.parametrize("body, field", [
    ({}, "advanceSeconds"), ({"advanceSeconds": -1}, "advanceSeconds"), ({"advanceSeconds": 1.5}, "advanceSeconds"),
    ({"advanceSeconds": "1"}, "advanceSeconds"), ({"advanceSeconds": 8640001}, "advanceSeconds"),
    ({"advanceSeconds": 1, "more": 1}, "more")])
def test_bad_advances(gala, client, body, field):
    before = gala.now()
    assert client.post("/api/v1/test/clock", body).problem(400, "invalid-request")["field"] == field
    assert gala.now() == before


def test_without_the_option_there_is_no_such_path(start):
    client = start(catalogue(), test_clock=False).client()
    client.post("/api/v1/test/clock", {"advanceSeconds": 1}).problem(404, "not-found")


def test_without_the_option_time_passes(start):
    client = start(catalogue(), test_clock=False).client()
    first = client.charge("ann", 1).ok(201)["chargedAt"]
    for _ in range(2000):
        if seconds_between(first, client.charge("ann", 1).ok(201)["chargedAt"]) > 0:
            return
    raise AssertionError("two thousand commits within a millisecond")


def test_without_the_option_what_falls_due_happens_by_itself(start):
    client = start(catalogue(maxActive=1, entryWindowSeconds=1), test_clock=False).client()
    began = time.monotonic()
    ann, bob = client.joined("ann"), client.joined("bob")
    while client.status(bob) == "WAITING":
        assert time.monotonic() - began < 10
    assert client.over(ann) == "ENTRY_MISSED"
    assert time.monotonic() - began > 0.9


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
def test_it_is_refused_on_a_network(folder, address):
    refused = run("serve", "--set", "server.port=0", "--set", f"server.address={address}",
                  "--set", "identity.allow_open_on_network=true",
                  "--set", f"storage.path={folder}/x.db", "--test-clock")
    assert refused.returncode == 2
    assert "test-clock" in refused.stderr and refused.stdout == ""
    assert not (folder / "x.db").exists()


def test_it_begins_at_an_instant_of_ones_choice(start):
    server = start(catalogue(), test_clock="2026-12-01T00:00:00.000Z")
    assert server.now() == "2026-12-01T00:00:00.000Z"
    assert server.advance(61) == "2026-12-01T00:01:01.000Z"


def test_it_goes_ahead_to_that_instant_and_never_back(start):
    server = start(catalogue(entryWindowSeconds=120), test_clock="2026-12-01T00:00:00Z")
    token = server.client().joined("ann")
    server.restart()
    assert server.now() == "2026-12-01T00:00:00.000Z" and server.client().status(token) == "ADMITTED"
    server.stop()
    server.test_clock = "2026-12-01T00:02:00.000Z"
    server.start()
    assert server.client().over(token) == "ENTRY_MISSED"
    server.stop()
    refused = run("serve", "--set", "server.port=0", "--set", f"storage.path={server.database}",
                  "--test-clock=2026-12-01T00:01:59.999Z")
    assert refused.returncode == 2 and refused.stdout == ""
    assert "2026-12-01T00:02:00.000Z" in refused.stderr and "backwards" in refused.stderr


@pytest.mark.parametrize("text", ["yesterday", "2026-12-01", "2026-02-30T00:00:00Z", "1969-12-31T23:59:59.999Z"])
def test_what_is_no_instant_is_refused(folder, text):
    refused = run("serve", "--set", "server.port=0", f"--test-clock={text}", cwd=folder)
    assert refused.returncode == 2 and refused.stdout == ""
    assert "test-clock" in refused.stderr and list(folder.iterdir()) == []


def test_a_hundred_days_may_pass_at_once(gala, client):
    token = client.inside("ann")
    reservation = client.held(token, "A-1")
    gala.advance(100 * 24 * 3600)
    client.poll(token).problem(401, "token-unknown")
    again = client.inside("ann")
    assert client.seat_states(again)["A-1"] == ("AVAILABLE", False)
    assert client.reservation(reservation, again).ok()["status"] == "EXPIRED"


def test_time_does_not_run_backwards_over_a_restart(start):
    server = start(catalogue())
    client = server.client()
    server.advance(3600)
    charged = client.charge("ann", 1).ok(201)["chargedAt"]
    server.restart(kill=True)
    assert client.charge("ann", 1).ok(201)["chargedAt"] >= charged
