# SPDX-License-Identifier: MIT
"""The states of a token and every way from one to the next."""

import pytest

from support.catalogue import PRICE, catalogue
from support.times import later

ENTRY_WINDOW, SESSION, ABANDON = 120, 600, 300


@pytest.fixture
def narrow(start):
    """A concert with room for one."""
    return start(catalogue(maxActive=1))


def test_with_room_and_nobody_ahead_the_join_is_an_admission(gala, client):
    now = gala.now()
    joined = client.join("ann").ok(201)
    assert joined["token"].startswith("qt_")
    del joined["token"]
    assert joined == {"concertId": "gala", "userId": "ann", "status": "ADMITTED", "ticketNumber": 1, "position": 0,
                      "ahead": 0, "estimatedWaitSeconds": 0, "pollAfterSeconds": 5,
                      "expiresAt": later(now, ENTRY_WINDOW)}


def test_without_room_one_waits(narrow):
    client, now = narrow.client(), narrow.now()
    client.join("ann").ok(201)
    for place in (1, 2, 3):
        joined = client.join(f"user-{place}").ok(201)
        assert (joined["status"], joined["ticketNumber"]) == ("WAITING", place + 1)
        assert (joined["position"], joined["ahead"]) == (place, place - 1)
        assert joined["expiresAt"] == later(now, ABANDON)
        assert joined["estimatedWaitSeconds"] > 0


@pytest.mark.parametrize("user", ["A", "a" * 64, "Az09._@-+|:=", "-", "a.b@c-d_e", "auth0|507f", "kim+tickets@example.org", "urn:idp:kim=7"])
def test_every_form_of_user_may_join(client, user):
    assert client.join(user).ok(201)["userId"] == user


@pytest.mark.parametrize("user", ["", "a" * 65, "a b", "a/b", "a;b", "a,b", "a\"b", "é", "a\n", "a\u0000", 7, None, ["a"]])
def test_no_other_form_of_user_may_join(client, user):
    refusal = client.join(user).problem(400, "invalid-request")
    assert refusal["field"] == "userId"
    assert client.join("ann").ok(201)["ticketNumber"] == 1, "a refused join takes no number"


def test_joining_a_concert_that_is_none(client):
    client.join("ann", "nowhere").problem(404, "no-such-concert")


def test_joining_again_gives_the_same_token_and_place(narrow):
    client = narrow.client()
    first = client.join("ann").ok(201)
    waiting = client.join("bob").ok(201)
    client.joined("cid")
    assert client.join("ann").ok(200) == first
    assert client.join("bob").ok(200) == waiting
    client.enter(first["token"]).ok()
    assert client.join("ann").ok(200)["status"] == "ENTERED"


def test_joining_again_after_the_end_is_a_new_place(narrow):
    client = narrow.client()
    client.joined("ann")
    bob, cid = client.joined("bob"), client.joined("cid")
    client.leave(bob).ok(204)
    again = client.join("bob").ok(201)
    assert again["token"] != bob and (again["ticketNumber"], again["position"]) == (4, 2)
    assert client.over(bob) == "LEFT"
    assert client.poll(cid).ok()["position"] == 1


def test_a_user_may_be_in_the_lines_of_two_concerts(start):
    client = start(catalogue(), catalogue("recital")).client()
    here, there = client.join("ann").ok(201), client.join("ann", "recital").ok(201)
    assert here["token"] != there["token"]
    assert (here["ticketNumber"], there["ticketNumber"]) == (1, 1)
    client.leave(here["token"]).ok(204)
    assert client.status(there["token"]) == "ADMITTED"


def test_a_poll_shows_the_place_without_the_secret(narrow):
    client = narrow.client()
    client.joined("ann")
    joined = client.join("bob").ok(201)
    token = joined.pop("token")
    assert client.poll(token).ok() == joined


def test_credentials_that_are_no_token(client):
    client.joined("ann")
    for call in (client.poll, client.enter, client.leave):
        call(None).problem(401, "token-missing")
        for other in ("qt_" + "0" * 32, "qt_", "nonsense", "op_" + "0" * 32, "QT_" + "0" * 32):
            call(other).problem(401, "token-unknown")
    basic = client.get("/api/v1/queue/token", headers={"Authorization": "Basic YTpi"})
    basic.problem(401, "token-missing")
    client.get("/api/v1/queue/token", headers={"Authorization": "Bearer"}).problem(401, "token-missing")


def test_the_scheme_of_a_credential_has_no_case(client):
    token = client.joined("ann")
    assert client.get("/api/v1/queue/token", headers={"Authorization": f"bearer {token}"}).status == 200


def test_a_token_in_the_query_is_none(client):
    token = client.joined("ann")
    client.get(f"/api/v1/queue/token?token={token}").problem(401, "token-missing")


def test_entering(gala, client):
    token = client.joined("ann")
    now = gala.advance(7)
    entered = client.enter(token).ok()
    assert (entered["status"], entered["expiresAt"]) == ("ENTERED", later(now, SESSION))
    gala.advance(60)
    assert client.enter(token).ok() == entered, "entering again lengthens nothing"
    assert client.poll(token).ok() == entered


def test_who_waits_cannot_enter(narrow):
    client = narrow.client()
    client.joined("ann")
    client.joined("bob")
    cid = client.join("cid").ok(201)
    refusal = client.enter(cid["token"]).problem(403, "not-admitted")
    assert refusal["position"] == 2
    assert refusal["estimatedWaitSeconds"] == cid["estimatedWaitSeconds"]
    assert client.status(cid["token"]) == "WAITING"


def test_leaving_ends_it_and_lets_the_next_in(narrow):
    client, now = narrow.client(), narrow.now()
    ann, bob, cid = client.joined("ann"), client.joined("bob"), client.joined("cid")
    left = client.leave(ann)
    assert (left.status, left.body) == (204, b"")
    called = client.poll(bob).ok()
    assert (called["status"], called["expiresAt"]) == ("ADMITTED", later(now, ENTRY_WINDOW))
    assert client.poll(cid).ok()["position"] == 1
    for call in (client.poll, client.enter, client.leave):
        assert call(ann).problem(401, "token-expired")["reason"] == "LEFT"


def test_leaving_from_inside_releases_the_holds(client):
    ann, bob = client.inside("ann"), client.inside("bob")
    reservation = client.held(ann, "A-1")
    client.leave(ann).ok(204)
    assert client.seat_states(bob)["A-1"] == ("AVAILABLE", False)
    assert client.reservation(reservation, ann).ok()["status"] == "RELEASED"
    client.held(bob, "A-1")


def test_who_gives_no_sign_of_life_is_abandoned(narrow):
    client = narrow.client()
    ann = client.inside("ann")
    bob, cid = client.joined("bob"), client.joined("cid")
    narrow.advance(ABANDON - 1)
    assert client.poll(cid).ok()["position"] == 2
    narrow.advance(1)
    assert client.over(bob) == "ABANDONED"
    assert client.poll(cid).ok()["position"] == 1
    assert client.status(ann) == "ENTERED"


def test_a_poll_and_a_rejoin_keep_the_place(narrow):
    client = narrow.client()
    client.inside("ann")
    bob, cid = client.joined("bob"), client.joined("cid")
    for _ in range(3):
        now = narrow.advance(ABANDON // 2 - 10)
        assert client.poll(bob).ok()["expiresAt"] == later(now, ABANDON)
        assert client.join("cid").ok(200)["expiresAt"] == later(now, ABANDON)
    assert (client.poll(bob).ok()["position"], client.poll(cid).ok()["position"]) == (1, 2)


def test_who_is_admitted_and_does_not_enter_misses_it(narrow):
    client, now = narrow.client(), narrow.now()
    ann, bob = client.joined("ann"), client.joined("bob")
    narrow.advance(ENTRY_WINDOW - 1)
    assert client.status(ann) == "ADMITTED" and client.status(bob) == "WAITING"
    narrow.advance(1)
    assert client.over(ann) == "ENTRY_MISSED"
    assert client.poll(bob).ok()["expiresAt"] == later(now, 2 * ENTRY_WINDOW)


def test_what_falls_due_is_stepped_through_in_order(narrow):
    client, now = narrow.client(), narrow.now()
    tokens = [client.joined(f"user-{number}") for number in range(4)]
    narrow.advance(2 * ENTRY_WINDOW + 30)
    assert [client.over(token) for token in tokens[:2]] == ["ENTRY_MISSED", "ENTRY_MISSED"]
    third = client.poll(tokens[2]).ok()
    assert (third["status"], third["expiresAt"]) == ("ADMITTED", later(now, 3 * ENTRY_WINDOW))
    assert client.status(tokens[3]) == "WAITING"


def test_a_session_ends(narrow):
    client = narrow.client()
    ann = client.inside("ann")
    narrow.advance(SESSION - 1)
    assert client.status(ann) == "ENTERED"
    bob = client.joined("bob")
    now = narrow.advance(1)
    assert client.over(ann) == "SESSION_ENDED"
    assert client.poll(bob).ok()["expiresAt"] == later(now, ENTRY_WINDOW)
    client.reserve(ann, "A-1").problem(401, "token-expired")


def test_polling_does_not_lengthen_an_admission_or_a_session(gala, client):
    ann, bob = client.join("ann").ok(201), client.inside("bob")
    inside = client.poll(bob).ok()["expiresAt"]
    gala.advance(100)
    assert client.poll(ann["token"]).ok()["expiresAt"] == ann["expiresAt"]
    assert client.join("bob").ok(200)["expiresAt"] == inside


def test_a_payment_ends_the_visit_and_lets_the_next_in(narrow):
    client = narrow.client()
    ann, bob = client.inside("ann"), client.joined("bob")
    client.charge("ann", PRICE).ok(201)
    client.held(ann, "A-1")
    client.pay(ann, "A-1").ok(201)
    assert client.over(ann) == "PAID"
    assert client.status(bob) == "ADMITTED"


def test_when_all_is_sold_those_who_wait_are_told(start):
    server = start(catalogue(seats=1, maxActive=1))
    client = server.client()
    ann, bob, cid = client.inside("ann"), client.joined("bob"), client.joined("cid")
    client.charge("ann", PRICE).ok(201)
    client.held(ann, "A-1")
    assert client.status(bob) == "WAITING", "a seat that is only held may come back"
    client.pay(ann, "A-1").ok(201)
    assert [client.over(token) for token in (ann, bob, cid)] == ["PAID", "SOLD_OUT", "SOLD_OUT"]
    for user in ("dan", "bob"):
        client.join(user).problem(409, "sold-out")
    server.restart()
    assert [client.over(token) for token in (ann, bob, cid)] == ["PAID", "SOLD_OUT", "SOLD_OUT"]
    client.join("eve").problem(409, "sold-out")


def test_while_no_seat_is_available_nobody_is_admitted(start):
    client = start(catalogue(seats=1, maxActive=5)).client()
    ann = client.inside("ann")
    reservation = client.held(ann, "A-1")
    bob = client.join("bob").ok(201)
    assert (bob["status"], bob["position"]) == ("WAITING", 1)
    client.release(reservation, ann).ok(204)
    assert client.status(bob["token"]) == "ADMITTED"


def test_a_hold_that_runs_out_lets_the_next_in(start):
    server = start(catalogue(seats=1, maxActive=5))
    client, now = server.client(), server.now()
    ann = client.inside("ann")
    client.held(ann, "A-1")
    bob = client.joined("bob")
    server.advance(299)
    assert client.status(bob) == "WAITING"
    server.advance(1)
    assert client.poll(bob).ok()["expiresAt"] == later(now, 300 + ENTRY_WINDOW)


def test_the_concerts_own_settings_win(start):
    server = start(catalogue(maxActive=2, entryWindowSeconds=10, sessionSeconds=20, abandonAfterSeconds=90,
                             pollAfterSeconds=7),
                   settings={"queue.max_active": 1, "queue.entry_window_seconds": 50, "queue.session_seconds": 60,
                             "queue.abandon_after_seconds": 70, "queue.poll_after_seconds": 3})
    client, now = server.client(), server.now()
    ann, bob, cid = (client.join(user).ok(201) for user in ("ann", "bob", "cid"))
    assert [joined["status"] for joined in (ann, bob, cid)] == ["ADMITTED", "ADMITTED", "WAITING"]
    assert (ann["expiresAt"], cid["expiresAt"]) == (later(now, 10), later(now, 90))
    assert client.enter(ann["token"]).ok()["expiresAt"] == later(now, 20)
    assert cid["pollAfterSeconds"] == 7


def test_the_configurations_settings_hold_for_the_others(start):
    server = start(catalogue(), settings={"queue.max_active": 1, "queue.entry_window_seconds": 50,
                                          "queue.session_seconds": 60, "queue.abandon_after_seconds": 70,
                                          "queue.poll_after_seconds": 3})
    client, now = server.client(), server.now()
    ann, bob = client.join("ann").ok(201), client.join("bob").ok(201)
    assert (ann["expiresAt"], bob["expiresAt"]) == (later(now, 50), later(now, 70))
    assert client.enter(ann["token"]).ok()["expiresAt"] == later(now, 60)
    assert bob["pollAfterSeconds"] >= 3


def test_an_expired_token_is_remembered_for_a_day(gala, client):
    token = client.joined("ann")
    client.leave(token).ok(204)
    gala.advance(24 * 3600 - 1)
    assert client.over(token) == "LEFT"
    gala.advance(24 * 3600)
    client.poll(token).problem(401, "token-unknown")


@pytest.mark.parametrize("kill", [False, True])
def test_every_reason_is_remembered_over_a_restart(start, kill):
    server = start(catalogue(maxActive=4))
    client = server.client()
    client.charge("paid", PRICE).ok(201)
    tokens = {user: client.inside(user) for user in ("paid", "ended", "left")}
    client.held(tokens["paid"], "A-1")
    client.pay(tokens["paid"], "A-1").ok(201)
    client.leave(tokens["left"]).ok(204)
    tokens["missed"] = client.joined("missed")
    tokens["four"] = client.inside("four")
    tokens["five"] = client.inside("five")
    tokens["abandoned"] = client.joined("abandoned")
    server.advance(ABANDON - 150)
    tokens["six"] = client.joined("six")
    server.advance(SESSION)
    expected = {"paid": "PAID", "left": "LEFT", "missed": "ENTRY_MISSED", "ended": "SESSION_ENDED"}
    assert {user: client.over(tokens[user]) for user in expected} == expected
    every = {user: client.over(token) for user, token in tokens.items()}
    server.restart(kill=kill)
    assert {user: client.over(token) for user, token in tokens.items()} == every


@pytest.mark.parametrize("kill", [False, True])
def test_abandonment_is_remembered_over_a_restart(start, kill):
    server = start(catalogue(maxActive=1))
    client = server.client()
    client.inside("ann")
    bob = client.joined("bob")
    server.advance(ABANDON)
    assert client.over(bob) == "ABANDONED"
    server.restart(kill=kill)
    assert client.over(bob) == "ABANDONED"
