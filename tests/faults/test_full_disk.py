# SPDX-License-Identifier: MIT
"""A disk that is full: writes are answered 503 and have not happened, everything else goes on, and when there is room
again so do the writes, without a hand on the server."""

import http.client
import resource
import time

import pytest

from harness.faulting import Filler, small_disk, strace, until
from support.catalogue import PRICE, catalogue, write_catalogue
from support.refusal import refused, state_of
from support.server import Server, run

DISK_MEGABYTES = 64  # more than the write-ahead log takes before it is folded
FULL_ANSWERS = 600


@pytest.fixture
def disk(folder):
    with small_disk(folder / "disk", DISK_MEGABYTES) as path:
        yield path


def readiness(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    finally:
        connection.close()


def test_nothing_is_lost_and_nothing_refused_shows_up(open_venue, disk, seed):
    venue = open_venue(database="disk/stage.db")
    venue.open_doors(seed=seed)
    filler = Filler(disk)
    spans = []
    for _ in range(3):
        venue.answered(700)
        filler.fill()
        until(lambda: readiness(venue.server.port) == 503, "it notices that the disk is full")
        noticed = time.monotonic()
        venue.answered(FULL_ANSWERS)
        assert readiness(venue.server.port) == 503
        spans.append((noticed, time.monotonic()))
        filler.empty()
        until(lambda: readiness(venue.server.port) == 200, "it notices that there is room again")
    venue.answered(700)
    case = venue.verdict(seed=seed, disk_fills=True)
    assert len(case.history.deaths) == 1, "it went on without a restart"
    meanwhile = [op for op in case.history.ops if any(began < op.began and op.ended < ended for began, ended in spans)]
    assert sum(op.outcome == "failed" for op in meanwhile) > 100
    reads = [op for op in meanwhile if op.name in ("poll", "seats", "balance")]
    assert len(reads) > 100 and all(op.outcome != "failed" for op in reads)
    written = [op for op in meanwhile if op.outcome == "ok" and not op.replayed
               and op.name in ("charge", "join", "hold", "release", "pay", "leave")]
    assert all(op.name in ("join", "hold") and op.status == 200 for op in written), written[:3]


def test_nothing_is_lost_if_it_ends_meanwhile(open_venue, disk, seed):
    """A kill and a stop on a full disk; the next start has room again."""
    venue = open_venue(database="disk/stage.db")
    venue.open_doors(seed=seed)
    filler = Filler(disk)
    for end in (venue.kill, venue.stop):
        venue.answered(500)
        filler.fill()
        until(lambda: readiness(venue.server.port) == 503, "it notices that the disk is full")
        venue.answered(100)
        end()
        filler.empty()
        venue.start()
    venue.answered(300)
    venue.verdict(seed=seed, disk_fills=True)


def full_server(server, disk):
    """A server whose disk has just become full, and its client."""
    client = server.client()
    Filler(disk).fill()
    until(lambda: client.charge("filling", 1).status == 503, "the disk is full")
    return client


def test_what_is_refused_is_refused_as_promised(disk):
    """Every write, by the document: 503, the code, Retry-After. (The client compares each answer with it.)"""
    server = Server(disk, catalogues=[], settings={"queue.max_active": 2})
    server.start()
    try:
        server.admin().post("/api/v1/admin/catalogue", catalogue(seats=20, maxActive=2)).ok(200)
        client = server.client()
        client.charge("ann", 5 * PRICE).ok(201)
        ann, bob, eve = client.inside("ann"), client.inside("bob"), client.joined("eve")
        held = client.held(ann, "A-1")
        client = full_server(server, disk)
        writes = [lambda: client.charge("ann", 1, key="c"), lambda: client.join("new"), lambda: client.leave(eve),
                  lambda: client.reserve(bob, "A-2", key="h"), lambda: client.release(held, ann),
                  lambda: client.pay(ann, "A-1", key="p"), lambda: client.leave(bob)]
        for write in writes:
            refused = write()
            refused.problem(503, "storage-unavailable")
            assert int(refused.headers["retry-after"]) >= 1
        assert client.balance("ann") == 5 * PRICE and client.status(eve) == "WAITING"
        assert client.seat_states(bob)["A-1"] == ("HELD", False) and client.seat_states(bob)["A-2"][0] == "AVAILABLE"
        assert client.get("/healthz").status == 200 and client.get("/metrics").status == 200
        client.get("/readyz").problem(503, "storage-unavailable")
        (disk / "filler").unlink()
        until(lambda: client.get("/readyz").status == 200, "writing again")
        for write, status in zip(writes, (201, 201, 204, 201, 204, 410, 204)):
            assert write().status == status
        assert client.balance("ann") == 5 * PRICE + 1
        server.stop()
        server.audit()
    finally:
        if server.running:
            server.kill()


def test_a_check_has_its_copy_only_where_there_is_room_for_it(disk):
    """So that it cannot be what makes the disk full under the server."""
    server = Server(disk)
    server.start()
    try:
        client = full_server(server, disk)
        refused = run("check", "--database", server.database)
        assert refused.returncode == 1 and refused.stdout == ""
        assert "there is no room beside the database" in refused.stderr
        server.admin().post("/api/v1/admin/check").problem(503, "storage-unavailable")
        assert not list(disk.glob("*.check*")) and client.get("/healthz").status == 200
        server.kill()
    finally:
        if server.running:
            server.kill()


def test_a_first_start_that_finds_no_room_leaves_nothing(folder):
    """Neither for its tables nor for its catalogue; a log that stayed would take the room that there is."""
    hall = catalogue(seats=50_000)
    hall["rows"][0]["row"] = "BALC-LEFT"
    hall = write_catalogue(folder / "hall.json", hall)
    for taken, sentence in ((950_000, "disk is full"), (250_000, "cannot write")):
        with small_disk(folder / str(taken), 1) as path:
            (path / "letter").write_bytes(b"x" * taken)
            before = state_of(path)
            refused(run("serve", "--set", "server.port=0", "--set", f"storage.path={path}/stage.db", "--catalogue", hall),
                    sentence)
            assert state_of(path) == before


def test_a_restart_while_the_disk_is_full(disk):
    """It may be refused, in one line, or wait for room; nothing is lost either way."""
    server = Server(disk, settings={"queue.max_active": 2})
    server.start()
    try:
        paid = server.client().charge("ann", 77, key="c").ok(201)
        full_server(server, disk)
        server.kill()
        try:
            server.start()
        except AssertionError as refused:
            server.finish()
            assert "full" in str(refused)
        else:
            assert server.client().balance("ann") == 77
            server.kill()
        (disk / "filler").unlink()
        server.start()
        assert server.client().charge("ann", 77, key="c").ok(201) == paid
        server.stop()
        server.audit()
    finally:
        if server.running:
            server.kill()


def test_no_space_for_one_write(open_venue, seed):
    """Where mounting is not permitted this shows the same: single writes fail with ENOSPC."""
    venue = open_venue()
    venue.open_doors(seed=seed)
    venue.answered(200)
    for when in (1, 7, 40):
        refused = venue.site.refused_for_storage
        with strace(venue.server.process.pid, f"pwrite64:error=ENOSPC:when={when}..{when + 3}"):
            until(lambda refused=refused: venue.site.refused_for_storage > refused, "it notices")
        until(lambda: readiness(venue.server.port) == 200, "writing again")
        venue.answered(200)
    case = venue.verdict(seed=seed, disk_fills=True)
    assert len(case.history.deaths) == 1, "it went on without a restart"


def test_a_limit_on_the_size_of_files_is_a_full_disk(open_venue, seed):
    """As a quota is: EFBIG and EDQUOT, where a full disk says ENOSPC."""
    venue = open_venue()
    venue.open_doors(seed=seed)
    venue.answered(200)
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    for _ in range(2):
        refused = venue.site.refused_for_storage
        resource.prlimit(venue.server.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        until(lambda refused=refused: venue.site.refused_for_storage > refused, "it notices")
        resource.prlimit(venue.server.process.pid, resource.RLIMIT_FSIZE, unlimited)
        until(lambda: readiness(venue.server.port) == 200, "writing again")
        venue.answered(200)
    case = venue.verdict(seed=seed, disk_fills=True)
    assert len(case.history.deaths) == 1, "it went on without a restart"
