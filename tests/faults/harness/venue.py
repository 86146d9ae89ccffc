# SPDX-License-Identifier: MIT
"""A server with its shows, the crowd before it, and the verdict on both at the end."""

import contextlib
import http.client
import json
import os
import random
import signal
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from harness.checker import Case, assert_sound
from harness.history import read_state
from harness.load import LAST_PLACE, Crowd, Site, Wire, Words
from support.client import UnixConnection
from support.server import STOP_DEADLINE_SECONDS, Server

HOLD_SECONDS = 2
CAPACITY = 4
PATIENCE_SECONDS = {"ENTRY_MISSED": 1, "SESSION_ENDED": 4, "ABANDONED": 3}
ASKED_AGAIN_MAX = 1500
FIRST_DATE = date(2027, 1, 1)
# Short, so that everything falls due while a test runs.
SETTINGS = {"reservation.hold_seconds": HOLD_SECONDS, "queue.max_active": CAPACITY,
            "queue.entry_window_seconds": PATIENCE_SECONDS["ENTRY_MISSED"],
            "queue.session_seconds": PATIENCE_SECONDS["SESSION_ENDED"],
            "queue.abandon_after_seconds": PATIENCE_SECONDS["ABANDONED"], "log.level": "warn"}
DATES_AT_ONCE = 80
MATINEES_AT_ONCE = 20
MATINEES_A_SEASON = 100  # they sell out faster
MATINEE_SEATS = 4
MATINEE_PACE = 1200  # admissions a minute


def play(concert, dates, seats, **queue):
    """A catalogue, and its dates as the crowd knows them."""
    names = [(FIRST_DATE + timedelta(days=number)).isoformat() for number in range(dates)]
    content = {"concertId": concert, "title": f"The {concert}", "venue": "Blue Hall", "currency": "KRW",
               "categories": [{"name": "R", "price": 120}, {"name": "S", "price": 70}], "dates": names,
               "rows": [{"row": "A", "from": 1, "to": seats // 2, "category": "R"},
                        {"row": "B", "from": 1, "to": seats - seats // 2, "category": "S"}], "queue": queue}
    numbers = [f"A-{n + 1}" for n in range(seats // 2)] + [f"B-{n + 1}" for n in range(seats - seats // 2)]
    return content, [(concert, name, numbers) for name in names]


class Restart(NamedTuple):
    """How long a start took until it was ready, and how much it had to load: the places that are on sale, and who has
    joined, since whoever is over is remembered for a day."""

    seconds: float
    live: int


class Venue:
    """`directory` holds all of it. The clock is the real one; the port changes with each start.

    Two concerts at a time with many dates of `seats` seats, and matinees: small concerts for one person at a time, at a
    pace, which sell out while others wait. More of them are put on sale at the next start where few are left; `seasons`
    is how much of it is put on sale at the first start, so that none comes for as long as that lasts."""

    def __init__(self, directory, *, seats=24, database="stage.db", seasons=1):
        self.server = Server(Path(directory), settings=SETTINGS, database=database, test_clock=False)
        self.site = Site([[], [], []])
        self.crowd = None
        self.capacity, self.pace = {}, {}
        self._seats = seats
        self._on_sale = []  # the catalogues
        self._seasons = seasons
        self.starts = []

    def start(self):
        began = time.monotonic()
        self.server.start()
        self.starts.append(Restart(time.monotonic() - began, self.site.places() + self.site.joined))
        self._put_on_sale(self._seasons if len(self.starts) == 1 else 0)
        self.site.up(self.server.port)
        return self

    def _put_on_sale(self, seasons):
        """So many seasons, and what there is little left of."""
        concerts = []
        for place, concert in enumerate(("gala", "opera")):
            first = len(self.site.programme[place]) // DATES_AT_ONCE
            for number in range(seasons or self.site.left(place) < DATES_AT_ONCE // 2):
                name = f"{concert}-{first + number}"
                concerts.append((place, play(name, DATES_AT_ONCE, self._seats, maxActive=CAPACITY)))
        if seasons or self.site.left(LAST_PLACE) < MATINEES_AT_ONCE // 2:
            for number in range(MATINEES_AT_ONCE + MATINEES_A_SEASON * max(0, seasons - 1)):
                name = f"matinee-{len(self.site.programme[LAST_PLACE]) + number}"
                concerts.append((LAST_PLACE, play(name, 1, MATINEE_SEATS, maxActive=1,
                                                  admissionsPerMinute=MATINEE_PACE)))
        admin = self.server.admin()
        for place, (content, shows) in concerts:
            admin.post("/api/v1/admin/catalogue", content).ok(200)
            self.capacity[content["concertId"]] = content["queue"]["maxActive"]
            self.pace[content["concertId"]] = content["queue"].get("admissionsPerMinute", 0)
            self.site.programme[place] += shows
            self._on_sale.append(content)
        admin.close()

    def import_again(self, chance):
        """One of the catalogues under another title, to the end or until the server is killed meanwhile."""
        content = {**chance.choice(self._on_sale), "title": f"The {chance.random()}"}
        with contextlib.suppress(OSError, http.client.HTTPException), \
                contextlib.closing(UnixConnection(self.server.socket_path)) as connection:
            connection.request("POST", "/api/v1/admin/catalogue", json.dumps(content),
                               {"Content-Type": "application/json"})
            assert connection.getresponse().status == 200

    def open_doors(self, **options):
        self.crowd = Crowd(self.site, **options).start()

    def answered(self, more, timeout=60):
        """Lets the crowd get so many more answers."""
        enough = self.site.wait_for_answers(more, timeout)
        self.crowd.raise_failure()
        assert enough, f"no {more} answers in {timeout} s; {self.server.log()[-2000:]}"

    def kill(self):
        self.site.ending()
        self.server.kill()
        self.site.down()

    def died(self, timeout=20):
        """Waits for the process to end by itself; returns its exit code."""
        code = self.server.process.wait(timeout=timeout)
        self.server.finish()
        self.site.down()
        return code

    def stop(self):
        """A stop in good order while the crowd goes on; returns when the process has ended."""
        self.site.ending()
        self.server.process.send_signal(signal.SIGTERM)
        code = self.died(STOP_DEADLINE_SECONDS)
        assert code == 0, f"exit code {code}; {self.server.log()[-2000:]}"

    def verdict(self, *, seed=1, **options):
        """Ends the load, asks again for what was promised, stops, audits, and judges. Returns the case, which is
        sound. `options` are those of a Case."""
        history = self.crowd.stop()
        if self.server.running:
            history.ops += self._ask_again(history, seed)
            self.stop()
        history.deaths, history.endings = dict(self.site.deaths), dict(self.site.endings)
        self.server.audit()
        case = self.case(history, self.server.database, **options)
        assert_sound(case, Path(tempfile.gettempdir()) / f"stagedoor-history-{os.getpid()}.jsonl")
        return case

    def case(self, history, database, **options):
        """What there is to judge, by what the crowd was told and a database that no server has open."""
        return Case(history, read_state(database), hold_seconds=HOLD_SECONDS, capacity=self.capacity, pace=self.pace,
                    patience_seconds=PATIENCE_SECONDS, **options)

    def _ask_again(self, history, seed):
        """Every payment again with its key, and by its link; a sample of charges, tokens and balances."""
        self.site.stopping = False
        wire = Wire(self.site, -1)
        words = Words(wire)
        chance = random.Random(seed)

        def some(ops):
            return ops if len(ops) <= ASKED_AGAIN_MAX else chance.sample(ops, ASKED_AGAIN_MAX)

        pays = {(op.args["user"], op.key): op for op in history.named("pay")}
        for op in some(list(pays.values())):
            paid = words.pay({name: op.args[name] for name in ("token", "user", "concert")}, op.args["reservation"],
                             op.key)
            if paid.outcome == "ok":
                words.payment(paid.body["paymentId"])
        for op in some([op for op in history.named("charge") if op.outcome != "refused"]):
            words.charge(op.args["user"], op.args["amount"], op.key)
        for op in some([op for op in history.named("join") if op.outcome == "ok"]):
            words.poll({"token": op.body["token"], "user": op.args["user"], "concert": op.args["concert"]})
        for user in some(sorted({op.args["user"] for op in history.named("charge")})):
            words.balance(user)
        wire.close()
        return wire.ops
