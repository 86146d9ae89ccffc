# SPDX-License-Identifier: MIT
"""Out of file descriptors: new connections are refused, those that there are go on, and it recovers."""

import http.client
import os
import socket
import time

import pytest

from harness.faulting import limit_files, open_files, until
from support.catalogue import PRICE, catalogue, write_catalogue
from support.server import Server

SPARE = 12
CROWD = 60


@pytest.fixture
def server(folder):
    made = Server(folder, catalogues=[write_catalogue(folder / "gala.json", catalogue())], test_clock=False)
    made.start()
    yield made
    if made.running:
        made.stop()
    made.audit()


def served(port, timeout=0.5):
    """The status of one request on a connection of its own; None where there was no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def exhaust(server):
    """Idle connections until no descriptor is left; returns the limit as it was, and them."""
    before = limit_files(server.process.pid, open_files(server.process.pid) + SPARE)
    idle = []
    for _ in range(CROWD):
        idle.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
    until(lambda: served(server.port) != 200, "a further connection is not served")
    return before, idle


def test_it_serves_those_that_it_has_and_recovers(server):
    client = server.client()
    client.charge("ann", 2 * PRICE).ok(201)
    token = client.inside("ann")
    before, idle = exhaust(server)
    assert served(server.port) in (None, 503)
    held = client.held(token, "A-1")
    assert client.pay(token, reservation=held).ok(201)["balanceAfter"] == PRICE
    assert client.get("/healthz").status == 200 and client.get("/readyz").status == 200
    for connection in idle:
        connection.close()
    assert until(lambda: served(server.port) == 200, "it takes connections again")
    limit_files(server.process.pid, before)
    assert all(served(server.port, timeout=20) == 200 for _ in range(CROWD))
    assert server.client().balance("ann") == PRICE


def test_it_does_not_spin_meanwhile(server):
    """A connection that waits and cannot be accepted must not keep the loop busy."""
    client = server.client()
    client.charge("ann", 1).ok(201)
    _, idle = exhaust(server)
    began, used = time.monotonic(), cpu_seconds(server.process.pid)
    while time.monotonic() < began + 1.5:
        client.get("/healthz")
        idle[0].settimeout(0.05)
        try:
            idle[0].recv(1)
        except OSError:
            pass
    assert cpu_seconds(server.process.pid) - used < 0.5 * (time.monotonic() - began)
    for connection in idle:
        connection.close()
    until(lambda: served(server.port) == 200, "it takes connections again")


def test_under_load(open_venue, seed):
    """The load keeps its connections while everybody else is turned away, and nothing is lost."""
    venue = open_venue()
    venue.open_doors(seed=seed)
    venue.answered(200)
    pid = venue.server.process.pid
    for _ in range(3):
        before, idle = exhaust(venue.server)
        venue.answered(400)
        for connection in idle:
            connection.close()
        limit_files(pid, before)
        until(lambda: served(venue.server.port) == 200, "it takes connections again")
        venue.answered(100)
    venue.verdict(seed=seed)
