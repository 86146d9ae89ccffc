# SPDX-License-Identifier: MIT
"""Many people want the same thing at the same moment."""

from collections import Counter

import pytest

from support.catalogue import PRICE, catalogue
from support.crowd import at_once

CROWD = 200


@pytest.fixture
def hall(start):
    """Forty seats and two hundred people inside."""
    server = start(catalogue(seats=40, maxActive=CROWD))
    client = server.client()
    tokens = [client.inside(f"user-{number}") for number in range(CROWD)]
    return server, client, tokens


def test_two_hundred_after_one_seat(hall):
    server, client, tokens = hall
    answers = at_once(server, [lambda own, token=token: own.reserve(token, "A-1") for token in tokens])
    assert Counter(answer.status for answer in answers) == {201: 1, 409: CROWD - 1}
    winner = next(index for index, answer in enumerate(answers) if answer.status == 201)
    for answer in answers:
        if answer.status == 409:
            assert answer.problem(409, "seat-taken")["conflicts"] == [{"seatNumber": "A-1", "status": "HELD"}]
    assert client.seat_states(tokens[winner])["A-1"] == ("HELD", True)
    assert client.seat_states(tokens[winner - 1])["A-1"] == ("HELD", False)
    assert client.get("/api/v1/concerts/gala").ok()["dates"][0]["seatsAvailable"] == 39


def test_two_hundred_after_forty_seats(hall):
    server, client, tokens = hall
    answers = at_once(server, [lambda own, token=token, seat=index % 40 + 1: own.reserve(token, f"A-{seat}")
                               for index, token in enumerate(tokens)])
    assert Counter(answer.status for answer in answers) == {201: 40, 409: CROWD - 40}
    held = [answer.json["seats"][0]["seatNumber"] for answer in answers if answer.status == 201]
    assert len(set(held)) == 40
    states = client.seat_states(tokens[0])
    assert {status for status, _ in states.values()} == {"HELD"}


def test_overlapping_pairs_never_share_a_seat(hall):
    server, client, tokens = hall
    answers = at_once(server, [
        lambda own, token=token, seat=index % 40: own.reserve(token, f"A-{seat + 1}", f"A-{(seat + 1) % 40 + 1}")
        for index, token in enumerate(tokens)])
    held = [seat["seatNumber"] for answer in answers if answer.status == 201 for seat in answer.json["seats"]]
    assert len(held) == len(set(held)) >= 2
    assert client.get("/api/v1/concerts/gala").ok()["dates"][0]["seatsAvailable"] == 40 - len(held)


def test_one_user_joining_at_once_has_one_token(gala):
    answers = at_once(gala, [lambda own: own.join("ann") for _ in range(50)])
    assert Counter(answer.status for answer in answers) == {201: 1, 200: 49}
    assert len({answer.json["token"] for answer in answers}) == 1
    assert gala.client().join("bob").ok(201)["ticketNumber"] == 2


def test_many_joining_at_once_have_a_number_each(start):
    server = start(catalogue(maxActive=10))
    answers = at_once(server, [lambda own, user=f"user-{number}": own.join(user) for number in range(100)])
    joined = [answer.ok(201) for answer in answers]
    assert sorted(token["ticketNumber"] for token in joined) == list(range(1, 101))
    assert Counter(token["status"] for token in joined) == {"ADMITTED": 10, "WAITING": 90}
    for token in joined:
        assert (token["status"] == "ADMITTED") == (token["ticketNumber"] <= 10)


def test_one_users_limit_holds_at_once(gala):
    token = gala.client().inside("ann")
    answers = at_once(gala, [lambda own, seat=seat: own.reserve(token, f"A-{seat}") for seat in range(1, 21)])
    assert Counter(answer.status for answer in answers) == {201: 4, 409: 16}
    for answer in answers:
        if answer.status == 409:
            answer.problem(409, "seat-limit")


def test_paying_at_once_is_paying_once(gala):
    client = gala.client()
    client.charge("ann", 10 * PRICE).ok(201)
    token = client.inside("ann")
    client.held(token, "A-1")
    answers = at_once(gala, [lambda own: own.pay(token, "A-1") for _ in range(30)])
    assert Counter(answer.status for answer in answers) == {201: 1, 401: 29}
    for answer in answers:
        if answer.status == 401:
            assert answer.problem(401, "token-expired")["reason"] == "PAID"
    assert client.balance("ann") == 9 * PRICE


def test_a_balance_is_never_spent_twice(start):
    """One user, inside five concerts, with money for two seats."""
    names = [f"hall-{number}" for number in range(5)]
    server = start(*(catalogue(name) for name in names))
    client = server.client()
    client.charge("ann", 2 * PRICE + 1).ok(201)
    tokens = [client.inside("ann", name) for name in names]
    for token in tokens:
        client.held(token, "A-1")
    answers = at_once(server, [lambda own, token=token: own.pay(token, "A-1") for token in tokens])
    assert Counter(answer.status for answer in answers) == {201: 2, 402: 3}
    assert client.balance("ann") == 1
    assert sorted(answer.json["balanceAfter"] for answer in answers if answer.status == 201) == [1, PRICE + 1]


def test_charges_at_once_all_count(gala):
    answers = at_once(gala, [lambda own, amount=amount: own.charge("ann", amount) for amount in range(1, 61)])
    assert all(answer.status == 201 for answer in answers)
    assert gala.client().balance("ann") == 60 * 61 // 2
    assert len({answer.json["balance"] for answer in answers}) == 60


def test_leaving_and_paying_at_once(gala):
    """One of them wins, whole."""
    client = gala.client()
    for number in range(10):
        user, seat = f"user-{number}", f"A-{number + 1}"
        client.charge(user, PRICE).ok(201)
        token = client.inside(user)
        client.held(token, seat)
        paid, left = at_once(gala, [lambda own: own.pay(token, seat), lambda own: own.leave(token)])
        assert {(201, 401): "PAID", (401, 204): "LEFT"}[paid.status, left.status] == client.over(token)
        again = client.inside(user)
        expected = ("RESERVED", True) if paid.status == 201 else ("AVAILABLE", False)
        assert client.seat_states(again)[seat] == expected
        assert client.balance(user) == (0 if paid.status == 201 else PRICE)


def test_places_that_come_free_at_once_go_to_the_first_in_line(start):
    server = start(catalogue(maxActive=20))
    client = server.client()
    inside = [client.inside(f"in-{number}") for number in range(20)]
    waiting = [client.joined(f"out-{number}") for number in range(60)]
    answers = at_once(server, [lambda own, token=token: own.leave(token) for token in inside])
    assert all(answer.status == 204 for answer in answers)
    assert [client.status(token) for token in waiting] == ["ADMITTED"] * 20 + ["WAITING"] * 40
