# SPDX-License-Identifier: MIT
"""A crowd: people who charge, join, poll, enter, look, hold, release, pay, retry, leave or just vanish. Each of their
requests and answers goes into the record. They live through restarts: an unanswered request is sent again, with the
same key, to the next life of the server."""

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field

from harness.history import History, Op

TIMEOUT_SECONDS = 20
POLLS_MAX = 300
PAUSE_SECONDS = 0.02  # between two polls of one person
NEARLY_SOLD = 0.85
LAST_PLACE = 2


class Stopped(Exception):
    """The load is to end."""


@dataclass
class Behaviour:
    """How likely (0 to 1) somebody does what, where they get to it."""

    leave_the_line: float = 0.005  # at each poll
    vanish: float = 0.008  # once admitted, and once more with seats held
    second_hold: float = 0.15
    release: float = 0.25
    leave_holding: float = 0.1
    too_little_money: float = 0.2
    replay: float = 0.15
    seats_max: int = 3


class Site:
    """Where the server is now, and what is on sale. Shared by all clients; `up`, `ending` and `down` are the test's.

    `programme`: for each place the shows that are on sale there, one after another, as (concert, date, seats). The last
    place has small concerts that sell out.
    """

    def __init__(self, programme):
        self.programme = programme
        self.stopping = False
        self.answered = 0
        self.joined = 0
        self.refused_for_storage = 0
        self.life = 0
        self.endings = {}
        self.deaths = {}
        self._next = [0] * len(programme)
        self._port = None
        self._changed = threading.Condition()
        self._end = threading.Event()

    def up(self, port):
        with self._changed:
            self.life += 1
            self._port = port
            self._changed.notify_all()

    def ending(self):
        """Called before the process is made to end: from now on it need not answer."""
        self.endings[self.life] = time.monotonic()

    def down(self):
        """Called once the process has ended: what it has not done by now it never did."""
        with self._changed:
            self.deaths[self.life] = time.monotonic()
            self._port = None
            self._changed.notify_all()

    def stop(self):
        with self._changed:
            self.stopping = True
            self._end.set()
            self._changed.notify_all()

    def where(self, past=0):
        """The port and the life, once there is one after `past`; raises Stopped at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self.stopping or (self._port is not None and self.life > past),
                                   timeout=60)
            if self.stopping:
                raise Stopped
            assert self._port is not None, "no server came back"
            return self._port, self.life

    def on_sale(self, place):
        """The show that is on sale at the place; None where all of them are sold."""
        index = self._next[place]
        return self.programme[place][index] if index < len(self.programme[place]) else None

    def places(self):
        """How many there are, over all shows."""
        return sum(len(seats) for shows in self.programme for _, _, seats in shows)

    def left(self, place):
        return len(self.programme[place]) - self._next[place]

    def sold(self, place, show):
        """This one was on sale there and is nearly sold: on to the next."""
        with self._changed:
            if self.on_sale(place) is show:  # otherwise another has seen it already
                self._next[place] += 1

    def count(self, op):
        with self._changed:
            self.answered += 1
            self.joined += op.name == "join" and op.status == 201
            self.refused_for_storage += op.outcome == "failed"
            if self.answered % 10 == 0:
                self._changed.notify_all()

    def pass_time(self, seconds):
        """The pace of the load: lets so much time pass, less at the end."""
        self._end.wait(seconds)

    def wait_for_answers(self, more, timeout=60):
        """Returns when `more` further requests have been answered, or all ends; false at the time limit."""
        with self._changed:
            target = self.answered + more
            return self._changed.wait_for(lambda: self.answered >= target or self.stopping, timeout=timeout)


class Wire:
    """One client's connection. Asks once, and records what came of it."""

    def __init__(self, site, number):
        self.site, self.number = site, number
        self.ops = []
        self._connection = None
        self._life = 0

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask(self, name, args, method, path, body=None, *, key=None):
        """The recorded operation. `args["token"]`, where there is one, is the credential."""
        headers = {"Authorization": f"Bearer {args['token']}"} if "token" in args else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        if body is not None:
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        self._connect()
        op = Op(self.number, name, args, time.monotonic(), life=self._life, key=key)
        self.ops.append(op)
        try:
            self._connection.request(method, path, body=body, headers=headers)
            response = self._connection.getresponse()
            text = response.read().decode()
        except (OSError, http.client.HTTPException):
            op.lost = time.monotonic()
            self.close()
            return op
        op.ended = time.monotonic()
        if response.will_close:
            self.close()
        op.status, op.text = response.status, text
        op.replayed = response.getheader("Idempotent-Replay") == "true"
        op.outcome = self._outcome(op)
        if op.outcome == "unknown":
            op.lost = op.ended
        self.site.count(op)
        return op

    @staticmethod
    def _outcome(op):
        if op.status < 400:
            return "ok"
        if op.status < 500:
            return "refused"
        return "failed" if op.status == 503 and op.code == "storage-unavailable" else "unknown"

    def _connect(self):
        port, life = self.site.where()
        if life != self._life:
            self.close()
        while self._connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
            try:
                connection.connect()
                self._connection = connection
            except OSError:
                connection.close()
                port, life = self.site.where(past=life)
        self._life = life


class Words:
    """The contract's words over a wire; each returns the recorded operation."""

    def __init__(self, wire):
        self.wire = wire

    def charge(self, user, amount, key):
        return self.wire.ask("charge", {"user": user, "amount": amount}, "POST",
                             f"/api/v1/users/{user}/balance/charges", {"amount": amount}, key=key)

    def balance(self, user):
        return self.wire.ask("balance", {"user": user}, "GET", f"/api/v1/users/{user}/balance")

    def join(self, user, concert):
        return self.wire.ask("join", {"user": user, "concert": concert}, "POST",
                             f"/api/v1/concerts/{concert}/queue/tokens", {"userId": user})

    def poll(self, owner):
        return self.wire.ask("poll", owner, "GET", "/api/v1/queue/token")

    def enter(self, owner):
        return self.wire.ask("enter", owner, "POST", "/api/v1/queue/token/entry")

    def leave(self, owner):
        return self.wire.ask("leave", owner, "DELETE", "/api/v1/queue/token")

    def seats(self, owner, date):
        return self.wire.ask("seats", {**owner, "date": date}, "GET",
                             f"/api/v1/concerts/{owner['concert']}/dates/{date}/seats")

    def hold(self, owner, date, seats, key):
        return self.wire.ask("hold", {**owner, "date": date, "seats": seats}, "POST", "/api/v1/reservations",
                             {"date": date, "seatNumbers": seats}, key=key)

    def release(self, owner, reservation):
        return self.wire.ask("release", {**owner, "reservation": reservation}, "DELETE",
                             f"/api/v1/reservations/{reservation}")

    def pay(self, owner, reservation, key):
        return self.wire.ask("pay", {**owner, "reservation": reservation}, "POST", "/api/v1/payments",
                             {"reservationId": reservation}, key=key)

    def payment(self, payment):
        return self.wire.ask("payment", {"payment": payment}, "GET", f"/api/v1/payments/{payment}")


class Person(threading.Thread):
    """Comes again and again, each time under another name, to one of the places, until the site stops."""

    def __init__(self, site, number, seed, behaviour, places):
        super().__init__(name=f"person-{number}", daemon=True)
        self.site, self.number = site, number
        self.wire = Wire(site, number)
        self.words = Words(self.wire)
        self.failure = None
        self._random = random.Random(f"{seed}/{number}")
        self._behaviour = behaviour
        self._places = places
        self._visits = 0
        self._keys = 0

    def run(self):
        try:
            while True:
                self._visits += 1
                self.visit(f"u{self.number}-{self._visits}")
        except Stopped:
            pass
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure
            self.site.stop()
        finally:
            self.wire.close()

    def _likely(self, name):
        return self._random.random() < getattr(self._behaviour, name)

    def _key(self):
        self._keys += 1
        return f"k{self.number}-{self._keys}"

    def insist(self, word, *arguments):
        """Asks until there is an answer that is not a 5xx. In between it looks at its balance: reads must go on."""
        while True:
            op = word(*arguments)
            if op.outcome in ("ok", "refused") and op.code != "idempotency-in-progress":
                return op
            self.site.where()
            if op.outcome == "failed":
                self.words.balance(op.args["user"])

    def _destination(self):
        """A place and the show there."""
        place = self._random.choice(self._places)
        if self.site.on_sale(place) is None and place == LAST_PLACE:
            place = 0
        show = self.site.on_sale(place)
        assert show is not None, "everything is sold: the load needs more dates"
        return place, show

    def visit(self, user):
        place, show = self._destination()
        concert, _, _ = show
        amount = 100 if self._likely("too_little_money") else 1000
        self.insist(self.words.charge, user, amount, self._key())
        joined = self.insist(self.words.join, user, concert)
        if joined.code == "sold-out":
            self.site.sold(place, show)
        if joined.outcome != "ok":
            return
        owner = {"token": joined.body["token"], "user": user, "concert": concert}
        if not self._wait_for_admission(owner, joined):
            return
        if self._random.random() < 0.8:
            self.insist(self.words.enter, owner)
        holding = self._choose(owner, place, show)
        if holding:
            self._buy(owner, holding)
        else:
            self.insist(self.words.leave, owner)

    def _wait_for_admission(self, owner, seen):
        vanishes = self._likely("vanish")
        for _ in range(POLLS_MAX):
            if seen.outcome != "ok" or vanishes:
                return False
            if seen.body["status"] != "WAITING":
                return True
            if self._likely("leave_the_line"):
                break
            self.site.pass_time(PAUSE_SECONDS)
            seen = self.insist(self.words.poll, owner)
        self.insist(self.words.leave, owner)
        return False

    def _choose(self, owner, place, show):
        """Looks at the map and holds what seems free, against everybody else who does the same."""
        _, date, seats = show
        shown = self.insist(self.words.seats, owner, date)
        if shown.outcome != "ok":
            return []
        free = [seat["seatNumber"] for seat in shown.body["seats"] if seat["status"] == "AVAILABLE"]
        sold = sum(seat["status"] == "RESERVED" for seat in shown.body["seats"])
        if sold > NEARLY_SOLD * len(seats) and place != LAST_PLACE:
            self.site.sold(place, show)
        holding = []
        for _ in range(4):
            # Sometimes blindly, so that refusals happen too.
            among = free if free and self._random.random() < 0.7 else seats
            wanted = self._random.sample(among, min(len(among), self._random.randint(1, self._behaviour.seats_max)))
            held = self.insist(self.words.hold, owner, date, wanted, self._key())
            if held.outcome != "ok":
                continue
            holding.append(held.body["reservationId"])
            if self._likely("release"):
                self.insist(self.words.release, owner, holding.pop())
            elif not self._likely("second_hold"):
                break
        return holding

    def _buy(self, owner, holding):
        if self._likely("vanish"):
            return
        if self._likely("leave_holding"):
            self.insist(self.words.leave, owner)
            return
        key, reservation = self._key(), self._random.choice(holding)
        paid = self.insist(self.words.pay, owner, reservation, key)
        if paid.code == "insufficient-balance":
            self.insist(self.words.charge, owner["user"], paid.body["amount"], self._key())
            paid = self.insist(self.words.pay, owner, reservation, key)
        self.insist(self.words.balance, owner["user"])
        if paid.outcome == "ok" and self._likely("replay"):
            self.insist(self.words.pay, owner, reservation, key)
            self.insist(self.words.payment, paid.body["paymentId"])
            self.insist(self.words.seats, owner, paid.body["date"])


@dataclass
class Crowd:
    """People on threads of their own. `seed` makes their choices; the interleaving is the machine's."""

    site: Site
    size: int = 16
    size_of_last_place: int = 3
    seed: int = 1
    behaviour: Behaviour = field(default_factory=Behaviour)
    people: list = field(default_factory=list)

    def start(self):
        for number in range(self.size):
            places = [LAST_PLACE] if number < self.size_of_last_place else range(LAST_PLACE)
            self.people.append(Person(self.site, number, self.seed, self.behaviour, places))
        for person in self.people:
            person.start()
        return self

    def raise_failure(self):
        for person in self.people:
            if person.failure is not None:
                raise person.failure

    def stop(self):
        """Ends the load and returns what was recorded."""
        self.site.stop()
        for person in self.people:
            person.join(timeout=60)
            assert not person.is_alive(), f"{person.name} hangs"
        self.raise_failure()
        ops = [op for person in self.people for op in person.wire.ops]
        return History(ops, dict(self.site.deaths), dict(self.site.endings))
