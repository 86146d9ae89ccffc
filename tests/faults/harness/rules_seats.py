# SPDX-License-Identifier: MIT
"""Each seat is a register: AVAILABLE, then HELD by one reservation, then AVAILABLE again or RESERVED by that one for
good. Seat maps and refusals are reads of it.

The database says which reservations there were and how each ended; the history bounds when: a reservation begins
within the requests that asked for it and ends within those that could have ended it, or when its time is up.
"""

from collections import defaultdict
from datetime import datetime, timezone
from functools import partial

from harness.history import FOREVER
from harness.register import Read, Write, why_not_linearizable

AVAILABLE = ("AVAILABLE", None)
# The server keeps whole milliseconds.
EARLY_SECONDS = 0.002


def millis(text):
    """An instant of an answer as the database keeps it."""
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    return round(at.timestamp() * 1000)


def seats_of_reservations(state):
    """Reservation id to the list of its seat numbers, in order."""
    seats = defaultdict(list)
    for row in sorted(state["reservation_seats"], key=lambda row: row["place"]):
        seats[row["reservation_id"]].append(row["seat_number"])
    return seats


def told_reservations(history):
    """Reservation id to the operations that were answered with it."""
    told = defaultdict(list)
    for op in history.named("hold"):
        if op.outcome == "ok":
            told[op.body["reservationId"]].append(op)
    return told


def holds_are_kept(case):
    """Each acknowledged hold is in the database, with the same data, and none was made longer."""
    rows = {row["reservation_id"]: row for row in case.state["reservations"]}
    seats = seats_of_reservations(case.state)
    for reservation, ops in told_reservations(case.history).items():
        row = rows.get(reservation)
        if row is None:
            yield f"a hold was acknowledged and is not there: {ops[0]}"
            continue
        kept = {"userId": row["user_id"], "concertId": row["concert_id"], "date": row["date"],
                "amount": row["amount"], "heldAt": row["held_shown_at"],
                "lasts": row["expires_at"] - row["held_at"],
                "seats": seats[reservation]}
        for op in ops:
            body = op.body
            told = {**{name: body[name] for name in ("userId", "concertId", "date", "amount")},
                    "heldAt": millis(body["heldAt"]),
                    "lasts": millis(body["expiresAt"]) - millis(body["heldAt"]),
                    "seats": [seat["seatNumber"] for seat in body["seats"]]}
            if told != kept:
                yield f"a hold was acknowledged as {told} and is kept as {kept}"
    for row in rows.values():
        if row["expires_at"] - row["held_at"] != round(case.hold_seconds * 1000):
            yield f"a hold of {row['user_id']} lasts {(row['expires_at'] - row['held_at']) / 1000} s"


def same_choice(op, row, seats):
    args = op.args
    return (args["user"], args["concert"], args["date"]) == (row["user_id"], row["concert_id"], row["date"]) and \
        sorted(args["seats"]) == sorted(seats)


class Tenures:
    """When each reservation of the database began and ended, as far as the history tells."""

    def __init__(self, case):
        self.case = case
        self.faults = []
        self._told = told_reservations(case.history)
        self._seats = seats_of_reservations(case.state)
        self._by_user = defaultdict(list)
        for op in case.history.named("hold", "release", "leave", "pay"):
            if op.may_have_happened:
                self._by_user[op.args["user"]].append(op)

    def of_seats(self):
        """(concert, date, seat) to the list of writes."""
        writes = defaultdict(list)
        for row in self.case.state["reservations"]:
            reservation = row["reservation_id"]
            began = self._began(row)
            ended = self._ended(row, began) if began else None
            held = ("HELD", reservation)
            for seat in self._seats[reservation] if began else ():
                place = (row["concert_id"], row["date"], seat)
                writes[place].append(Write(*began, AVAILABLE, held, f"the hold of {row['user_id']}"))
                if ended:
                    after = ("RESERVED", reservation) if row["status"] == "PAID" else AVAILABLE
                    writes[place].append(Write(*ended, held, after, f"the end ({row['status']}) of that hold of "
                                                                    f"{row['user_id']}"))
        return writes

    def _began(self, row):
        reservation = row["reservation_id"]
        told = self._told[reservation]
        answered = {id(op) for op in told}
        asked = [op for op in self._by_user[row["user_id"]]
                 if op.name == "hold" and (id(op) in answered or op.outcome == "unknown")
                 and same_choice(op, row, self._seats[reservation])]
        if not asked:
            self.faults.append(f"there is a reservation of {row['user_id']} that nobody asked for, or that was refused")
            return None
        bound = told or asked
        return min(op.began for op in asked), (min if told else max)(op.ended for op in bound)

    def _ended(self, row, began):
        status = row["status"]
        if status == "HELD":
            return None
        if status == "EXPIRED":
            late = self.case.late_seconds
            hold = self.case.hold_seconds
            return began[0] + hold - EARLY_SECONDS, FOREVER if late is None else began[1] + hold + late
        asked = [op for op in self._by_user[row["user_id"]] if self._may_end(op, row)]
        if not asked:
            self.faults.append(f"a reservation of {row['user_id']} is {status}, and nobody asked for that")
            return None
        certain = [op.ended for op in asked if op.outcome == "ok" and op.began >= began[0]]
        return min(op.began for op in asked), min(certain) if certain else max(op.ended for op in asked)

    def _may_end(self, op, row):
        reservation = row["reservation_id"]
        if op.name == "hold" or op.args["concert"] != row["concert_id"]:
            return False
        if op.name == "release":
            return row["status"] == "RELEASED" and op.args["reservation"] == reservation
        if op.name == "leave":
            return row["status"] == "RELEASED"
        return (op.args["reservation"] == reservation) == (row["status"] == "PAID")


def explains(status, user, mine, holders, value):
    """Whether a seat that was shown to `user` so was this value. `mine` is None where the answer does not say."""
    return value[0] == status and (mine is None or mine == (holders.get(value[1]) == user))


def reads_of_seats(case, holders):
    """(concert, date, seat) to the list of reads."""
    reads = defaultdict(list)

    def add(op, seat, status, mine):
        place = (op.args["concert"], op.args["date"], seat)
        seen = partial(explains, status, op.args["user"], mine, holders)
        reads[place].append(Read(op.began, op.ended, seen, f"that {op.args['user']} saw {status} (mine: {mine})"))

    for op in case.history.named("seats"):
        for seat in op.body["seats"] if op.outcome == "ok" else ():
            add(op, seat["seatNumber"], seat["status"], seat["mine"])
    for op in case.history.named("hold"):
        for conflict in op.body["conflicts"] if op.code == "seat-taken" else ():
            add(op, conflict["seatNumber"], conflict["status"], None)
    return reads


def reads_of_gone_holds(case):
    """The same, from those who were told that their hold is over."""
    places = {}
    for row in case.state["reservations"]:
        places[row["reservation_id"]] = (row["concert_id"], row["date"])
    seats = seats_of_reservations(case.state)
    reads = defaultdict(list)
    for op in case.history.named("pay", "release"):
        reservation = op.args["reservation"]
        for seat in seats[reservation] if op.code == "hold-gone" else ():
            reads[*places[reservation], seat].append(
                Read(op.began, op.ended, partial(differs, ("HELD", reservation)), f"that {op.args['user']} was told "
                                                                                  "that the hold is gone"))
    return reads


def differs(value, other):
    return value != other


def reads_of_sold_out(case):
    """The same, from those who were told that a concert is sold out."""
    seats = defaultdict(list)
    for row in case.state["seats"]:
        seats[row["concert_id"]].append((row["concert_id"], row["date"], row["seat_number"]))
    reads = defaultdict(list)
    for op in case.history.ops:
        if op.code == "sold-out" or op.code == "token-expired" and op.body["reason"] == "SOLD_OUT":
            for place in seats[op.args["concert"]]:
                reads[place].append(Read(op.began, op.ended, partial(explains, "RESERVED", None, None, None),
                                         f"that {op.args['user']} was told that all is sold"))
    return reads


def each_seat_is_a_register(case):
    """Hold, release, expiry and sale of each seat have an order that explains all that was seen of it."""
    tenures = Tenures(case)
    writes = tenures.of_seats()
    yield from tenures.faults
    holders = {row["reservation_id"]: row["user_id"] for row in case.state["reservations"]}
    reads = defaultdict(list)
    for some in (reads_of_seats(case, holders), reads_of_gone_holds(case), reads_of_sold_out(case)):
        for place, seen in some.items():
            reads[place] += seen
    final = {(row["concert_id"], row["date"], row["seat_number"]): (row["status"], row["reservation_id"])
             for row in case.state["seats"]}
    for place in writes.keys() | reads.keys() | final.keys():
        last = final.get(place)
        at_the_end = Read(FOREVER, FOREVER, lambda value, last=last: value == last, f"the last state {last}")
        why = why_not_linearizable([*writes[place], *reads[place], at_the_end], AVAILABLE)
        if why:
            yield f"seat {place[2]} of {place[0]} on {place[1]}: {why}"


def what_was_given_up_is_free(case):
    """A release and a departure that were acknowledged are there."""
    rows = {row["reservation_id"]: row for row in case.state["reservations"]}
    told = told_reservations(case.history)
    for op in case.history.named("release"):
        row = rows.get(op.args["reservation"])
        if op.outcome == "ok" and row is not None and row["status"] != "RELEASED":
            yield f"a release was acknowledged, and the reservation is {row['status']}: {op}"
    departures = [op for op in case.history.named("leave", "pay") if op.outcome == "ok" and not op.replayed]
    held = defaultdict(list)
    for row in rows.values():
        if row["status"] == "HELD":
            held[row["user_id"], row["concert_id"]].append(row["reservation_id"])
    for op in departures:
        for reservation in held[op.args["user"], op.args["concert"]]:
            if any(hold.ended < op.began for hold in told[reservation]):
                yield f"a hold outlived the departure of its holder: {op}"


seat_rules = (holds_are_kept, each_seat_is_a_register, what_was_given_up_is_free)
