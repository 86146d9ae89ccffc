# SPDX-License-Identifier: MIT
"""Each line is first come, first served, and what somebody was told of their place stays true."""

import bisect
import heapq
from collections import Counter, defaultdict

from harness.history import FOREVER
from harness.rules_seats import EARLY_SECONDS

ORDER = {"WAITING": 0, "ADMITTED": 1, "ENTERED": 2, "EXPIRED": 3}
INSIDE = ("ADMITTED", "ENTERED")


def sightings(history):
    """Token to what its owner was told of it: (operation, status, position, reason), in the order of the questions."""
    seen = defaultdict(list)
    for op in history.named("join", "poll", "enter"):
        if op.outcome == "ok":
            body = op.body
            seen[body.get("token") or op.args["token"]].append((op, body["status"], body["position"], None))
    for op in history.ops:
        token = op.args.get("token")
        if token is None:
            continue
        if op.code == "token-expired":
            seen[token].append((op, "EXPIRED", 0, op.body["reason"]))
        elif op.name == "hold" and op.outcome == "ok" and not op.replayed:
            seen[token].append((op, "ENTERED", 0, None))
        elif op.name == "leave" and op.outcome == "ok":
            seen[token].append((op, "EXPIRED", 0, "LEFT"))
        elif op.name == "pay" and op.outcome == "ok" and not op.replayed:
            seen[token].append((op, "EXPIRED", 0, "PAID"))
        elif op.code == "not-admitted":
            seen[token].append((op, "WAITING", op.body["position"], None))
    for told in seen.values():
        told.sort(key=lambda entry: entry[0].began)
    return seen


def joins(history):
    """Token to the first operation that was answered with it."""
    first = {}
    for op in history.named("join"):
        if op.outcome == "ok":
            first.setdefault(op.body["token"], op)
    return first


def state_of(row, sold_out):
    """Status and reason of a token in the database. `sold_out`: concert to the ticket through which it ended so."""
    if row["status"] == "WAITING" and row["ticket_number"] <= sold_out.get(row["concert_id"], 0):
        return "EXPIRED", "SOLD_OUT"
    return row["status"], row["reason"]


def sold_out_through(state):
    return {row["concert_id"]: row["sold_out_through"] for row in state["queue_lines"]}


def tokens_are_kept(case):
    """Each acknowledged token is there, with its owner, its ticket and nothing less than was told last."""
    rows = {row["token"]: row for row in case.state["queue_tokens"]}
    sold_out = sold_out_through(case.state)
    for token, op in joins(case.history).items():
        row = rows.get(token)
        told = (op.args["concert"], op.args["user"], op.body["ticketNumber"])
        kept = row and (row["concert_id"], row["user_id"], row["ticket_number"])
        if told != kept:
            yield f"a token was acknowledged as {told} and is kept as {kept}"
    for op in case.history.ops:
        if op.code == "token-unknown":
            yield f"a token that was given out is not known: {op}"
    for token, told in sightings(case.history).items():
        row = rows.get(token)
        if row is None:
            continue
        status, reason = state_of(row, sold_out)
        for op, said, _, why in told:
            if ORDER[said] > ORDER[status] or (why is not None and why != reason):
                yield f"{op.args.get('user')} was told {said} {why or ''} and is {status} {reason or ''}"


def each_token_was_asked_for(case):
    """No token of the database was refused, or asked for by nobody; no two have one ticket. Who was refused because the
    last seat was sold in that moment may have one that was over at once."""
    asked, too_late = Counter(), Counter()
    for op in case.history.named("join"):
        asked[op.args["concert"], op.args["user"]] += op.may_have_happened
        too_late[op.args["concert"], op.args["user"]] += op.code == "sold-out"
    sold_out = sold_out_through(case.state)
    tickets = set()
    for row in case.state["queue_tokens"]:
        owner = (row["concert_id"], row["user_id"])
        among = too_late if too_late[owner] and state_of(row, sold_out)[1] == "SOLD_OUT" else asked
        among[owner] -= 1
        if among[owner] < 0:
            yield f"{owner[1]} has a token that nobody asked for, or that was refused"
        ticket = (row["concert_id"], row["ticket_number"])
        if ticket in tickets:
            yield f"ticket {ticket[1]} of {ticket[0]} was given out twice"
        tickets.add(ticket)


def tickets_follow_the_order_of_joining(case):
    """Who was answered before another asked has the lower ticket; no ticket is given to two."""
    lines = defaultdict(list)
    for op in joins(case.history).values():
        if op.status == 201:
            lines[op.args["concert"]].append(op)
    for concert, ops in lines.items():
        if len({op.body["ticketNumber"] for op in ops}) < len(ops):
            yield f"a ticket of {concert} was given out twice"
        ended = sorted(ops, key=lambda op: op.ended)
        ends = [op.ended for op in ended]
        highest = [0]
        for op in ended:
            highest.append(max(highest[-1], op.body["ticketNumber"]))
        for op in ops:
            before = highest[bisect.bisect_left(ends, op.began)]
            if op.body["ticketNumber"] < before:
                yield f"{op.args['user']} joined {concert} behind ticket {before} and has {op.body['ticketNumber']}"


def nobody_goes_back(case):
    """WAITING, ADMITTED, ENTERED, over: in this direction only. A position never grows."""
    for told in sightings(case.history).values():
        ended = sorted(told, key=lambda entry: entry[0].ended)
        ends = [entry[0].ended for entry in ended]
        reached, nearest = [-1], [FOREVER]
        for _, status, position, _ in ended:
            reached.append(max(reached[-1], ORDER[status]))
            nearest.append(min(nearest[-1], position if status == "WAITING" else FOREVER))
        for op, status, position, _ in told:
            before = bisect.bisect_left(ends, op.began)
            if ORDER[status] < reached[before]:
                yield f"{op.args.get('user')} was told {status} after something later in the order"
            if status == "WAITING" and position > nearest[before]:
                yield f"the position of {op.args.get('user')} grew from {nearest[before]} to {position}"
            if status == "WAITING" and position < 1:
                yield f"{op.args.get('user')} waits in position {position}"


def admission_is_in_ticket_order(case):
    """Nobody is told to wait once somebody with a higher ticket was admitted; the database agrees."""
    first = joins(case.history)
    lines = defaultdict(lambda: ([], []))
    for token, told in sightings(case.history).items():
        if token not in first:
            continue
        ticket, concert = first[token].body["ticketNumber"], first[token].args["concert"]
        for op, status, _, _ in told:
            if status in INSIDE:
                lines[concert][0].append((op.ended, ticket))
            elif status == "WAITING":
                lines[concert][1].append((op, ticket))
    for concert, (admitted, waiting) in lines.items():
        admitted.sort()
        ends = [end for end, _ in admitted]
        highest = [0]
        for _, ticket in admitted:
            highest.append(max(highest[-1], ticket))
        for op, ticket in waiting:
            before = highest[bisect.bisect_left(ends, op.began)]
            if ticket < before:
                yield f"ticket {ticket} of {concert} waited when {before} had been admitted"
    rows = defaultdict(list)
    for row in case.state["queue_tokens"]:
        if row["admitted_at"] > 0:
            rows[row["concert_id"]].append((row["ticket_number"], row["admitted_at"]))
    for concert, admitted in rows.items():
        admitted.sort()
        for (ahead, earlier), (behind, later) in zip(admitted, admitted[1:]):
            if later < earlier:
                yield f"ticket {behind} of {concert} was admitted before {ahead}"


def nobody_is_let_in_beyond_capacity(case):
    """The people who are certainly inside at one instant are never more than the concert takes."""
    first = joins(case.history)
    changes = defaultdict(list)
    for token, told in sightings(case.history).items():
        concert = first[token].args["concert"] if token in first else None
        inside = [op for op, status, _, _ in told if status in INSIDE]
        if concert in case.capacity and inside:
            began, ended = min(op.ended for op in inside), max(op.began for op in inside)
            if began < ended:
                changes[concert] += [(began, 1), (ended, -1)]
    for concert, steps in changes.items():
        active = 0
        for at, change in sorted(steps):
            active += change
            if active > case.capacity[concert]:
                yield f"{active} are inside {concert} at {at:.3f}, and {case.capacity[concert]} may be"
                break


def each_step_was_asked_for(case):
    """Nobody has entered, left or paid who did not ask to, or whose request was refused."""
    asked = defaultdict(set)
    for op in case.history.named("enter", "hold", "leave", "pay"):
        if op.may_have_happened:
            asked[op.args["token"]].add(op.name)
    for row in case.state["queue_tokens"]:
        steps = {"LEFT": {"leave"}, "PAID": {"pay"}}.get(row["reason"])
        if row["status"] == "ENTERED":
            steps = {"enter", "hold"}
        if steps and not steps & asked[row["token"]]:
            yield f"{row['user_id']} is {row['status']} {row['reason'] or ''}: nobody asked for that, or it was refused"


# What somebody can have been told last before the time began to run.
BEFORE = {"ABANDONED": ("WAITING",), "ENTRY_MISSED": ("WAITING",), "SESSION_ENDED": ("WAITING", "ADMITTED")}


def nobody_is_put_out_early(case):
    """Between the last word from before the time began to run, and the end, lies as much time as was promised."""
    for told in sightings(case.history).values():
        for refusal, _, _, reason in told:
            if reason not in case.patience_seconds:
                continue
            since = max((op.began for op, status, _, _ in told
                         if status in BEFORE[reason] or op.name == "join" and op.status == 201), default=-FOREVER)
            if refusal.ended < since + case.patience_seconds[reason] - EARLY_SECONDS:
                yield f"{refusal.args['user']} was put out ({reason}) after {refusal.ended - since:.3f} s at most"


def room_is_filled_exactly(case):
    """By the times of the database: never more inside than the concert takes, and nobody waits where there is room."""
    lines = defaultdict(list)
    for row in case.state["queue_tokens"]:
        if row["concert_id"] in case.capacity:
            lines[row["concert_id"]].append(row)
    for concert, rows in lines.items():
        yield from _beyond(concert, rows, case.capacity[concert])
        if case.late_seconds is not None:
            yield from _left_waiting(concert, rows, case.capacity[concert], case.late_seconds * 1000)


def _end(row):
    return row["expired_at"] if row["status"] == "EXPIRED" else FOREVER


def _beyond(concert, rows, capacity):
    inside = []
    admitted = [row for row in rows if row["admitted_at"] > 0]
    for row in sorted(admitted, key=lambda row: (row["admitted_at"], row["ticket_number"])):
        while inside and inside[0] <= row["admitted_at"]:
            heapq.heappop(inside)
        heapq.heappush(inside, _end(row))
        if len(inside) > capacity:
            yield f"{len(inside)} are inside {concert} with ticket {row['ticket_number']}, and {capacity} may be"


def _left_waiting(concert, rows, capacity, late_millis):
    last = []  # the latest ends of those ahead: when the first of them is over there is room
    for row in sorted(rows, key=lambda row: row["ticket_number"]):
        room = max(row["joined_at"], last[0] if len(last) == capacity else 0)
        if row["admitted_at"] > room + late_millis:
            yield f"ticket {row['ticket_number']} of {concert} was admitted {row['admitted_at'] - room} ms after " \
                  "there was room"
        heapq.heappush(last, _end(row))
        if len(last) > capacity:
            heapq.heappop(last)


def admissions_keep_the_pace(case):
    """By the times of the database, which go on over a restart."""
    lines = defaultdict(list)
    for row in case.state["queue_tokens"]:
        if case.pace.get(row["concert_id"]) and row["admitted_at"] > 0:
            lines[row["concert_id"]].append(row["admitted_at"])
    for concert, instants in lines.items():
        instants.sort()
        for earlier, later in zip(instants, instants[1:]):
            if later - earlier < 60_000 / case.pace[concert] - 1:
                yield f"{later - earlier} ms lie between two admissions to {concert}"


line_rules = (tokens_are_kept, each_token_was_asked_for, tickets_follow_the_order_of_joining, nobody_goes_back,
              admission_is_in_ticket_order, nobody_is_let_in_beyond_capacity, each_step_was_asked_for,
              nobody_is_put_out_early, room_is_filled_exactly, admissions_keep_the_pace)
