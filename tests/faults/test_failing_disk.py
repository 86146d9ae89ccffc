# SPDX-License-Identifier: MIT
"""A disk that fails: what is durable is unknown then, so the server answers nobody, aborts, and comes back sound."""

import http.client
import signal

import pytest

from harness.faulting import strace
from support.catalogue import PRICE, catalogue, write_catalogue
from support.server import Server

# What the writer does on a commit and on a checkpoint. (The files are opened, and read, at the start.)
FAILURES = ["fdatasync:error=EIO", "pwrite64:error=EIO"]


@pytest.fixture
def server(folder):
    made = Server(folder, catalogues=[write_catalogue(folder / "gala.json", catalogue(maxActive=3))])
    made.start()
    yield made
    if made.running:
        made.kill()


class People:
    """Everybody who is about to do something: `ann` to pay and `bob` to hold, `eve` waits, `cat` may enter."""

    def __init__(self, server):
        self.client = client = server.client()
        for user in ("ann", "bob"):
            client.charge(user, 5 * PRICE).ok(201)
        self.ann, self.bob = client.inside("ann"), client.inside("bob")
        self.cat, self.eve = client.joined("cat"), client.joined("eve")
        self.held = client.held(self.ann, "A-1")


# Each kind of write: how it is asked for, the status that it has once it is asked for again, and ann's balance then.
WRITES = {
    "charge": (lambda people: people.client.charge("ann", 7, key="k"), 201, 5 * PRICE + 7),
    "join": (lambda people: people.client.join("new"), 201, 5 * PRICE),
    "enter": (lambda people: people.client.enter(people.cat), 200, 5 * PRICE),
    "hold": (lambda people: people.client.reserve(people.bob, "A-2", key="k"), 201, 5 * PRICE),
    "release": (lambda people: people.client.release(people.held, people.ann), 204, 5 * PRICE),
    "pay": (lambda people: people.client.pay(people.ann, "A-1", key="k"), 201, 4 * PRICE),
    "leave": (lambda people: people.client.leave(people.ann), 204, 5 * PRICE),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("write, status, balance", WRITES.values(), ids=WRITES.keys())
def test_nobody_is_answered_and_it_aborts(server, failure, write, status, balance):
    """One write, whose commit fails: neither a 2xx nor a 503 would be true."""
    people = People(server)
    with strace(server.process.pid, f"{failure}:when=1"):
        with pytest.raises((OSError, http.client.HTTPException)):
            write(people)
        assert server.process.wait(timeout=20) == -signal.SIGABRT
    server.finish()
    assert "unknown" in server.log(), "the log says why"
    server.audit()
    server.start()
    # It may have happened: a key tells, and so does what only one can do.
    again = write(people)
    assert again.status == status or (again.status, again.json.get("reason")) == (401, "LEFT") or \
        (again.status, again.json.get("userId")) == (200, "new")
    assert people.client.balance("ann") == balance, "exactly once"
    server.stop()
    server.audit()


@pytest.mark.parametrize("failure", FAILURES)
def test_it_comes_back_sound(open_venue, seed, failure):
    venue = open_venue()
    venue.open_doors(seed=seed)
    for when in (1, 2, 9, 30):
        venue.answered(150)
        venue.site.ending()
        with strace(venue.server.process.pid, f"{failure}:when={when}+"):
            assert venue.died() == -signal.SIGABRT
        venue.server.audit()
        venue.start()
    venue.answered(150)
    venue.verdict(seed=seed)
