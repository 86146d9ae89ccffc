# SPDX-License-Identifier: MIT
"""The wall clock is set an hour forward and back while people hold seats. What is measured in seconds is measured by
the steady clock, so nothing moves: not while the server runs, and not over a restart."""

import time
from email.utils import parsedate_to_datetime

import pytest

from harness.faulting import WallClock, until
from support.catalogue import PRICE, catalogue, write_catalogue
from support.server import Server
from support.times import instant

HOLD_SECONDS = 3
HOUR = 3600
# Far less than the clock is moved by, and enough for any machine.
LATE_SECONDS = 30


@pytest.fixture
def clock(monkeypatch, folder):
    return WallClock(monkeypatch, folder / "offset")


@pytest.fixture
def server(clock, folder):
    made = Server(folder, catalogues=[write_catalogue(folder / "gala.json", catalogue())], test_clock=False,
                  settings={"reservation.hold_seconds": HOLD_SECONDS})
    made.start()
    yield made
    if made.running:
        made.stop()
    made.audit()


class Holding:
    """Somebody with a hold, and when it was asked for, by a clock that nobody sets."""

    def __init__(self, client, user, seat):
        self.client, self.user, self.seat = client, user, seat
        client.charge(user, PRICE).ok(201)
        self.token = client.inside(user)
        self.asked = time.monotonic()
        answer = client.reserve(self.token, seat)
        self.told = answer.ok(201)
        self.left = distance(answer, self.told["expiresAt"])

    def look(self):
        return self.client.reservation(self.told["reservationId"], self.token)

    def assert_unmoved(self):
        began = time.monotonic()
        answer = self.look()
        seen = answer.ok()
        passed = time.monotonic() - self.asked
        if began < self.asked + HOLD_SECONDS - 0.1 and passed < HOLD_SECONDS:
            assert {**seen, "expiresAt": None} == {**self.told, "expiresAt": None}
            # `Date` has whole seconds.
            assert abs(distance(answer, seen["expiresAt"]) - self.left + passed) < 2

    def assert_ends_in_time(self):
        """Not before its time, and not an hour after."""
        until(lambda: self.look().ok()["status"] == "EXPIRED", "the hold runs out", timeout=HOLD_SECONDS + LATE_SECONDS)
        assert time.monotonic() > self.asked + HOLD_SECONDS - 0.005

    def assert_pays(self):
        """It is paid, unless this machine is so slow that its time was over by then."""
        paid = self.client.pay(self.token, self.seat)
        if paid.status != 410 or time.monotonic() < self.asked + HOLD_SECONDS - 0.005:
            assert paid.ok(201)["status"] == "PAID"


@pytest.mark.parametrize("offsets", [("+3600",), ("-3600",), ("+3600", "-3600", "+0", "+86400")], ids="/".join)
def test_no_hold_moves_while_the_server_runs(server, clock, offsets):
    client = server.client()
    lapsing, paying = Holding(client, "ann", "A-1"), Holding(client, "bob", "A-2")
    for offset in offsets:
        clock.set(offset)
        lapsing.assert_unmoved()
        paying.assert_unmoved()
    paying.assert_pays()
    lapsing.assert_ends_in_time()
    assert client.seat_states(lapsing.token)["A-1"] == ("AVAILABLE", False)


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
@pytest.mark.parametrize("offset", ["+3600", "-3600"])
def test_no_hold_moves_over_a_restart(server, clock, offset, kill):
    client = server.client()
    lapsing, paying = Holding(client, "ann", "A-1"), Holding(client, "bob", "A-2")
    clock.set(offset)
    server.restart(kill=kill)
    lapsing.assert_unmoved()
    paying.assert_pays()
    lapsing.assert_ends_in_time()


def test_what_is_shown_follows_the_other_clock(server, clock):
    """Within half a minute, ahead and back, with a line in the log: so the tests above do set a clock that it sees."""
    client = server.client()
    for offset in (HOUR, -HOUR, 0):
        clock.set(f"{offset:+d}")
        until(lambda offset=offset: abs(seconds_off(client) - offset) < 10, f"its clock is {offset} s off", timeout=30)
    assert server.log().count("the wall clock was set by") == 3


def seconds_off(client):
    """By how much the server's clock is ahead of the true one."""
    told = client.get("/healthz").headers["date"]
    return parsedate_to_datetime(told).timestamp() - time.time()


def test_what_lies_ahead_keeps_its_distance_and_what_has_happened_its_time(clock, folder):
    server = Server(folder, catalogues=[write_catalogue(folder / "gala.json", catalogue())], test_clock=False)
    server.start()
    client = server.client()
    client.charge("ann", PRICE).ok(201)
    token = client.inside("ann")
    before = client.reserve(token, "A-1").ok(201)
    left = distance(client.get("/healthz"), before["expiresAt"])
    for offset in (-86400, HOUR):
        clock.set(f"{offset:+d}")
        until(lambda offset=offset: abs(seconds_off(client) - offset) < 10, f"its clock is {offset} s off", timeout=30)
        answer = client.reservation(before["reservationId"], token)
        now = answer.ok()
        assert now["heldAt"] == before["heldAt"]
        assert left - 60 < distance(answer, now["expiresAt"]) <= left + 2
        polled = client.poll(token)
        assert 0 < distance(polled, polled.ok()["expiresAt"]) < 900
    paid = client.pay(token, "A-1").ok(201)
    entry = client.entries("ann").ok()["entries"][0]
    assert entry["at"] == paid["paidAt"]
    server.restart(kill=True)
    clock.set("-3600")
    until(lambda: abs(seconds_off(client) + HOUR) < 10, "its clock is an hour behind", timeout=30)
    assert client.get(f"/api/v1/payments/{paid['paymentId']}").ok() == paid
    server.stop()
    server.audit()


def distance(answer, shown):
    """Seconds from the `Date` of an answer to an instant that it shows."""
    return instant(shown).timestamp() - parsedate_to_datetime(answer.headers["date"]).timestamp()


def test_the_times_after_a_restart_are_the_wall_clocks(server, clock):
    client = server.client()
    for number, offset in enumerate((0, -HOUR, HOUR, -86400)):
        clock.set(f"{offset:+d}")
        server.restart(kill=bool(number % 2))
        told = instant(client.charge("ann", 1).ok(201)["chargedAt"]).timestamp()
        assert abs(told - time.time() - offset) < LATE_SECONDS


def test_the_load_does_not_notice(open_venue, clock, seed):
    venue = open_venue()
    venue.open_doors(seed=seed)
    for offset in ("+3600", "-3600", "+7200", "+0"):
        venue.answered(250)
        clock.set(offset)
        venue.answered(250)
        venue.kill()
        venue.start()
    venue.answered(250)
    venue.verdict(seed=seed)
