# SPDX-License-Identifier: MIT
"""A history that was recorded with a real server, over kills, is sound; with one lie in it, or one row of the database
changed, it is not."""

import copy
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from harness.checker import faults_of
from harness.history import FOREVER
from harness.tale import edit
from harness.venue import Venue

KILLS = 3


@pytest.fixture(scope="session")
def recorded(request):
    """The venue and the history that it gave; its database stays until all tests have read it."""
    folder = Path(tempfile.mkdtemp(prefix="sd-"))
    venue = Venue(folder).start()
    try:
        venue.open_doors(seed=request.config.getoption("--seed"))
        for _ in range(KILLS):
            venue.answered(700)
            venue.kill()
            venue.start()
        venue.answered(700)
        case = venue.verdict()
        yield venue, case.history, case.state
    finally:
        venue.site.stop()
        if venue.server.running:
            venue.server.kill()
        shutil.rmtree(folder)


class Record:
    """A copy of the history and of the tables, for a test to spoil."""

    def __init__(self, venue, history, state):
        self.venue, self.pace = venue, venue.pace
        self.history, self.state = copy.deepcopy(history), copy.deepcopy(state)

    def faults(self):
        case = self.venue.case(self.history, self.venue.server.database)
        case.state, case.pace = self.state, self.pace
        return faults_of(case)

    def op(self, name, wanted=lambda op: True, **fields):
        """An operation from the middle of the history."""
        found = [op for op in self.history.named(name)
                 if all(getattr(op, field) == value for field, value in fields.items()) and wanted(op)]
        return found[len(found) // 2]

    def asked_once(self, name):
        """An operation that was answered with a 2xx and asked for once only: the same seats in another order are the same."""
        def wanted(op):
            return str(sorted((word, sorted(value) if word == "seats" else value) for word, value in op.args.items()))

        asked = Counter(wanted(op) for op in self.history.named(name))
        return self.op(name, lambda op: asked[wanted(op)] == 1, outcome="ok", replayed=False)

    def pair(self, name, other, wanted, outcome="ok"):
        """Two of which the first was answered with a 2xx before the second was asked."""
        others = [op for op in self.history.named(other) if op.outcome == outcome]
        return next((first, second) for first in self.history.named(name) if first.outcome == "ok"
                    and not first.replayed for second in others if first.ended < second.began and wanted(first, second))

    def row(self, table, wanted=lambda row: True, **fields):
        """A row from the middle of the table."""
        found = [row for row in self.state[table]
                 if all(row[field] == value for field, value in fields.items()) and wanted(row)]
        return found[len(found) // 2]


def refuse(op, status=503, code="storage-unavailable"):
    op.outcome, op.status, op.text = "failed" if status == 503 else "refused", status, f'{{"code":"{code}"}}'
    op.__dict__.pop("body", None)


def spoil_sold_seat_shown_free(record):
    paid, shown = record.pair("pay", "seats", lambda paid, shown: (shown.args["concert"], shown.args["date"]) == (
        paid.body["concertId"], paid.body["date"]))
    seat = paid.body["seats"][0]["seatNumber"]
    edit(shown, seats=[{**row, "status": "AVAILABLE", "mine": False} if row["seatNumber"] == seat else row
                       for row in shown.body["seats"]])
    return "saw AVAILABLE"


def spoil_seat_of_another_reservation(record):
    mine = record.row("reservations", status="PAID", concert_id="gala-0")
    other = record.row("reservations", lambda row: row["reservation_id"] != mine["reservation_id"], status="PAID",
                       concert_id=mine["concert_id"], date=mine["date"])
    seat = record.row("seats", reservation_id=mine["reservation_id"])
    seat["reservation_id"] = other["reservation_id"]
    return "no order explains"


def spoil_lost_hold(record):
    told = record.op("hold", outcome="ok", status=201).body["reservationId"]
    record.state["reservations"] = [row for row in record.state["reservations"] if row["reservation_id"] != told]
    return "a hold was acknowledged and is not there"


def spoil_refused_hold_that_is_there(record):
    refuse(record.asked_once("hold"))
    return "there is a reservation of"


def spoil_hold_that_is_longer(record):
    record.row("reservations")["expires_at"] += 1
    return "lasts 2.001 s"


def spoil_conflict_with_nobody(record):
    paid, op = record.pair("pay", "hold", lambda paid, op: paid.body["date"] == op.args["date"] and any(
        (ticket["seatNumber"], paid.body["concertId"]) == (seat["seatNumber"], op.args["concert"])
        for ticket in paid.body["seats"] for seat in op.body.get("conflicts", ())), outcome="refused")
    edit(op, conflicts=[{**seat, "status": "HELD"} for seat in op.body["conflicts"]])
    return f"{paid.body['date']}: no order explains that {op.args['user']} saw HELD"


def spoil_lost_payment(record):
    record.state["payments"].remove(record.row("payments"))
    return "a payment was acknowledged and is not there"


def spoil_second_payment_for_one_key(record):
    _, again = record.pair("pay", "pay", lambda paid, again: paid.key == again.key and again.replayed)
    again.replayed = False
    return "2 answers to one key that are no replay"


def spoil_replay_of_another_answer(record):
    edit(record.op("pay", replayed=True), balanceAfter=1)
    return "one key, several answers"


def spoil_lost_charge(record):
    charge = record.op("charge", outcome="ok").body["chargeId"]
    record.state["ledger_entries"] = [row for row in record.state["ledger_entries"] if row["transfer_id"] != charge]
    return "a charge was acknowledged as"


def spoil_charge_that_counts_twice(record):
    entry = record.row("ledger_entries", lambda row: row["account"].startswith("user:"), kind="CHARGE")
    other = record.row("ledger_entries", transfer_id=entry["transfer_id"], account="cash")
    for row in (entry, other):
        last = max(row["entry_id"] for row in record.state["ledger_entries"])
        record.state["ledger_entries"].append({**row, "entry_id": last + 1, "transfer_id": "twice"})
        record.row("accounts", account=row["account"])["balance"] += row["amount"]
    return "that counted twice"


def spoil_money_that_is_gone(record):
    record.row("accounts", lambda row: row["balance"] > 0)["balance"] -= 1
    return "all balances together are -1"


def spoil_old_balance(record):
    paid, shown = record.pair("pay", "balance", lambda paid, shown: paid.args["user"] == shown.args["user"])
    edit(shown, balance=shown.body["balance"] + paid.body["amount"])
    return "was shown a balance of"


def spoil_order_of_the_line(record):
    """Two who joined one after the other have each other's ticket."""
    one, other = record.pair("join", "join", lambda one, other: one.args["concert"] == other.args["concert"]
                             and one.status == other.status == 201)
    tickets = [one.body["ticketNumber"], other.body["ticketNumber"]]
    for op, ticket in zip((one, other), reversed(tickets)):
        edit(op, ticketNumber=ticket)
        record.row("queue_tokens", token=op.body["token"])["ticket_number"] = ticket
    return "behind ticket"


def spoil_waiting_after_admission(record):
    op = record.op("enter", outcome="ok")
    late = copy.deepcopy(record.op("poll", lambda poll: poll.body["status"] == "WAITING", outcome="ok"))
    late.args, late.began, late.ended = op.args, op.ended + 0.001, op.ended + 0.002
    record.history.ops.append(late)
    return f"{op.args['user']} was told WAITING after something later in the order"


def spoil_position_that_grows(record):
    edit(record.op("poll", lambda op: op.outcome == "ok" and op.body["status"] == "WAITING"), position=999)
    return "the position of"


def spoil_forgotten_token(record):
    record.state["queue_tokens"].remove(record.row("queue_tokens"))
    return "a token was acknowledged as"


def spoil_departure_that_did_not_last(record):
    token = record.op("leave", outcome="ok").args["token"]
    record.row("queue_tokens", token=token).update(status="ENTERED", reason=None)
    return "was told EXPIRED LEFT and is ENTERED"


def spoil_departure_that_was_refused(record):
    refuse(record.asked_once("leave"))
    return ": nobody asked for that, or it was refused"


def spoil_one_more_inside(record):
    row = record.row("queue_tokens", concert_id="gala-0", reason="PAID")
    row["expired_at"] += 3_600_000
    for other in record.state["queue_tokens"]:
        if other["concert_id"] == "gala-0" and other["reason"] == "PAID" and other["admitted_at"] > row["admitted_at"]:
            other["expired_at"] += 3_600_000
    return "are inside gala-0 with ticket"


def spoil_room_that_stays_empty(record):
    last = max((row for row in record.state["queue_tokens"] if row["concert_id"] == "gala-0"
                and row["admitted_at"] > 0), key=lambda row: row["ticket_number"])
    last["admitted_at"] += 60_000
    return "ms after there was room"


def spoil_admissions_faster_than_the_pace(record):
    record.pace = {"gala-0": 1}
    return "ms lie between two admissions to gala-0"


def spoil_end_before_its_time(record):
    op = record.op("enter", outcome="ok")
    refused = copy.deepcopy(op)
    refused.began, refused.ended = op.ended + 0.001, op.ended + 0.002
    refuse(refused, 401, "token-expired")
    edit(refused, reason="SESSION_ENDED")
    record.history.ops.append(refused)
    return "was put out (SESSION_ENDED) after"


def spoil_sold_out_that_is_not(record):
    poll = copy.deepcopy(record.op("poll", outcome="ok"))
    poll.args = {**poll.args, "concert": "gala-0"}
    refuse(poll, 409, "sold-out")
    record.history.ops.append(poll)
    return "was told that all is sold"


def spoil_hold_gone_that_is_not(record):
    pay = record.op("pay", outcome="ok", replayed=False)
    refused = copy.deepcopy(pay)
    refused.key, refused.began, refused.ended = "other", pay.began - 0.000002, pay.began - 0.000001
    refuse(refused, 410, "hold-gone")
    record.history.ops.append(refused)
    return "was told that the hold is gone"


def spoil_answer_that_never_came(record):
    op = record.op("poll", outcome="ok", life=2)
    op.outcome, op.status, op.text, op.ended, op.lost = "unknown", None, "", FOREVER, op.ended
    return "no answer, and the server went on"


def spoil_server_that_broke(record):
    record.op("balance", outcome="ok").status = 500
    return "the server failed"


SPOILT = {name.removeprefix("spoil_").replace("_", " "): spoil for name, spoil in globals().items()
          if name.startswith("spoil_")}


def test_as_it_was_it_is_sound(recorded):
    record = Record(*recorded)
    assert record.faults() == []
    assert len(record.history.ops) > 700 * KILLS


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_one_lie_is_found(recorded, spoil):
    record = Record(*recorded)
    words = spoil(record)
    faults = record.faults()
    assert any(words in fault for fault in faults), faults[:10]
