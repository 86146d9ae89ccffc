# SPDX-License-Identifier: MIT
"""A disk that takes its time: what was decided in time is honoured, and nobody is granted the same meanwhile."""

import time

import pytest

from harness.faulting import strace, until
from support.catalogue import PRICE, catalogue, write_catalogue
from support.crowd import in_the_background
from support.server import Server

HOLD_SECONDS = 3
# A commit takes longer than what is left of the hold when the payment is sent.
SYNC_MICROSECONDS = 2_000_000
LEFT_SECONDS = 1.5


@pytest.fixture
def server(folder):
    made = Server(folder, catalogues=[write_catalogue(folder / "gala.json", catalogue())], test_clock=False,
                  settings={"reservation.hold_seconds": HOLD_SECONDS})
    made.start()
    yield made
    if made.running:
        made.stop()
    made.audit()


def test_a_payment_that_arrived_in_time_is_honoured(server):
    """Its commit ends after the hold would have; somebody else asks for the seat all the while."""
    client, other, answers = server.client(), server.client(), []
    for user in ("ann", "bob"):
        client.charge(user, PRICE).ok(201)
    ann, bob = client.inside("ann"), client.inside("bob")
    asked = time.monotonic()
    client.held(ann, "A-1")
    ends = time.monotonic() + HOLD_SECONDS
    refusals = []
    with strace(server.process.pid, f"fdatasync:delay_enter={SYNC_MICROSECONDS}"):
        until(lambda: time.monotonic() > asked + HOLD_SECONDS - LEFT_SECONDS, "the hold is about to end")
        wait = in_the_background([lambda: answers.append((client.pay(ann, "A-1"), time.monotonic()))])
        while not answers:
            refusals.append(other.reserve(bob, "A-1"))
        wait()
    paid, answered = answers[0]
    assert answered > ends, "the disk was slow enough"
    assert paid.ok(201)["balanceAfter"] == 0
    assert all(refused.problem(409, "seat-taken") for refused in refusals)
    assert client.seat_states(bob)["A-1"] == ("RESERVED", False)


def test_one_of_two_who_hold_the_same_waits_for_the_outcome(server):
    """A no that rests on a hold that is not durable yet is sent when it is, and is true then."""
    clients, answers = [server.client() for _ in range(4)], []
    tokens = [client.inside(f"user-{number}") for number, client in enumerate(clients)]
    with strace(server.process.pid, f"fdatasync:delay_enter={SYNC_MICROSECONDS}"):
        began = time.monotonic()
        wait = in_the_background([lambda client=client, token=token: answers.append(
            (client.reserve(token, "A-1"), time.monotonic())) for client, token in zip(clients, tokens)])
        wait()
    assert sorted(answer.status for answer, _ in answers) == [201, 409, 409, 409]
    assert all(at > began + SYNC_MICROSECONDS / 1e6 for _, at in answers), "nobody knows before it is on disk"
