# SPDX-License-Identifier: MIT
"""What was answered is there after a stop and after a kill."""

import http.client
import os
import signal
import subprocess
import time

import pytest

from support.catalogue import PRICE, catalogue
from support.crowd import in_the_background
from support.server import BINARY

ways = pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])


def busy_server(start):
    """A concert in the middle of its sale, and every token by the name of its user."""
    server = start(catalogue(maxActive=5))
    client = server.client()
    tokens = {}
    for user in ("paid", "holding", "entered", "left", "admitted", "more", "wait-1", "wait-2", "wait-3"):
        client.charge(user, 3 * PRICE).ok(201)
        tokens[user] = client.joined(user)
    for user in ("paid", "holding", "entered"):
        client.enter(tokens[user]).ok()
    client.held(tokens["paid"], "A-1")
    client.held(tokens["holding"], "A-2", "A-3")
    client.pay(tokens["paid"], "A-1").ok(201)
    client.leave(tokens["left"]).ok(204)
    client.leave(tokens["wait-1"]).ok(204)
    return server, client, tokens


def picture(client, tokens):
    """All that a user can see, less the one thing that begins anew: the patience with those who wait."""
    seen = {}
    for user, token in tokens.items():
        answer = client.poll(token)
        state = answer.json
        if state.get("status") == "WAITING":
            del state["expiresAt"], state["estimatedWaitSeconds"], state["pollAfterSeconds"]
        seen[user] = (answer.status, state, client.balance(user), client.entries(user).json)
    seen["seats"] = client.seats(tokens["holding"]).json["seats"]
    seen["concert"] = client.get("/api/v1/concerts/gala").json
    line = client.line().json
    seen["line"] = {name: line[name] for name in ("state", "waiting", "active", "servingNumber", "admittedTotal")}
    return seen


@ways
def test_everything_is_as_it_was(start, kill):
    server, client, tokens = busy_server(start)
    server.advance(1)
    before = picture(client, tokens)
    server.restart(kill=kill)
    assert picture(client, tokens) == before
    server.restart(kill=kill)
    assert picture(client, tokens) == before


@ways
def test_it_goes_on_as_if_nothing_had_been(start, kill):
    server, client, tokens = busy_server(start)
    server.restart(kill=kill)
    assert client.pay(tokens["holding"], "A-2", "A-3").ok(201)["balanceAfter"] == PRICE
    assert client.status(tokens["wait-3"]) == "ADMITTED"
    client.held(tokens["entered"], "A-5")
    client.reserve(tokens["wait-3"], "A-5").problem(409, "seat-taken")
    client.reserve(tokens["wait-3"], "A-1").problem(409, "seat-taken")
    assert client.join("paid").ok(201)["ticketNumber"] == 10


@ways
def test_who_was_told_admitted_stays_so(start, kill):
    server = start(catalogue(maxActive=1))
    client = server.client()
    tokens = [client.joined(f"user-{number}") for number in range(8)]
    for number in range(7):
        client.leave(tokens[number]).ok(204)
        admitted = client.poll(tokens[number + 1]).ok()
        assert admitted["status"] == "ADMITTED"
        server.restart(kill=kill)
        assert client.poll(tokens[number + 1]).ok() == admitted
        assert all(client.status(token) == "WAITING" for token in tokens[number + 2:])


@ways
def test_a_hold_is_not_lengthened_by_a_restart(start, kill):
    server = start(catalogue())
    client = server.client()
    token = client.inside("ann")
    before = client.reserve(token, "A-1").ok(201)
    server.advance(200)
    client.charge("bob", 1).ok(201)
    server.restart(kill=kill)
    assert client.reservation(before["reservationId"], token).ok() == before
    server.advance(99)
    assert client.reservation(before["reservationId"], token).ok()["status"] == "HELD"
    server.advance(1)
    assert client.reservation(before["reservationId"], token).ok()["status"] == "EXPIRED"


@ways
def test_who_is_over_is_still_known_by_name(start, kill):
    server = start(catalogue())
    client = server.client()
    client.charge("ann", PRICE).ok(201)
    token = client.inside("ann")
    held = client.held(token, "A-1")
    first = client.pay(token, "A-1", key="one").ok(201)
    server.restart(kill=kill)
    assert client.poll(token).problem(401, "token-expired")["paymentId"] == first["paymentId"]
    assert client.pay(token, "A-1", key="one").ok(201) == first
    assert client.reservation(held, token).ok()["status"] == "PAID"
    client.pay(token, "A-1", key="two").problem(401, "token-expired")
    client.reserve(token, "A-2").problem(401, "token-expired")
    client.release(held, token).problem(401, "token-expired")
    client.pay("qt_" + "0" * 32, "A-1", key="one").problem(401, "token-unknown")


@ways
def test_patience_with_those_who_wait_begins_anew(start, kill):
    server = start(catalogue(maxActive=1))
    client = server.client()
    client.inside("ann")
    bob = client.joined("bob")
    server.advance(200)
    client.charge("cid", 1).ok(201)
    server.restart(kill=kill)
    server.advance(150)
    assert client.status(bob) == "WAITING"


@ways
def test_what_fell_due_meanwhile_has_happened_before_it_is_ready(start, kill):
    """Without a frozen clock, so that time passes while the server is down."""
    server = start(catalogue(maxActive=1, entryWindowSeconds=1), test_clock=False)
    client = server.client()
    ann, bob = client.joined("ann"), client.joined("bob")
    began = time.monotonic()
    while True:
        (server.kill if kill else server.stop)()
        due = time.monotonic() - began > 1.5
        server.start()
        if due:
            break
    assert client.over(ann) == "ENTRY_MISSED"
    assert client.status(bob) == "ADMITTED"


class Payer:
    """Charges and buys seats one after another until the server is gone, and remembers what it was promised."""

    def __init__(self, server, number):
        self.server, self.number = server, number
        self.charged = self.asked = 0
        self.paid = []

    def __call__(self):
        client = self.server.client()
        try:
            for step in range(1000):
                self.asked = step + 1
                client.charge(f"user-{self.number}", 1, key=f"charge-{step}").ok(201)
                self.charged += 1
                if step % 5 == 0:
                    self.buy(client, step // 5)
        except (OSError, http.client.HTTPException):
            return

    def buy(self, client, count):
        user = f"buyer-{self.number}-{count}"
        client.charge(user, PRICE).ok(201)
        token = client.inside(user)
        seat = f"A-{self.number * 100 + count + 1}"
        client.held(token, seat)
        self.paid.append((token, seat, client.pay(token, seat, key="pay").ok(201)))


@pytest.mark.parametrize("kill", [False, True], ids=["SIGTERM", "SIGKILL"])
@pytest.mark.parametrize("after", [20, 60])
def test_in_the_middle_of_load_nothing_promised_is_lost(start, kill, after):
    server = start(catalogue(seats=800, maxActive=1000))
    payers = [Payer(server, number) for number in range(8)]
    wait = in_the_background(payers)
    watcher = server.client()
    while watcher.balance("user-0") < after:
        pass
    if kill:
        server.process.kill()
        server.process.wait()
    else:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=10) == 0
    wait()
    server.finish()
    server.start()
    client = server.client()
    for payer in payers:
        balance = client.balance(f"user-{payer.number}")
        assert payer.charged <= balance <= payer.asked, "all that was answered, and at most the one that was not"
        last = client.charge(f"user-{payer.number}", 1, key=f"charge-{payer.charged}").ok(201)
        assert last["balance"] == payer.charged + 1, "sent again with the same key it counts once"
        for token, seat, payment in payer.paid:
            assert client.payment(payment["paymentId"]).ok() == payment
            assert client.over(token) == "PAID"
            again = client.pay(token, seat, key="pay")
            assert again.ok(201) == payment and again.headers["idempotent-replay"] == "true"
    assert sum(len(payer.paid) for payer in payers) > 0
    assert server.admin().post("/api/v1/admin/check").ok() == {"sound": True, "faults": []}


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_asked_for_by_either_signal(gala, sign):
    gala.client().joined("ann")
    gala.stop(sign)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_while_the_catalogue_is_read_makes_nothing(folder, sign):
    pipe = folder / "catalogue.json"
    os.mkfifo(pipe)
    with subprocess.Popen([str(BINARY), "serve", "--set", "server.port=0", "--catalogue", str(pipe)], cwd=folder,
                          stdout=subprocess.PIPE) as process:
        with open(pipe, "wb"):  # opens once the other end is
            process.send_signal(sign)
            assert process.wait(timeout=10) == 0
        assert process.stdout.read() == b"" and os.listdir(folder) == ["catalogue.json"]


def test_a_stop_does_not_wait_for_idle_connections(gala):
    clients = [gala.client() for _ in range(20)]
    for client in clients:
        client.get("/healthz")
    gala.stop()


def test_memory_keeps_nothing(start):
    server = start(catalogue(), database=":memory:")
    client = server.client()
    client.charge("ann", 5).ok(201)
    token = client.inside("ann")
    client.held(token, "A-1")
    server.restart()
    assert client.balance("ann") == 0
    client.poll(token).problem(401, "token-unknown")
