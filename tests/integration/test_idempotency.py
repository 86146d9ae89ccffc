# SPDX-License-Identifier: MIT
"""The same request twice is one: what succeeded is answered again, what was refused binds nothing."""

import threading

import pytest

from support.catalogue import PRICE, catalogue

DAY = 24 * 3600


def assert_replayed(first, again):
    assert again.headers.get("idempotent-replay") == "true"
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers.get("location") == first.headers.get("location")
    assert "idempotent-replay" not in first.headers


def test_a_charge(client):
    first = client.charge("ann", 100, key="one")
    assert first.status == 201
    assert_replayed(first, client.charge("ann", 100, key="one"))
    assert client.balance("ann") == 100
    assert client.charge("ann", 100, key="two").ok(201)["balance"] == 200
    assert client.charge("ann", 100).ok(201)["balance"] == 300


def test_a_reservation(gala, client):
    token = client.inside("ann")
    first = client.reserve(token, "A-1", key="one")
    assert first.status == 201
    assert_replayed(first, client.reserve(token, "A-1", key="one"))
    client.release(first.json["reservationId"], token).ok(204)
    assert_replayed(first, client.reserve(token, "A-1", key="one"))
    assert client.seat_states(token)["A-1"] == ("AVAILABLE", False), "a replay does nothing"


def test_a_payment_even_after_its_token_is_over(client):
    client.charge("ann", 3 * PRICE).ok(201)
    token = client.inside("ann")
    client.held(token, "A-1")
    first = client.pay(token, "A-1", key="one")
    assert first.status == 201
    assert_replayed(first, client.pay(token, "A-1", key="one"))
    client.pay(token, "A-1").problem(401, "token-expired")
    client.pay(token, "A-1", key="two").problem(401, "token-expired")
    assert client.balance("ann") == 2 * PRICE


def test_another_body_under_the_same_key(client):
    client.charge("ann", 100, key="one").ok(201)
    client.charge("ann", 101, key="one").problem(422, "idempotency-key-reused")
    assert client.balance("ann") == 100
    token = client.inside("ann")
    client.reserve(token, "A-1", key="one").ok(201)
    client.reserve(token, "A-2", key="one").problem(422, "idempotency-key-reused")
    assert client.seat_states(token)["A-2"] == ("AVAILABLE", False)


def test_the_same_body_written_otherwise(client):
    first = client.post("/api/v1/users/ann/balance/charges", raw=b'{"amount":100}', key="one")
    again = client.post("/api/v1/users/ann/balance/charges", raw=b' { "amount" : 100 } ', key="one")
    assert_replayed(first, again)


def test_a_bad_body_under_a_bound_key_does_nothing(client):
    client.charge("ann", 100, key="one").ok(201)
    answer = client.charge("ann", 0, key="one")
    assert (answer.status, answer.json["code"]) in ((400, "invalid-request"), (422, "idempotency-key-reused"))
    assert client.balance("ann") == 100


def test_a_key_belongs_to_its_path_and_caller(start):
    client = start(catalogue()).client()
    assert client.charge("ann", 100, key="one").ok(201)["userId"] == "ann"
    assert client.charge("bob", 100, key="one").ok(201)["userId"] == "bob"
    ann, bob = client.inside("ann"), client.inside("bob")
    client.reserve(ann, "A-1", key="one").ok(201)
    answer = client.reserve(bob, "A-1", key="one")
    answer.problem(409, "seat-taken")
    assert client.reserve(bob, "A-2", key="one").ok(201)["userId"] == "bob"
    client.pay(ann, "A-1", key="one").problem(402, "insufficient-balance")


def test_a_key_does_not_open_anothers_answer(client):
    """Someone who guesses the key and the body, but has no token, is told nothing."""
    client.charge("ann", PRICE).ok(201)
    token = client.inside("ann")
    client.held(token, "A-1")
    client.pay(token, "A-1", key="one").ok(201)
    client.pay(None, "A-1", key="one").problem(401, "token-missing")
    client.pay("qt_" + "0" * 32, "A-1", key="one").problem(401, "token-unknown")
    client.pay(client.inside("bob"), "A-1", key="one").problem(410, "hold-gone")


def test_a_refusal_binds_nothing(gala, client):
    token = client.inside("ann")
    client.held(token, "A-1")
    client.pay(token, "A-1", key="one").problem(402, "insufficient-balance")
    client.charge("ann", PRICE).ok(201)
    paid = client.pay(token, "A-1", key="one")
    assert paid.status == 201 and "idempotent-replay" not in paid.headers
    assert_replayed(paid, client.pay(token, "A-1", key="one"))


def test_a_refused_body_binds_nothing(client):
    client.charge("ann", 0, key="one").problem(400, "invalid-request")
    assert client.charge("ann", 5, key="one").ok(201)["balance"] == 5


def test_a_success_of_200_binds_too(client):
    token = client.inside("ann")
    client.held(token, "A-1")
    first = client.reserve(token, "A-1", key="one")
    assert first.status == 200
    assert_replayed(first, client.reserve(token, "A-1", key="one"))


@pytest.mark.parametrize("key", ["x", "x" * 255, "a b", "~!\"#$%&'()*+,-./:;<=>?@[]^_`{|}", "1"])
def test_every_form_of_key(client, key):
    first = client.charge("ann", 100, key=key)
    assert first.status == 201
    assert_replayed(first, client.charge("ann", 100, key=key))


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "schl\u00fcssel"])
def test_no_other_form_of_key(client, key):
    answer = client.request("POST", "/api/v1/users/ann/balance/charges", {"amount": 1},
                            headers={"Idempotency-Key": key.encode("utf-8")})
    assert answer.status == 400, answer
    assert answer.json["code"] in ("invalid-request", "malformed-request")
    assert client.balance("ann") == 0


def test_keys_differ_by_case(client):
    client.charge("ann", 1, key="key").ok(201)
    assert client.charge("ann", 1, key="Key").ok(201)["balance"] == 2


@pytest.mark.parametrize("kill", [False, True])
def test_answers_are_kept_over_a_restart(start, kill):
    server = start(catalogue())
    client = server.client()
    charged = client.charge("ann", 5 * PRICE, key="one")
    token = client.inside("ann")
    reserved = client.reserve(token, "A-1", key="one")
    paid = client.pay(token, "A-1", key="one")
    assert (charged.status, reserved.status, paid.status) == (201, 201, 201)
    server.restart(kill=kill)
    assert_replayed(charged, client.charge("ann", 5 * PRICE, key="one"))
    assert_replayed(reserved, client.reserve(token, "A-1", key="one"))
    assert_replayed(paid, client.pay(token, "A-1", key="one"))
    assert client.balance("ann") == 4 * PRICE


def test_answers_are_kept_for_a_day(gala, client):
    first = client.charge("ann", 100, key="one")
    gala.advance(DAY - 1)
    assert_replayed(first, client.charge("ann", 100, key="one"))
    assert client.balance("ann") == 100


def test_at_once_only_one_takes_effect(gala):
    """Either the first is still running, or it is answered again: never a second charge."""
    clients = [gala.client() for _ in range(24)]
    barrier, answers = threading.Barrier(len(clients)), []

    def charge(client):
        client.balance("ann")
        barrier.wait()
        answers.append(client.charge("ann", 100, key="one"))

    threads = [threading.Thread(target=charge, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(clients)
    fresh = [answer for answer in answers if answer.status == 201 and "idempotent-replay" not in answer.headers]
    assert len(fresh) == 1
    for answer in answers:
        if answer.status == 409:
            answer.problem(409, "idempotency-in-progress")
        else:
            assert answer.body == fresh[0].body
    assert clients[0].balance("ann") == 100


def test_where_no_key_is_honoured_it_does_no_harm(client):
    first = client.post("/api/v1/concerts/gala/queue/tokens", {"userId": "ann"}, key="one").ok(201)
    second = client.post("/api/v1/concerts/gala/queue/tokens", {"userId": "bob"}, key="one").ok(201)
    assert first["token"] != second["token"]
