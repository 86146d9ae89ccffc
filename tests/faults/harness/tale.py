# SPDX-License-Identifier: MIT
"""Histories that are made up, with the state that they would leave, for the tests of the checker. Each operation takes
a little less than a second of a time that starts at 0, and the next begins a second later."""

import json
from datetime import datetime, timedelta, timezone

from harness.checker import Case, faults_of
from harness.history import FOREVER, TABLES, History, Op

CONCERT, DATE, PRICE, HOLD_SECONDS = "gala", "2026-12-24", 100, 300
EPOCH = datetime(2026, 12, 24, tzinfo=timezone.utc)


def text_of(second):
    return (EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.") + "000Z"


def millis_of(second):
    return round((EPOCH + timedelta(seconds=second)).timestamp() * 1000)


class Tale:
    """A server that does everything right. What a test spoils is its own: `ops` and `state` are lists and dicts."""

    def __init__(self, *seats):
        self.at = 0.0
        self.ops = []
        self.deaths = {}
        self.state = {table: [] for table in TABLES}
        self.state["accounts"] = [{"account": "cash", "balance": 0}, {"account": "revenue", "balance": 0}]
        self.state["seats"] = [{"concert_id": CONCERT, "date": DATE, "seat_number": seat, "status": "AVAILABLE",
                                "reservation_id": None} for seat in seats or ("A-1", "A-2")]
        self.state["queue_lines"] = [{"concert_id": CONCERT, "sold_out_through": 0}]

    def faults(self, **options):
        options = {"hold_seconds": HOLD_SECONDS, **options}
        return faults_of(Case(History(self.ops, {1: self.at, **self.deaths}), self.state, **options))

    def row(self, table, **wanted):
        return next(row for row in self.state[table] if all(row[name] == value for name, value in wanted.items()))

    def op(self, name, args, body=None, *, status=200, outcome="ok", key=None, replayed=False):
        op = Op(0, name, args, self.at, self.at + 0.9, outcome, 1, status, json.dumps(body) if body else "", key,
                replayed)
        self.ops.append(op)
        self.at += 1
        return op

    def lose_answer(self, op=None):
        """The last operation (or `op`) was not answered."""
        op = op or self.ops[-1]
        op.outcome, op.status, op.text, op.ended = "unknown", None, "", FOREVER
        op.__dict__.pop("body", None)
        return op

    def again(self, op):
        """The same with the same key: the first answer, as a replay."""
        self.ops.append(Op(0, op.name, op.args, self.at, self.at + 0.9, "ok", 1, op.status, op.text, op.key, True))
        self.at += 1
        return self.ops[-1]

    # Money

    def _post(self, transfer, account, kind, amount):
        accounts = [row for row in self.state["accounts"] if row["account"] == account]
        row = accounts[0] if accounts else {"account": account, "balance": 0}
        if not accounts:
            self.state["accounts"].append(row)
        row["balance"] += amount
        entries = self.state["ledger_entries"]
        entries.append({"entry_id": len(entries) + 1, "transfer_id": transfer, "account": account, "kind": kind,
                        "amount": amount, "balance_after": row["balance"], "at": millis_of(self.at)})
        return row["balance"]

    def charge(self, user, amount, key=None):
        charge = f"charge-{len(self.ops)}"
        self._post(charge, "cash", "CHARGE", -amount)
        balance = self._post(charge, f"user:{user}", "CHARGE", amount)
        return self.op("charge", {"user": user, "amount": amount},
                       {"chargeId": charge, "balance": balance, "chargedAt": text_of(self.at)}, status=201,
                       key=key or charge)

    def balance(self, user):
        balance = self.row("accounts", account=f"user:{user}")["balance"]
        return self.op("balance", {"user": user}, {"balance": balance})

    # The line

    def owner(self, user):
        return {"token": f"qt_{user}", "user": user, "concert": CONCERT}

    def join(self, user, status="ADMITTED", position=0):
        ticket = len(self.state["queue_tokens"]) + 1
        self.state["queue_tokens"].append({"token": f"qt_{user}", "concert_id": CONCERT, "user_id": user,
                                           "ticket_number": ticket, "status": status, "reason": None,
                                           "joined_at": millis_of(self.at), "expired_at": 0,
                                           "admitted_at": millis_of(self.at) if status == "ADMITTED" else 0})
        return self.op("join", {"user": user, "concert": CONCERT},
                       {"token": f"qt_{user}", "ticketNumber": ticket, "status": status, "position": position},
                       status=201)

    def poll(self, user, status, position=0):
        row = self.row("queue_tokens", user_id=user)
        row["status"] = status
        if status == "ADMITTED":
            row["admitted_at"] = row["admitted_at"] or millis_of(self.at)
        return self.op("poll", self.owner(user),
                       {"ticketNumber": row["ticket_number"], "status": status, "position": position})

    def leave(self, user):
        self._retire(user, "LEFT")
        for row in self.state["reservations"]:
            if row["user_id"] == user and row["status"] == "HELD":
                self._end(row, "RELEASED")
        return self.op("leave", self.owner(user), status=204)

    def _retire(self, user, reason):
        self.row("queue_tokens", user_id=user).update(status="EXPIRED", reason=reason,
                                                     expired_at=millis_of(self.at))

    # Seats

    def hold(self, user, *seats, key=None):
        reservation = f"reservation-{len(self.ops)}"
        self.row("queue_tokens", user_id=user)["status"] = "ENTERED"
        self.state["reservations"].append({
            "reservation_id": reservation, "concert_id": CONCERT, "user_id": user, "date": DATE, "status": "HELD",
            "amount": PRICE * len(seats), "held_at": millis_of(self.at), "held_shown_at": millis_of(self.at),
            "expires_at": millis_of(self.at + HOLD_SECONDS)})
        for place, seat in enumerate(seats):
            self.state["reservation_seats"].append({"reservation_id": reservation, "place": place,
                                                    "seat_number": seat, "price": PRICE})
            self.row("seats", seat_number=seat).update(status="HELD", reservation_id=reservation)
        body = {"reservationId": reservation, "userId": user, "concertId": CONCERT, "date": DATE,
                "amount": PRICE * len(seats), "heldAt": text_of(self.at), "expiresAt": text_of(self.at + HOLD_SECONDS),
                "seats": [{"seatNumber": seat, "price": PRICE} for seat in seats]}
        return self.op("hold", {**self.owner(user), "date": DATE, "seats": list(seats)}, body, status=201,
                       key=key or reservation)

    def refused_hold(self, user, seat, status):
        return self.op("hold", {**self.owner(user), "date": DATE, "seats": [seat]},
                       {"code": "seat-taken", "conflicts": [{"seatNumber": seat, "status": status}]}, status=409,
                       outcome="refused", key=f"refused-{len(self.ops)}")

    def _end(self, reservation, status):
        reservation["status"] = status
        for row in self.state["seats"]:
            if row["reservation_id"] == reservation["reservation_id"]:
                row.update(status="RESERVED" if status == "PAID" else "AVAILABLE",
                           reservation_id=row["reservation_id"] if status == "PAID" else None)

    def release(self, hold):
        reservation = hold.body["reservationId"]
        self._end(self.row("reservations", reservation_id=reservation), "RELEASED")
        return self.op("release", {**self.owner(hold.args["user"]), "reservation": reservation}, status=204)

    def expire(self, hold):
        """Its time passes."""
        self.at = max(self.at, hold.began + HOLD_SECONDS)
        self._end(self.row("reservations", reservation_id=hold.body["reservationId"]), "EXPIRED")
        self.at += 2

    def seats(self, user):
        shown = [{"seatNumber": row["seat_number"], "status": row["status"],
                  "mine": any(reservation["reservation_id"] == row["reservation_id"]
                              and reservation["user_id"] == user for reservation in self.state["reservations"])}
                 for row in self.state["seats"]]
        return self.op("seats", {**self.owner(user), "date": DATE}, {"seats": shown})

    def pay(self, hold, key=None):
        user, reservation = hold.args["user"], hold.body["reservationId"]
        payment, seats = f"payment-{len(self.ops)}", hold.args["seats"]
        amount = PRICE * len(seats)
        balance = self._post(payment, f"user:{user}", "PAYMENT", -amount)
        self._post(payment, "revenue", "PAYMENT", amount)
        self._end(self.row("reservations", reservation_id=reservation), "PAID")
        self._retire(user, "PAID")
        self.state["payments"].append({"payment_id": payment, "reservation_id": reservation, "concert_id": CONCERT,
                                       "user_id": user, "date": DATE, "amount": amount, "balance_after": balance,
                                       "paid_at": millis_of(self.at)})
        tickets = [{"seatNumber": seat, "price": PRICE, "ticketCode": f"{payment}-{seat}"} for seat in seats]
        for place, ticket in enumerate(tickets):
            self.state["tickets"].append({"payment_id": payment, "place": place, "concert_id": CONCERT, "date": DATE,
                                          "seat_number": ticket["seatNumber"], "price": PRICE,
                                          "ticket_code": ticket["ticketCode"]})
        body = {"paymentId": payment, "reservationId": reservation, "userId": user, "concertId": CONCERT,
                "date": DATE, "amount": amount, "balanceAfter": balance, "paidAt": text_of(self.at),
                "seats": tickets}
        return self.op("pay", {**self.owner(user), "reservation": reservation}, body, status=201, key=key or payment)

    def show(self, pay):
        self.ops.append(Op(0, "payment", {"payment": pay.body["paymentId"]}, self.at, self.at + 0.9, "ok", 1, 200,
                           pay.text))
        self.at += 1
        return self.ops[-1]


def edit(op, **changes):
    """Another answer than the one that was given."""
    body = {**op.body, **changes}
    op.text = json.dumps(body)
    op.__dict__.pop("body", None)
