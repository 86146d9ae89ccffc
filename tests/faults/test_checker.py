# SPDX-License-Identifier: MIT
"""The checker itself: it accepts what a server that does everything right may answer, and rejects, rule by rule, what
only a wrong one does."""

import pytest

from harness.history import FOREVER, History
from harness.register import Read, Write, why_not_linearizable
from harness.tale import PRICE, Tale, edit


def a_sale():
    """ann buys A-1, bob holds A-2 and lets go, cat waits and leaves."""
    tale = Tale()
    tale.charge("ann", 3 * PRICE)
    for user in ("ann", "bob"):
        tale.join(user)
    tale.join("cat", "WAITING", 1)
    hold = tale.hold("ann", "A-1")
    released = tale.hold("bob", "A-2")
    tale.refused_hold("bob", "A-1", "HELD")
    tale.seats("bob")
    tale.release(released)
    pay = tale.pay(hold)
    tale.balance("ann")
    tale.refused_hold("bob", "A-1", "RESERVED")
    tale.show(pay)
    tale.again(pay)
    tale.poll("cat", "WAITING", 1)
    tale.seats("bob")
    tale.leave("cat")
    return tale, hold, pay


class TestAccepts:
    def test_a_sale(self):
        tale, _, _ = a_sale()
        assert tale.faults(capacity={"gala": 2}) == []

    def test_answers_that_were_lost(self):
        """Each request of the sale in turn: it happened, and nobody was told."""
        for index in range(len(a_sale()[0].ops)):
            tale, _, _ = a_sale()
            if tale.ops[index].name not in ("join", "hold"):  # whose ids others speak of
                tale.lose_answer(tale.ops[index])
                assert tale.faults() == [], tale.ops[index]

    def test_a_lost_payment_that_is_answered_again(self):
        tale = Tale()
        tale.charge("ann", PRICE)
        tale.join("ann")
        pay = tale.pay(tale.hold("ann", "A-1"))
        tale.again(pay)
        tale.lose_answer(pay)
        assert tale.faults() == []

    def test_what_was_asked_and_never_happened(self):
        tale, hold, _ = a_sale()
        for name, args, key in (("charge", {"user": "ann", "amount": 5}, "new"),
                                ("join", {"user": "new", "concert": "gala"}, None),
                                ("hold", {**hold.args, "seats": ["A-2"]}, "new")):
            tale.op(name, args, key=key)
            tale.lose_answer()
        assert tale.faults() == []

    def test_a_hold_that_runs_out_and_is_held_anew(self):
        tale = Tale()
        tale.join("ann")
        tale.join("bob")
        first = tale.hold("ann", "A-1")
        tale.refused_hold("bob", "A-1", "HELD")
        tale.expire(first)
        tale.hold("bob", "A-1")
        tale.seats("ann")
        assert tale.faults() == []

    def test_requests_at_once_in_any_order(self):
        """A map that was asked for before a hold and answered after it may show either."""
        for shown in ("AVAILABLE", "HELD"):
            tale = Tale("A-1")
            tale.join("ann")
            tale.join("bob")
            tale.hold("ann", "A-1")
            seats = tale.seats("bob")
            edit(seats, seats=[{"seatNumber": "A-1", "status": shown, "mine": False}])
            seats.began -= 1.5
            assert tale.faults() == []

    def test_places_that_are_passed_on_within_a_millisecond(self):
        """Two of three are admitted, one of them leaves and the third is admitted, all at one instant."""
        tale = Tale()
        for user in ("ann", "bob", "cat"):
            tale.join(user)
        for row in tale.state["queue_tokens"]:
            row["admitted_at"] = tale.state["queue_tokens"][2]["joined_at"]
        tale.leave("bob")
        tale.row("queue_tokens", user_id="bob")["expired_at"] = tale.row("queue_tokens", user_id="bob")["admitted_at"]
        tale.state["queue_tokens"].append(tale.state["queue_tokens"].pop(1))
        assert tale.faults(capacity={"gala": 2}, late_seconds=None) == []

    def test_a_copy_that_was_made_meanwhile(self):
        """What ended before is in it, what began later is not, and the rest may be."""
        tale = Tale()
        tale.charge("ann", PRICE)
        before = {table: [dict(row) for row in rows] for table, rows in tale.state.items()}
        meanwhile = tale.charge("ann", 5)
        after = {table: [dict(row) for row in rows] for table, rows in tale.state.items()}
        tale.charge("ann", 7)
        history = History(tale.ops).as_of(meanwhile.began + 0.2, meanwhile.ended - 0.2)
        for state in (before, after):
            copied = Tale()
            copied.ops, copied.state, copied.at = history.ops, state, tale.at
            assert copied.faults() == []
        copied.state = tale.state
        assert copied.faults(), "what was asked later cannot be in it"


# What is done to a sound history and state, and words of the sentence that must follow.
def reject_seat_sold_to_two(tale, hold, pay):
    tale.charge("eve", PRICE)
    tale.join("eve")
    tale.pay(tale.hold("eve", "A-1"))
    return "seat A-1"


def reject_seat_held_by_two_at_once(tale, hold, pay):
    tale.join("eve")
    tale.join("fay")
    tale.hold("eve", "A-2")
    tale.release(tale.hold("fay", "A-2"))
    return "seat A-2 of gala on 2026-12-24: no order explains"


def reject_seat_shown_free_after_its_sale(tale, hold, pay):
    edit(tale.seats("bob"), seats=[{"seatNumber": "A-1", "status": "AVAILABLE", "mine": False}])
    return "bob saw AVAILABLE"


def reject_seat_of_another_shown_as_ones_own(tale, hold, pay):
    edit(tale.seats("bob"), seats=[{"seatNumber": "A-1", "status": "RESERVED", "mine": True}])
    return "bob saw RESERVED (mine: True)"


def reject_refusal_for_a_free_seat(tale, hold, pay):
    tale.refused_hold("bob", "A-2", "HELD")
    return "bob saw HELD"


def reject_acknowledged_hold_that_is_gone(tale, hold, pay):
    tale.join("eve")
    tale.hold("eve", "A-2")
    tale.state["reservations"].pop()
    tale.state["reservation_seats"].pop()
    tale.row("seats", seat_number="A-2").update(status="AVAILABLE", reservation_id=None)
    return "a hold was acknowledged and is not there"


def reject_hold_that_was_lengthened(tale, hold, pay):
    tale.row("reservations", user_id="ann")["expires_at"] += 1000
    return "a hold of ann lasts 301.0 s"


def reject_hold_that_ran_out_early(tale, hold, pay):
    tale.join("eve")
    early = tale.hold("eve", "A-2")
    tale.expire(early)
    edit(tale.seats("bob"), seats=[{"seatNumber": "A-2", "status": "AVAILABLE", "mine": False}])
    tale.ops[-1].began = tale.ops[-1].ended = early.ended + 5
    return "bob saw AVAILABLE"


def reject_hold_that_outlives_its_time(tale, hold, pay):
    tale.join("eve")
    late = tale.hold("eve", "A-2")
    tale.expire(late)
    tale.at += 10
    tale.refused_hold("bob", "A-2", "HELD")
    return "bob saw HELD"


def reject_reservation_that_nobody_asked_for(tale, hold, pay):
    tale.join("eve")
    tale.hold("eve", "A-2")
    tale.ops.pop()
    return "a reservation of eve that nobody asked for"


def reject_hold_that_was_refused_and_is_there(tale, hold, pay):
    tale.join("eve")
    refused = tale.lose_answer(tale.hold("eve", "A-2"))
    refused.outcome, refused.status, refused.ended = "failed", 503, tale.at
    return "a reservation of eve that nobody asked for, or that was refused"


def reject_hold_that_outlives_a_departure(tale, hold, pay):
    tale.join("eve")
    tale.hold("eve", "A-2")
    kept = dict(tale.row("reservations", user_id="eve"))
    tale.leave("eve")
    tale.row("reservations", user_id="eve").update(kept)
    tale.row("seats", seat_number="A-2").update(status="HELD", reservation_id=kept["reservation_id"])
    return "a hold outlived the departure of its holder"


def reject_release_that_did_not_last(tale, hold, pay):
    tale.row("reservations", user_id="bob")["status"] = "HELD"
    tale.row("seats", seat_number="A-2").update(
        status="HELD", reservation_id=tale.row("reservations", user_id="bob")["reservation_id"])
    return "a release was acknowledged, and the reservation is HELD"


def reject_payment_that_is_gone(tale, hold, pay):
    tale.state["payments"].clear()
    tale.state["tickets"].clear()
    return "a payment was acknowledged and is not there"


def reject_payment_with_other_tickets(tale, hold, pay):
    tale.state["tickets"][0]["ticket_code"] = "other"
    return "a payment was acknowledged as"


def reject_payment_that_is_shown_otherwise(tale, hold, pay):
    edit(tale.show(pay), amount=1)
    return "a payment is shown otherwise than it was acknowledged"


def reject_replay_with_other_bytes(tale, hold, pay):
    again = tale.again(pay)
    again.text = again.text.replace(",", ", ")
    return "one key, several answers"


def reject_second_answer_that_is_no_replay(tale, hold, pay):
    tale.again(pay).replayed = False
    return "2 answers to one key that are no replay"


def reject_bound_key_that_is_refused(tale, hold, pay):
    tale.op("pay", pay.args, {"code": "token-expired", "reason": "PAID"}, status=401, outcome="refused", key=pay.key)
    return "a key that was bound was refused later"


def reject_lost_payment_that_is_refused_for_its_own_effect(tale, hold, pay):
    tale.ops = [op for op in tale.ops if op.name != "payment" and not op.replayed]
    tale.lose_answer(pay)
    pay.life, tale.deaths[0] = 0, pay.began + 0.5
    tale.op("pay", pay.args, {"code": "token-expired", "reason": "PAID"}, status=401, outcome="refused", key=pay.key)
    return "a payment was refused, and is there"


def reject_payment_that_failed_and_is_there(tale, hold, pay):
    tale.ops = [op for op in tale.ops if op.name != "payment" and not op.replayed]
    tale.lose_answer(pay)
    pay.outcome, pay.status, pay.ended = "failed", 503, pay.began + 1
    return "there is a payment of ann that nobody asked for, or that was refused"


def reject_seat_with_two_tickets(tale, hold, pay):
    tale.state["tickets"].append({**tale.state["tickets"][0], "place": 1})
    return "seat A-1 of gala on 2026-12-24 is sold 2 times"


def reject_charge_that_is_gone(tale, hold, pay):
    tale.charge("eve", 5)
    del tale.state["ledger_entries"][-2:]
    tale.state["accounts"].remove(tale.row("accounts", account="user:eve"))
    tale.row("accounts", account="cash")["balance"] += 5
    return "a charge was acknowledged as"


def reject_charge_that_counted_twice(tale, hold, pay):
    first = tale.charge("eve", 5, key="one")
    tale.charge("eve", 5, key="one")
    tale.ops.pop()
    tale.again(first)
    return "user:eve has a charge of 5 that nobody asked for, that was refused, or that counted twice"


def reject_charge_that_was_refused_and_counts(tale, hold, pay):
    charge = tale.charge("eve", 5)
    charge.outcome, charge.status, charge.text = "failed", 503, ""
    return "user:eve has a charge of 5 that nobody asked for, that was refused"


def reject_money_that_vanished(tale, hold, pay):
    tale.row("accounts", account="user:ann")["balance"] -= 1
    return "all balances together are -1"


def reject_revenue_from_nowhere(tale, hold, pay):
    tale.row("accounts", account="revenue")["balance"] += 7
    tale.row("accounts", account="cash")["balance"] -= 7
    return "came in; the balances are"


def reject_transfer_with_one_side(tale, hold, pay):
    tale.state["ledger_entries"].pop()
    return "the ledger's transfer paymen… sums to"


def reject_balance_below_zero(tale, hold, pay):
    tale.row("accounts", account="user:ann")["balance"] = -1
    return "the balance of user:ann is -1"


def reject_stale_balance(tale, hold, pay):
    edit(tale.balance("ann"), balance=3 * PRICE)
    return f"ann was shown a balance of {3 * PRICE}"


def reject_token_that_is_gone(tale, hold, pay):
    tale.join("eve")
    tale.state["queue_tokens"].pop()
    return "a token was acknowledged as"


def reject_token_that_is_not_known(tale, hold, pay):
    tale.op("poll", tale.owner("ann"), {"code": "token-unknown"}, status=401, outcome="refused")
    return "a token that was given out is not known"


def reject_ticket_given_out_twice(tale, hold, pay):
    eve = tale.join("eve")
    edit(eve, ticketNumber=2)
    tale.row("queue_tokens", user_id="eve")["ticket_number"] = 2
    return "given out twice"


def reject_ticket_out_of_order(tale, hold, pay):
    first, second = tale.join("eve", "WAITING", 2), tale.join("fay", "WAITING", 3)
    edit(first, ticketNumber=5)
    edit(second, ticketNumber=4)
    tale.row("queue_tokens", user_id="eve")["ticket_number"] = 5
    tale.row("queue_tokens", user_id="fay")["ticket_number"] = 4
    return "fay joined gala behind ticket 5 and has 4"


def reject_waiting_again_after_admission(tale, hold, pay):
    tale.join("eve")
    tale.poll("eve", "WAITING", 1)
    return "eve was told WAITING after something later in the order"


def reject_position_that_grows(tale, hold, pay):
    tale.join("eve", "WAITING", 2)
    tale.poll("eve", "WAITING", 3)
    return "the position of eve grew from 2 to 3"


def reject_admission_out_of_order(tale, hold, pay):
    tale.join("eve", "WAITING", 1)
    tale.join("fay", "WAITING", 2)
    tale.poll("fay", "ADMITTED")
    tale.poll("eve", "WAITING", 1)
    return "ticket 4 of gala waited when 5 had been admitted"


def reject_admission_dated_out_of_order(tale, hold, pay):
    tale.join("eve", "WAITING", 1)
    tale.join("fay", "WAITING", 2)
    tale.poll("fay", "ADMITTED")
    tale.poll("eve", "ADMITTED")
    return "ticket 5 of gala was admitted before 4"


def reject_admission_that_is_forgotten(tale, hold, pay):
    tale.join("eve")
    tale.row("queue_tokens", user_id="eve").update(status="WAITING", admitted_at=0)
    return "eve was told ADMITTED  and is WAITING"


def reject_key_that_its_own_hold_did_not_bind(tale, hold, pay):
    tale.join("eve")
    first = tale.hold("eve", "A-2", key="one")
    tale.op("hold", first.args, first.body, key="one")
    tale.lose_answer(first)
    return "a key is not bound though its hold is there"


def reject_storage_that_refuses_where_there_is_room(tale, hold, pay):
    tale.op("charge", {"user": "ann", "amount": 5}, {"code": "storage-unavailable"}, status=503, outcome="failed")
    return "the storage refused, and there was room"


def reject_server_that_broke(tale, hold, pay):
    tale.op("balance", {"user": "ann"}, {"code": "internal-error"}, status=500, outcome="unknown")
    return "the server failed"


REJECTED = {name.removeprefix("reject_").replace("_", " "): spoil for name, spoil in globals().items()
            if name.startswith("reject_")}


@pytest.mark.parametrize("spoil", REJECTED.values(), ids=REJECTED.keys())
def test_rejects(spoil):
    tale, hold, pay = a_sale()
    assert tale.faults() == []
    words = spoil(tale, hold, pay)
    faults = tale.faults()
    assert any(words in fault for fault in faults), faults


def test_rejects_more_people_than_the_place_takes():
    tale, _, _ = a_sale()
    assert any("are inside gala" in fault for fault in tale.faults(capacity={"gala": 1}))


def test_rejects_an_unanswered_request_that_happened_after_a_good_stop():
    tale, _, _ = a_sale()
    tale.lose_answer(tale.charge("ann", 5))
    assert tale.faults() == []
    assert tale.faults(all_answered=True)


def test_a_history_is_the_same_after_it_was_saved(tmp_path):
    tale, _, _ = a_sale()
    history = History(tale.ops, {1: 99.0})
    history.save(tmp_path / "history.jsonl")
    assert History.load(tmp_path / "history.jsonl") == history


class TestRegister:
    """The search itself, on small registers."""

    @staticmethod
    def write(began, ended, before, after):
        return Write(began, ended, before, after, f"{before} to {after}")

    @staticmethod
    def read(began, ended, value):
        return Read(began, ended, lambda seen: seen == value, f"a read of {value}")

    def test_in_turn(self):
        assert why_not_linearizable([self.write(0, 1, 0, 1), self.read(2, 3, 1), self.write(4, 5, 1, 2)], 0) is None

    def test_at_once(self):
        operations = [self.write(0, 9, 0, 1), self.write(0, 9, 1, 2), self.read(0, 9, 1), self.read(0, 9, 0)]
        assert why_not_linearizable(operations, 0) is None

    def test_a_write_without_an_end(self):
        assert why_not_linearizable([self.write(0, FOREVER, 0, 1), self.read(5, 6, 0), self.read(7, 8, 1)], 0) is None

    def test_a_stale_read(self):
        assert "a read of 0" in why_not_linearizable([self.write(0, 1, 0, 1), self.read(2, 3, 0)], 0)

    def test_reads_that_disagree_about_the_order(self):
        operations = [self.write(0, 9, 0, 1), self.read(1, 2, 1), self.read(3, 4, 0)]
        assert why_not_linearizable(operations, 0) is not None

    def test_two_of_one_kind(self):
        assert why_not_linearizable([self.write(0, 1, 0, 1), self.write(2, 3, 0, 1)], 0) is not None
