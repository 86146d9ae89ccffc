# SPDX-License-Identifier: MIT
"""Held seats become the user's, for money, once."""

import pytest

from support.catalogue import DATE, OTHER_DATE, PRICE, catalogue

HOLD = 300


@pytest.fixture
def rich(client):
    """The client, with 1,000,000 on ann's balance."""
    client.charge("ann", 1000000).ok(201)
    return client


def by_seat(client, token, reservation):
    return client.pay(token, "A-1")


def by_list(client, token, reservation):
    return client.post("/api/v1/payments", {"date": DATE, "seatNumbers": ["A-1"]}, token=token)


def by_reservation(client, token, reservation):
    return client.pay(token, reservation=reservation)


@pytest.mark.parametrize("way", [by_seat, by_list, by_reservation])
def test_paying(gala, rich, way):
    token = rich.inside("ann")
    reservation = rich.held(token, "A-1")
    now = gala.advance(5)
    answer = way(rich, token, reservation)
    paid = answer.ok(201)
    ticket = paid["seats"][0]["ticketCode"]
    assert answer.headers["location"] == f"/api/v1/payments/{paid['paymentId']}"
    assert paid == {
        "paymentId": paid["paymentId"], "reservationId": reservation, "concertId": "gala", "userId": "ann",
        "date": DATE, "status": "PAID",
        "seats": [{"seatNumber": "A-1", "category": "R", "price": PRICE, "ticketCode": ticket}],
        "amount": PRICE, "currency": "KRW", "balanceAfter": 1000000 - PRICE, "paidAt": now}
    assert len({paid["paymentId"], reservation, ticket}) == 3
    assert rich.payment(paid["paymentId"]).ok() == paid
    assert rich.balance("ann") == 1000000 - PRICE
    over = rich.poll(token).problem(401, "token-expired")
    assert (over["reason"], over["paymentId"]) == ("PAID", paid["paymentId"])
    for asked in (rich.enter, rich.leave):
        assert asked(token).problem(401, "token-expired") == over
    assert rich.reservation(reservation, token).ok()["status"] == "PAID"
    other = rich.inside("bob")
    assert rich.seat_states(other)["A-1"] == ("RESERVED", False)


def test_several_seats_in_any_order(rich):
    token = rich.inside("ann")
    rich.held(token, "A-1", "A-2", "A-3")
    paid = rich.pay(token, "A-3", "A-1", "A-2").ok(201)
    assert sorted(seat["seatNumber"] for seat in paid["seats"]) == ["A-1", "A-2", "A-3"]
    assert len({seat["ticketCode"] for seat in paid["seats"]}) == 3
    assert paid["amount"] == 3 * PRICE


def test_the_other_holds_are_released(rich):
    token = rich.inside("ann")
    other = rich.held(token, "A-2")
    rich.held(token, "A-1")
    rich.pay(token, "A-1").ok(201)
    assert rich.reservation(other, token).ok()["status"] == "RELEASED"
    bob = rich.inside("bob")
    assert rich.seat_states(bob)["A-2"] == ("AVAILABLE", False)
    rich.held(bob, "A-2")


def test_holds_in_another_concert_stay(start):
    client = start(catalogue(), catalogue("recital")).client()
    client.charge("ann", PRICE).ok(201)
    here, there = client.inside("ann"), client.inside("ann", "recital")
    client.held(here, "A-1")
    elsewhere = client.held(there, "A-1")
    client.pay(here, "A-1").ok(201)
    assert client.reservation(elsewhere, there).ok()["status"] == "HELD"
    assert client.status(there) == "ENTERED"


def test_too_little_money_changes_nothing(gala, client):
    client.charge("ann", PRICE - 1).ok(201)
    token = client.inside("ann")
    reservation = client.held(token, "A-1")
    before = client.reservation(reservation, token).ok()
    refusal = client.pay(token, "A-1").problem(402, "insufficient-balance")
    assert (refusal["balance"], refusal["amount"]) == (PRICE - 1, PRICE)
    assert client.reservation(reservation, token).ok() == before
    assert client.status(token) == "ENTERED"
    assert client.balance("ann") == PRICE - 1
    client.charge("ann", 1).ok(201)
    assert client.pay(token, "A-1").ok(201)["balanceAfter"] == 0


def test_no_money_at_all(client):
    token = client.inside("ann")
    client.held(token, "A-1")
    refusal = client.pay(token, "A-1").problem(402, "insufficient-balance")
    assert (refusal["balance"], refusal["amount"]) == (0, PRICE)


def test_a_hold_that_ran_out(gala, rich):
    token = rich.inside("ann")
    reservation = rich.held(token, "A-1")
    gala.advance(HOLD)
    rich.pay(token, "A-1").problem(410, "hold-gone")
    rich.pay(token, reservation=reservation).problem(410, "hold-gone")
    assert rich.balance("ann") == 1000000
    assert rich.status(token) == "ENTERED"


def test_to_the_last_second(gala, rich):
    token = rich.inside("ann")
    rich.held(token, "A-1")
    gala.advance(HOLD - 1)
    rich.pay(token, "A-1").ok(201)


def test_what_was_released_or_never_held(rich):
    token = rich.inside("ann")
    reservation = rich.held(token, "A-1")
    rich.release(reservation, token).ok(204)
    for answer in (rich.pay(token, "A-1"), rich.pay(token, reservation=reservation), rich.pay(token, "A-2"),
                   rich.pay(token, "A-1", "A-2"), rich.pay(token, reservation="0" * 32)):
        answer.problem(410, "hold-gone")
    assert rich.balance("ann") == 1000000


def test_anothers_hold(rich):
    ann, bob = rich.inside("ann"), rich.inside("bob")
    reservation = rich.held(bob, "A-1")
    rich.pay(ann, "A-1").problem(410, "hold-gone")
    rich.pay(ann, reservation=reservation).problem(410, "hold-gone")
    assert rich.reservation(reservation, bob).ok()["status"] == "HELD"
    assert rich.balance("ann") == 1000000


@pytest.mark.parametrize("seats", [("A-1",), ("A-1", "A-2", "A-3"), ("A-1", "A-2", "A-9"), ("A-2", "A-3")])
def test_not_exactly_one_reservation(rich, seats):
    token = rich.inside("ann")
    first, second = rich.held(token, "A-1", "A-2"), rich.held(token, "A-3")
    rich.pay(token, *seats).problem(409, "reservation-mismatch")
    assert [rich.reservation(held, token).ok()["status"] for held in (first, second)] == ["HELD", "HELD"]
    assert rich.balance("ann") == 1000000
    rich.pay(token, "A-3").ok(201)


def test_no_such_date_or_seat(rich):
    token = rich.inside("ann")
    rich.held(token, "A-1")
    rich.pay(token, "A-1", date=OTHER_DATE).problem(404, "no-such-date")
    rich.pay(token, "Z-1").problem(404, "no-such-seat")


def test_one_must_be_inside(start):
    client = start(catalogue(maxActive=1)).client()
    client.charge("ann", PRICE).ok(201)
    ann, bob = client.joined("ann"), client.joined("bob")
    client.pay(ann, "A-1").problem(403, "not-entered")
    refusal = client.pay(bob, "A-1").problem(403, "not-admitted")
    assert refusal["position"] == 1 and refusal["estimatedWaitSeconds"] > 0
    client.leave(ann).ok(204)
    over = client.pay(ann, "A-1").problem(401, "token-expired")
    assert over["reason"] == "LEFT" and "paymentId" not in over
    client.pay(None, "A-1").problem(401, "token-missing")
    client.pay("qt_" + "0" * 32, "A-1").problem(401, "token-unknown")


def test_twice_is_once(rich):
    token = rich.inside("ann")
    rich.held(token, "A-1")
    paid = rich.pay(token, "A-1").ok(201)
    over = rich.pay(token, "A-1").problem(401, "token-expired")
    assert (over["reason"], over["paymentId"]) == ("PAID", paid["paymentId"])
    rich.pay(rich.inside("ann"), "A-1").problem(410, "hold-gone")
    assert rich.balance("ann") == 1000000 - PRICE


@pytest.mark.parametrize("body, field", [
    ({}, ""), ({"date": DATE}, "seatNumber"), ({"reservationId": "0" * 32, "date": DATE}, ""),
    ({"reservationId": 5}, "reservationId"), ({"date": DATE, "seatNumbers": []}, "seatNumbers"),
    ({"date": DATE, "seatNumber": "A-1", "amount": 1}, "amount"),
    ({"date": DATE, "seatNumbers": ["A-1", "A-1"]}, "seatNumbers")])
def test_a_bad_body_is_refused_whole(rich, body, field):
    token = rich.inside("ann")
    rich.held(token, "A-1")
    refusal = rich.post("/api/v1/payments", body, token=token).problem(400, "invalid-request")
    assert refusal["field"].startswith(field)
    assert rich.balance("ann") == 1000000
    assert rich.status(token) == "ENTERED"


def test_a_payment_needs_its_id_and_nothing_else(rich):
    token = rich.inside("ann")
    rich.held(token, "A-1")
    payment = rich.pay(token, "A-1").ok(201)["paymentId"]
    assert rich.payment(payment).status == 200
    for other in ("0" * 32, payment[:-1], payment.upper() + "0", "nonsense"):
        rich.payment(other).problem(404, "no-such-payment")


def test_a_free_seat_costs_nothing(start):
    client = start(catalogue(price=0)).client()
    token = client.inside("ann")
    client.held(token, "A-1")
    paid = client.pay(token, "A-1").ok(201)
    assert (paid["amount"], paid["balanceAfter"]) == (0, 0)


def test_the_price_is_that_of_the_hold(gala, rich):
    """What is held cannot be repriced, so nobody pays more than they were told."""
    token = rich.inside("ann")
    held = rich.reserve(token, "A-1").ok(201)
    gala.admin().post("/api/v1/admin/catalogue", catalogue(price=PRICE * 2)).problem(409, "catalogue-conflict")
    assert rich.pay(token, "A-1").ok(201)["amount"] == held["amount"] == PRICE
