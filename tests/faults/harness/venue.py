# SPDX-License-Identifier: MIT
"""A server with its shows, the crowd before it, and the verdict on both at the end."""

import os
import random
import signal
from datetime import date, timedelta
from pathlib import Path

from harness.checker import Case, assert_sound
from harness.history import read_state
from harness.load import Crowd, Site, Wire, Words
from support.catalogue import write_catalogue
from support.server import STOP_DEADLINE_SECONDS, Server, run

HOLD_SECONDS = 2
CAPACITY = 8
ASKED_AGAIN_MAX = 1500
FIRST_DATE = date(2027, 1, 1)
# Short, so that everything falls due while a test runs.
SETTINGS = {"reservation.hold_seconds": HOLD_SECONDS, "queue.max_active": CAPACITY, "queue.entry_window_seconds": 1,
            "queue.session_seconds": 4, "queue.abandon_after_seconds": 3, "log.level": "warn"}


def show(concert, dates, seats):
    """A catalogue and the same as the crowd knows it."""
    names = [(FIRST_DATE + timedelta(days=number)).isoformat() for number in range(dates)]
    content = {"concertId": concert, "title": f"The {concert}", "venue": "Blue Hall", "currency": "KRW",
               "categories": [{"name": "R", "price": 120}, {"name": "S", "price": 70}], "dates": names,
               "rows": [{"row": "A", "from": 1, "to": seats // 2, "category": "R"},
                        {"row": "B", "from": 1, "to": seats - seats // 2, "category": "S"}]}
    numbers = [f"A-{n + 1}" for n in range(seats // 2)] + [f"B-{n + 1}" for n in range(seats - seats // 2)]
    return content, (concert, names, numbers)


class Venue:
    """`directory` holds all of it. The clock is the real one; the port changes with each start."""

    def __init__(self, directory, *, concerts=("gala", "opera"), dates=60, seats=24, settings=None, database=None):
        self.directory = Path(directory)
        self.settings = {**SETTINGS, **(settings or {})}
        self.server = Server(self.directory, settings=self.settings, database=database or "stage.db",
                             test_clock=False)
        shows = []
        for concert in concerts:
            content, known = show(concert, dates, seats)
            path = write_catalogue(self.directory / f"{concert}.json", content)
            imported = run("import", path, "--database", self.server.database)
            assert imported.returncode == 0, imported
            shows.append(known)
        self.site = Site(shows)
        self.crowd = None

    def start(self):
        self.server.start()
        self.site.up(self.server.port)
        return self

    def open_doors(self, **options):
        self.crowd = Crowd(self.site, **options).start()

    def answered(self, more, timeout=60):
        """Lets the crowd get so many more answers."""
        enough = self.site.wait_for_answers(more, timeout)
        assert enough, f"no {more} answers in {timeout} s; {self.server.log()[-2000:]}"

    def kill(self):
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
        self.server.process.send_signal(signal.SIGTERM)
        code = self.died(STOP_DEADLINE_SECONDS)
        assert code == 0, f"exit code {code}; {self.server.log()[-2000:]}"

    def verdict(self, *, all_answered=False, late_seconds=3.0, seed=1):
        """Ends the load, asks again for what was promised, stops, audits, and judges. Returns the case, which is
        sound."""
        history = self.crowd.stop()
        if self.server.running:
            history.ops += self._ask_again(history, seed)
            self.stop()
        history.deaths = dict(self.site.deaths)
        self.server.audit()
        case = Case(history, read_state(self.server.database), HOLD_SECONDS, late_seconds,
                    {concert: CAPACITY for concert, _, _ in self.site.shows}, all_answered)
        assert_sound(case, Path(os.environ.get("TMPDIR", "/tmp")) / f"stagedoor-history-{os.getpid()}.jsonl")
        return case

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
