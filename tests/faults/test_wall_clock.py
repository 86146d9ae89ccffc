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
        self.told = client.reserve(self.token, seat).ok(201)

    def now(self):
        return self.client.reservation(self.told["reservationId"], self.token).ok()

    def assert_unmoved(self):
        began = time.monotonic()
        seen = self.now()
        if began < self.asked + HOLD_SECONDS - 0.1 and time.monotonic() < self.asked + HOLD_SECONDS:
            assert seen == self.told

    def assert_ends_in_time(self):
        """Not before its time, and not an hour after."""
        until(lambda: self.now()["status"] == "EXPIRED", "the hold runs out", timeout=HOLD_SECONDS + LATE_SECONDS)
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


def test_the_server_does_see_the_other_clock(server, clock):
    """Otherwise the rest would prove nothing: the Date header is the wall clock's."""
    for offset in (0, HOUR, -HOUR):
        clock.set(f"{offset:+d}")
        # The header is made anew once a second.
        until(lambda offset=offset: abs(seconds_off(server) - offset) < 10, f"its clock is {offset} s off")


def seconds_off(server):
    """By how much the server's wall clock is ahead of the true one."""
    told = server.client().get("/healthz").headers["date"]
    return parsedate_to_datetime(told).timestamp() - time.time()


def test_the_clock_of_the_server_never_runs_backwards(server, clock):
    """What happens later is dated later, whatever the wall clock says."""
    client = server.client()
    dated = []
    for number, offset in enumerate(("+0", "-3600", "+3600", "-86400")):
        clock.set(offset)
        dated.append(client.charge("ann", 1).ok(201)["chargedAt"])
        if number % 2:
            server.restart(kill=True)
        dated.append(client.charge("ann", 1).ok(201)["chargedAt"])
    assert dated == sorted(dated)
    assert (instant(dated[-1]) - instant(dated[0])).total_seconds() < HOUR / 2


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
