# SPDX-License-Identifier: MIT
"""What clients asked and what they were told, with the time of both, and what the database holds in the end.

Times are seconds of one monotonic clock, the same for all clients. An operation has one of four outcomes:

  ok       a 2xx: it happened, between `began` and `ended`
  refused  a 4xx: it did not happen
  failed   a 503 `storage-unavailable`: it did not happen, which is a promise
  unknown  any other 5xx, or no whole answer: it happened at some instant from `began` on, or never; `lost` is when
           the client knew
"""

import contextlib
import json
import sqlite3
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property

FOREVER = float("inf")
TABLES = ("accounts", "ledger_entries", "payments", "tickets", "reservations", "reservation_seats", "queue_tokens",
          "queue_lines")
# Those too that are AVAILABLE, of which the table `seats` has no rows.
EVERY_SEAT = """
    SELECT d.concert_id, d.date, seat.value AS seat_number, COALESCE(s.status, 'AVAILABLE') AS status, s.reservation_id
    FROM concert_dates AS d JOIN concert_halls AS h USING (concert_id), json_each(h.seats) AS run,
    json_each(run.value, '$.seats') AS seat LEFT JOIN seats AS s
    ON s.concert_id = d.concert_id AND s.date = d.date AND s.seat_number = seat.value"""


@dataclass
class Op:
    """One invocation and its answer. `life` counts the starts of the server, `text` is the answer's body."""

    client: int
    name: str
    args: dict
    began: float
    ended: float = FOREVER
    outcome: str = "unknown"
    life: int = 0
    status: int | None = None
    text: str = ""
    key: str | None = None
    replayed: bool = False
    lost: float | None = None

    @cached_property
    def body(self):
        return json.loads(self.text) if self.text else {}

    @property
    def code(self):
        """The code of the problem that it was answered with, or None."""
        return self.body.get("code") if self.status is not None and self.status >= 400 else None

    @property
    def may_have_happened(self):
        return self.outcome in ("ok", "unknown")

    def __str__(self):
        shown = {name: value for name, value in self.args.items() if name != "token"}
        return f"{self.name} {shown} → {self.status or 'no answer'} {self.code or ''}".rstrip()


@dataclass
class History:
    """All operations. `endings`: life of the server to the instant from which it may break off; before that every
    request has an answer. `deaths`: the instant at which it was over; what had not happened by then never did."""

    ops: list = field(default_factory=list)
    deaths: dict = field(default_factory=dict)
    endings: dict = field(default_factory=dict)

    def settled(self):
        """The same, sorted, with every unknown operation bounded by the end of the life that it was sent to."""
        ops = [replace(op, ended=self.deaths.get(op.life, FOREVER)) if op.outcome == "unknown" else op
               for op in self.ops]
        return replace(self, ops=sorted(ops, key=lambda op: op.began))

    def named(self, *names):
        return [op for op in self.ops if op.name in names]

    def slowness(self):
        """The longest time that somebody waited for an answer, or that no server was there: on a machine that is busy
        with other things everything else may be as late."""
        waits = [op.ended - op.began for op in self.ops if op.outcome in ("ok", "refused")]
        first = {}
        for op in self.ops:
            first[op.life] = min(op.began, first.get(op.life, FOREVER))
        outages = [first[life + 1] - at for life, at in self.deaths.items() if life + 1 in first]
        return max(waits, default=0) + max(outages, default=0)

    def as_of(self, began, ended):
        """What a copy that was made between the two instants may hold: all that was answered before must be in it,
        nothing that was asked after may be, and the rest is unknown."""
        ops = []
        for op in self.ops:
            if op.ended <= began:
                ops.append(op)
            elif op.began <= ended and op.may_have_happened:
                ops.append(replace(op, outcome="unknown", status=None, text="", replayed=False, ended=FOREVER,
                                   lost=None))
        return History(ops, {life: at for life, at in self.deaths.items() if at < began}, self.endings)

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            lives = {"deaths": list(self.deaths.items()), "endings": list(self.endings.items())}
            file.write(json.dumps(lives) + "\n")
            for op in self.ops:
                file.write(json.dumps(asdict(op)) + "\n")

    @classmethod
    def load(cls, path):
        with open(path, encoding="utf-8") as file:
            lives = json.loads(next(file))
            ops = [Op(**json.loads(line)) for line in file]
            return cls(ops, dict(lives["deaths"]), dict(lives["endings"]))


def read_state(path):
    """The tables of a database that no server has open: table to a list of rows, each a dict."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        read = {table: f"SELECT * FROM {table}" for table in TABLES} | {"seats": EVERY_SEAT}
        state = {table: [dict(row) for row in connection.execute(sql)] for table, sql in read.items()}
    for row in state["queue_tokens"]:
        row["token"] = f"qt_{row['token'].hex()}"
    return state
