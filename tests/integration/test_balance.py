# SPDX-License-Identifier: MIT
"""Money: charged, paid, and every movement in the ledger."""

import pytest

from support.catalogue import PRICE, catalogue

GREATEST_CHARGE = 1000000000
GREATEST_BALANCE = 9007199254740991


def test_who_was_never_seen_has_nothing(client):
    assert client.get("/api/v1/users/ann/balance").ok() == {"userId": "ann", "balance": 0, "currency": "KRW"}
    assert client.entries("ann").ok() == {"entries": [], "next": None}


def test_a_charge(gala, client):
    now = gala.advance(1)
    charged = client.charge("ann", 150000).ok(201)
    assert charged == {"chargeId": charged["chargeId"], "userId": "ann", "amount": 150000, "balance": 150000,
                       "currency": "KRW", "chargedAt": now}
    again = client.charge("ann", 1).ok(201)
    assert again["balance"] == 150001 and again["chargeId"] != charged["chargeId"]
    assert client.balance("ann") == 150001
    assert client.balance("bob") == 0


@pytest.mark.parametrize("amount", [1, GREATEST_CHARGE])
def test_the_bounds_of_a_charge(client, amount):
    assert client.charge("ann", amount).ok(201)["balance"] == amount


@pytest.mark.parametrize("amount", [0, -1, GREATEST_CHARGE + 1, 1.5, "1", None, True, 2**63, 2**64, -2**63 - 1, [1]])
def test_no_other_amount(client, amount):
    refusal = client.charge("ann", amount).problem(400, "invalid-request")
    assert refusal["field"] == "amount"
    assert client.balance("ann") == 0
    assert client.entries("ann").ok()["entries"] == []


@pytest.mark.parametrize("raw, field", [
    (b"{}", "amount"), (b'{"amount":1,"more":1}', "more"), (b'{"amount":1,"amount":2}', "amount"),
    (b'{"amount":1.0}', "amount"), (b'{"amount":1e3}', "amount"), (b'[{"amount":1}]', ""), (b'"amount"', "")])
def test_a_bad_body_is_refused_whole(client, raw, field):
    refusal = client.post("/api/v1/users/ann/balance/charges", raw=raw).problem(400, "invalid-request")
    assert refusal["field"] == field
    assert client.balance("ann") == 0


@pytest.mark.parametrize("user", ["a%20b", "a" * 65, "%C3%A9", "a%2Fb", "a;b"])
def test_no_such_form_of_user(client, user):
    for answer in (client.get(f"/api/v1/users/{user}/balance"), client.charge(user, 1), client.entries(user)):
        assert answer.problem(400, "invalid-request")["field"] == "userId"


@pytest.mark.parametrize("encoded, plain", [
    ("a%40b.c", "a@b.c"), ("auth0%7C507f", "auth0|507f"), ("kim%2Btickets", "kim+tickets"), ("urn%3Aidp%3Akim%3D7", "urn:idp:kim=7")])
def test_an_encoded_name_is_the_same_user(client, encoded, plain):
    client.charge(encoded, 5).ok(201)
    assert client.balance(plain.replace("|", "%7C")) == 5
    assert client.entries(encoded).ok()["entries"][0]["amount"] == 5


def test_a_balance_has_an_end(start):
    """2^53 - 1 is out of reach of charges in a test: 9,007,200 of the greatest. What is reached is that they add up."""
    client = start().client()
    for count in range(1, 21):
        assert client.charge("ann", GREATEST_CHARGE).ok(201)["balance"] == count * GREATEST_CHARGE <= GREATEST_BALANCE


def test_the_ledger_newest_first(gala, client):
    charge = client.charge("ann", PRICE + 5).ok(201)
    token = client.inside("ann")
    client.held(token, "A-1")
    now = gala.advance(2)
    payment = client.pay(token, "A-1").ok(201)
    page = client.entries("ann").ok()
    assert page["next"] is None
    ids = [entry.pop("entryId") for entry in page["entries"]]
    assert len(set(ids)) == 2
    assert page["entries"] == [
        {"kind": "PAYMENT", "amount": PRICE, "balanceAfter": 5, "at": now, "reference": payment["paymentId"]},
        {"kind": "CHARGE", "amount": PRICE + 5, "balanceAfter": PRICE + 5, "at": charge["chargedAt"],
         "reference": charge["chargeId"]}]
    assert client.entries("bob").ok()["entries"] == []


def test_refused_payments_leave_no_entry(client):
    client.charge("ann", PRICE - 1).ok(201)
    token = client.inside("ann")
    client.held(token, "A-1")
    client.pay(token, "A-1").problem(402, "insufficient-balance")
    assert [entry["kind"] for entry in client.entries("ann").ok()["entries"]] == ["CHARGE"]


def test_pages(client):
    for amount in range(1, 26):
        client.charge("ann", amount).ok(201)
        client.charge("bob", 1).ok(201)
    seen, query = [], "?limit=10"
    for size in (10, 10, 5):
        page = client.entries("ann", query).ok()
        assert len(page["entries"]) == size
        seen += page["entries"]
        query = f"?limit=10&after={page['next']}"
    assert page["next"] is None
    assert [entry["amount"] for entry in seen] == list(range(25, 0, -1))
    assert len({entry["entryId"] for entry in seen}) == 25
    for newer, older in zip(seen, seen[1:]):
        assert newer["balanceAfter"] == older["balanceAfter"] + newer["amount"]


def test_a_page_stays_what_it_was_while_money_moves(client):
    for amount in range(1, 7):
        client.charge("ann", amount).ok(201)
    first = client.entries("ann", "?limit=3").ok()
    client.charge("ann", 100).ok(201)
    second = client.entries("ann", f"?limit=3&after={first['next']}").ok()
    assert [entry["amount"] for entry in first["entries"] + second["entries"]] == [6, 5, 4, 3, 2, 1]


def test_the_sizes_of_a_page(client):
    for amount in range(1, 103):
        client.charge("ann", amount).ok(201)
    assert len(client.entries("ann", "?limit=100").ok()["entries"]) == 100
    assert len(client.entries("ann").ok()["entries"]) == 20
    assert len(client.entries("ann", "?limit=1").ok()["entries"]) == 1


def test_a_last_page_that_is_just_full_says_so(client):
    for amount in (1, 2):
        client.charge("ann", amount).ok(201)
    assert client.entries("ann", "?limit=2").ok()["next"] is None


@pytest.mark.parametrize("query, field", [
    ("?limit=0", "limit"), ("?limit=101", "limit"), ("?limit=-1", "limit"), ("?limit=ten", "limit"),
    ("?limit=", "limit"), ("?limit=1.5", "limit"), ("?limit=99999999999999999999", "limit"),
    ("?after=%20", "after"), ("?after=not.a.cursor", "after")])
def test_bad_pages(client, query, field):
    assert client.entries("ann", query).problem(400, "invalid-request")["field"] == field


@pytest.mark.parametrize("kill", [False, True])
def test_the_ledger_outlasts_a_restart(start, kill):
    server = start(catalogue())
    client = server.client()
    for amount in (5, 7):
        client.charge("ann", amount).ok(201)
    before = client.entries("ann").body
    server.restart(kill=kill)
    assert client.entries("ann").body == before
    assert client.balance("ann") == 12


def test_a_currency_of_ones_own(start):
    client = start(catalogue(currency="EUR"), settings={"payment.currency": "EUR"}).client()
    assert client.charge("ann", PRICE).ok(201)["currency"] == "EUR"
    assert client.get("/api/v1/users/ann/balance").ok()["currency"] == "EUR"
    token = client.inside("ann")
    assert client.reserve(token, "A-1").ok(201)["currency"] == "EUR"
    assert client.pay(token, "A-1").ok(201)["currency"] == "EUR"
