# SPDX-License-Identifier: MIT
"""An Idempotency-Key answers once: the same bytes each time, and one effect. Payments, whose keys matter most, are
compared with the database one by one."""

from collections import defaultdict

from harness.rules_seats import millis

# These refusals say nothing about whether the first request with the key has happened.
SILENT = ("idempotency-in-progress", "idempotency-key-reused")


def scope_of(op):
    """Keys of different callers and paths are different keys."""
    return op.name, op.args.get("concert"), op.args["user"], op.key


def by_key(history):
    attempts = defaultdict(list)
    for op in history.named("charge", "hold", "pay"):
        if op.key is not None:
            attempts[scope_of(op)].append(op)
    return attempts


def a_key_answers_once(case):
    """The first success binds the key: all later answers are its bytes, and say that they are a replay."""
    for attempts in by_key(case.history).values():
        answers = [op for op in attempts if op.outcome == "ok"]
        if len({(op.status, op.text) for op in answers}) > 1:
            yield f"one key, several answers: {[op.text[:200] for op in answers]}"
        fresh = [op for op in answers if not op.replayed]
        if len(fresh) > 1:
            yield f"{len(fresh)} answers to one key that are no replay: {fresh[0]}"
        first = min((op.ended for op in answers), default=None)
        for op in attempts:
            if op.outcome == "refused" and first is not None and op.began > first and op.code not in SILENT:
                yield f"a key that was bound was refused later: {op}"


def what_a_key_was_refused_has_not_happened(case):
    """A payment whose answer was lost is answered again, or had not happened: never refused for its own effect."""
    paid = {row["reservation_id"] for row in case.state["payments"]}
    for (name, *_), attempts in by_key(case.history).items():
        if name != "pay" or attempts[0].args["reservation"] not in paid:
            continue
        last = max(attempts, key=lambda op: op.began)
        if last.outcome in ("refused", "failed") and last.code not in SILENT and \
                all(op.ended < last.began for op in attempts if op is not last):
            yield f"a payment was refused, and is there: {last}"


def told_payments(history):
    """Payment id to the operations that were answered with it."""
    told = defaultdict(list)
    for op in history.named("pay"):
        if op.outcome == "ok":
            told[op.body["paymentId"]].append(op)
    return told


def payments_are_kept(case):
    """Each acknowledged payment is there with the same data, and is shown with the same bytes."""
    rows = {row["payment_id"]: row for row in case.state["payments"]}
    tickets = defaultdict(list)
    for row in sorted(case.state["tickets"], key=lambda row: row["place"]):
        tickets[row["payment_id"]].append((row["seat_number"], row["price"], row["ticket_code"]))
    told = told_payments(case.history)
    for payment, ops in told.items():
        row = rows.get(payment)
        if row is None:
            yield f"a payment was acknowledged and is not there: {ops[0]}"
            continue
        body = ops[0].body
        said = (body["reservationId"], body["userId"], body["concertId"], body["date"], body["amount"],
                body["balanceAfter"], millis(body["paidAt"]),
                [(seat["seatNumber"], seat["price"], seat["ticketCode"]) for seat in body["seats"]])
        kept = (row["reservation_id"], row["user_id"], row["concert_id"], row["date"], row["amount"],
                row["balance_after"], row["paid_at"], tickets[payment])
        if said != kept:
            yield f"a payment was acknowledged as {said} and is kept as {kept}"
    for op in case.history.named("payment"):
        first = told.get(op.args["payment"])
        if first and (op.status, op.text) != (200, first[0].text) and op.outcome != "unknown":
            yield f"a payment is shown otherwise than it was acknowledged: {op.text[:200]}"


def each_payment_was_asked_for_once(case):
    """Each payment of the database belongs to one key, and each key to one payment."""
    asked = defaultdict(set)
    for op in case.history.named("pay"):
        if op.may_have_happened:
            asked[op.args["user"], op.args["reservation"]].add(op.key)
    sold = defaultdict(list)
    for row in case.state["payments"]:
        keys = asked.get((row["user_id"], row["reservation_id"]))
        if not keys:
            yield f"there is a payment of {row['user_id']} that nobody asked for, or that was refused"
        for key in keys or ():
            sold[row["user_id"], row["concert_id"], key].append(row["reservation_id"])
    for (user, _, key), reservations in sold.items():
        if key is not None and len(reservations) > 1:
            yield f"the key {key} of {user} paid {len(reservations)} times"
    seen = defaultdict(list)
    for row in case.state["tickets"]:
        seen[row["concert_id"], row["date"], row["seat_number"]].append(row["payment_id"])
    for place, payments in seen.items():
        if len(payments) > 1:
            yield f"seat {place[2]} of {place[0]} on {place[1]} is sold {len(payments)} times"


def a_hold_that_was_there_is_of_another_key(case):
    """A 200 says that an earlier request made this hold: with another key, since with this one it were a replay."""
    by_user = defaultdict(list)
    for op in case.history.named("hold"):
        if op.may_have_happened:
            by_user[op.args["user"]].append(op)
    for op in case.history.named("hold"):
        if op.outcome == "ok" and op.status == 200 and not op.replayed:
            if not any(other.key != op.key and other.began < op.ended and same_seats(other, op)
                       for other in by_user[op.args["user"]]):
                yield f"a key is not bound though its hold is there: {op}"


def same_seats(one, other):
    return all(one.args[name] == other.args[name] for name in ("concert", "date")) and \
        sorted(one.args["seats"]) == sorted(other.args["seats"])


def nothing_broke(case):
    """Every request has a whole answer as long as the server is not made to end. None is a 500, and the storage
    refuses nothing as long as there is room."""
    for op in case.broken_off:
        yield f"no answer, and the server went on: {op}"
    for op in case.history.ops:
        if op.status is not None and op.status >= 500 and op.status != 503:
            yield f"the server failed: {op}"
        if op.outcome == "failed" and not case.disk_fills:
            yield f"the storage refused, and there was room: {op}"


key_rules = (a_key_answers_once, what_a_key_was_refused_has_not_happened, payments_are_kept,
             each_payment_was_asked_for_once, a_hold_that_was_there_is_of_another_key, nothing_broke)
