# SPDX-License-Identifier: MIT
"""Seats held for a while: all or none, one holder, never longer than promised."""

import pytest

from support.catalogue import DATE, OTHER_DATE, PRICE, catalogue
from support.times import later

HOLD, SESSION, ENTRY_WINDOW = 300, 600, 120


def test_one_seat(gala, client):
    token = client.inside("ann")
    now = gala.advance(3)
    answer = client.reserve(token, "A-1")
    held = answer.ok(201)
    assert answer.headers["location"] == f"/api/v1/reservations/{held['reservationId']}"
    assert held == {
        "reservationId": held["reservationId"], "concertId": "gala", "userId": "ann", "date": DATE, "status": "HELD",
        "seats": [{"seatNumber": "A-1", "category": "R", "price": PRICE}], "amount": PRICE, "currency": "KRW",
        "heldAt": now, "expiresAt": later(now, HOLD)}
    assert client.reservation(held["reservationId"], token).ok() == held


def test_several_seats_with_their_prices(start):
    made = catalogue()
    made["categories"].append({"name": "S", "price": 30000})
    made["seats"] = [{"seatNumber": "BOX-1", "category": "S"}]
    client = start(made).client()
    token = client.inside("ann")
    held = client.reserve(token, "BOX-1", "A-2").ok(201)
    assert {seat["seatNumber"]: (seat["category"], seat["price"]) for seat in held["seats"]} == {
        "BOX-1": ("S", 30000), "A-2": ("R", PRICE)}
    assert held["amount"] == PRICE + 30000
    states = client.seat_states(token)
    assert states["BOX-1"] == states["A-2"] == ("HELD", True)


def test_a_list_of_one_is_one_seat(client):
    token = client.inside("ann")
    answer = client.post("/api/v1/reservations", {"date": DATE, "seatNumbers": ["A-1"]}, token=token)
    assert [seat["seatNumber"] for seat in answer.ok(201)["seats"]] == ["A-1"]


def test_reserving_is_entering(gala, client):
    token = client.joined("ann")
    now = gala.advance(50)
    client.held(token, "A-1")
    inside = client.poll(token).ok()
    assert (inside["status"], inside["expiresAt"]) == ("ENTERED", later(now, SESSION))


def test_a_refused_reservation_is_no_entry(client):
    client.held(client.inside("bob"), "A-1")
    token = client.joined("ann")
    client.reserve(token, "A-1").problem(409, "seat-taken")
    assert client.status(token) == "ADMITTED"


@pytest.mark.parametrize("sold, status", [(False, "HELD"), (True, "RESERVED")])
def test_a_taken_seat(client, sold, status):
    ann, bob = client.inside("ann"), client.inside("bob")
    client.held(ann, "A-1")
    if sold:
        client.charge("ann", PRICE).ok(201)
        client.pay(ann, "A-1").ok(201)
    refusal = client.reserve(bob, "A-1").problem(409, "seat-taken")
    assert refusal["conflicts"] == [{"seatNumber": "A-1", "status": status}]


def test_all_or_none(client):
    ann, bob = client.inside("ann"), client.inside("bob")
    client.held(ann, "A-2", "A-4")
    refusal = client.reserve(bob, "A-1", "A-2", "A-3", "A-4").problem(409, "seat-taken")
    assert sorted(conflict["seatNumber"] for conflict in refusal["conflicts"]) == ["A-2", "A-4"]
    states = client.seat_states(bob)
    assert states["A-1"] == states["A-3"] == ("AVAILABLE", False)


def test_the_same_seats_again_are_the_same_reservation(gala, client):
    token = client.inside("ann")
    first = client.reserve(token, "A-1", "A-2").ok(201)
    gala.advance(60)
    for seats in (("A-1", "A-2"), ("A-2", "A-1")):
        assert client.reserve(token, *seats).ok(200) == first, "and the hold is not lengthened"


@pytest.mark.parametrize("seats", [("A-1",), ("A-1", "A-2", "A-3"), ("A-2", "A-3")])
def test_other_seats_than_those_held_conflict_with_ones_own(client, seats):
    token = client.inside("ann")
    client.held(token, "A-1", "A-2")
    client.reserve(token, *seats).problem(409, "seat-taken")
    assert client.seat_states(token)["A-3"] == ("AVAILABLE", False)


def test_at_most_four_seats_a_user(client):
    token = client.inside("ann")
    client.reserve(token, "A-1", "A-2", "A-3", "A-4", "A-5").problem(409, "seat-limit")
    client.held(token, "A-1", "A-2", "A-3")
    client.reserve(token, "A-4", "A-5").problem(409, "seat-limit")
    client.held(token, "A-4")
    client.reserve(token, "A-5").problem(409, "seat-limit")
    assert client.seat_states(token)["A-5"] == ("AVAILABLE", False)


def test_bought_seats_count_and_so_do_other_dates(start):
    client = start(catalogue(dates=[DATE, OTHER_DATE])).client()
    token = client.inside("ann")
    client.charge("ann", 3 * PRICE).ok(201)
    client.held(token, "A-1", "A-2", "A-3")
    client.pay(token, "A-1", "A-2", "A-3").ok(201)
    token = client.inside("ann")
    client.reserve(token, "A-4", "A-5", date=OTHER_DATE).problem(409, "seat-limit")
    client.held(token, "A-4", date=OTHER_DATE)
    client.reserve(token, "A-5").problem(409, "seat-limit")


def test_who_owns_as_many_as_one_may_have_joins_no_more(start):
    client = start(catalogue(maxActive=1)).client()
    seats = ("A-1", "A-2", "A-3", "A-4")
    client.charge("ann", 4 * PRICE).ok(201)
    token = client.inside("ann")
    client.held(token, *seats)
    bob = client.joined("bob")
    client.pay(token, *seats).ok(201)
    client.join("ann").problem(409, "seat-limit")
    assert client.status(bob) == "ADMITTED"
    client.leave(bob).ok(204)
    client.join("ann").problem(409, "seat-limit")


def test_seats_given_back_do_not_count(gala, client):
    token = client.inside("ann")
    reservation = client.held(token, "A-1", "A-2", "A-3", "A-4")
    client.release(reservation, token).ok(204)
    client.held(token, "A-5", "A-6", "A-7", "A-8")
    gala.advance(HOLD)
    client.held(token, "A-1", "A-2", "A-3", "A-4")


def test_another_concert_has_a_limit_of_its_own(start):
    client = start(catalogue(), catalogue("recital")).client()
    client.held(client.inside("ann"), "A-1", "A-2", "A-3", "A-4")
    client.held(client.inside("ann", "recital"), "A-1", "A-2", "A-3", "A-4")


def test_the_limit_is_configured(start):
    client = start(catalogue(), settings={"reservation.max_seats_per_user": 2}).client()
    token = client.inside("ann")
    client.reserve(token, "A-1", "A-2", "A-3").problem(409, "seat-limit")
    client.held(token, "A-1", "A-2")


def test_a_hold_runs_out(gala, client):
    ann, bob = client.inside("ann"), client.inside("bob")
    reservation = client.held(ann, "A-1")
    gala.advance(HOLD - 1)
    client.reserve(bob, "A-1").problem(409, "seat-taken")
    assert client.reservation(reservation, ann).ok()["status"] == "HELD"
    gala.advance(1)
    assert client.seat_states(bob)["A-1"] == ("AVAILABLE", False)
    assert client.reservation(reservation, ann).ok()["status"] == "EXPIRED"
    client.held(bob, "A-1")


def test_the_hold_time_is_configured(start):
    server = start(catalogue(), settings={"reservation.hold_seconds": 60})
    client = server.client()
    token = client.inside("ann")
    assert client.reserve(token, "A-1").ok(201)["expiresAt"] == later(server.now(), 60)
    server.advance(60)
    assert client.seat_states(token)["A-1"] == ("AVAILABLE", False)


def test_the_session_is_lengthened_to_cover_the_hold(gala, client):
    began = gala.now()
    token = client.inside("ann")
    gala.advance(SESSION - 100)
    held = client.reserve(token, "A-1").ok(201)
    assert held["expiresAt"] == later(began, SESSION - 100 + HOLD)
    assert client.poll(token).ok()["expiresAt"] == held["expiresAt"]


def test_a_session_that_covers_the_hold_stays_as_it_is(gala, client):
    token = client.inside("ann")
    before = client.poll(token).ok()["expiresAt"]
    client.held(token, "A-1")
    assert client.poll(token).ok()["expiresAt"] == before


def test_a_session_is_never_longer_than_session_and_hold(gala, client):
    began = gala.now()
    token = client.inside("ann")
    gala.advance(SESSION - 1)
    client.held(token, "A-1")
    gala.advance(1)
    client.held(token, "A-2")
    assert client.poll(token).ok()["expiresAt"] == later(began, SESSION + HOLD)
    gala.advance(1)
    client.reserve(token, "A-3").problem(409, "session-ending")
    assert client.seat_states(token)["A-3"] == ("AVAILABLE", False)
    gala.advance(HOLD - 1)
    assert client.over(token) == "SESSION_ENDED"


def test_who_waits_reserves_nothing(start):
    client = start(catalogue(maxActive=1)).client()
    client.joined("ann")
    bob = client.joined("bob")
    refusal = client.reserve(bob, "A-1").problem(403, "not-admitted")
    assert refusal["position"] == 1 and refusal["estimatedWaitSeconds"] > 0


@pytest.mark.parametrize("end, reason", [
    (lambda server, client, token: client.leave(token), "LEFT"),
    (lambda server, client, token: server.advance(ENTRY_WINDOW), "ENTRY_MISSED")])
def test_an_expired_token_reserves_nothing(gala, client, end, reason):
    token = client.joined("ann")
    end(gala, client, token)
    assert client.reserve(token, "A-1").problem(401, "token-expired")["reason"] == reason
    assert client.get("/api/v1/concerts/gala").ok()["dates"][0]["seatsAvailable"] == 20


def test_without_a_token(client):
    client.reserve(None, "A-1").problem(401, "token-missing")
    client.reserve("qt_" + "f" * 32, "A-1").problem(401, "token-unknown")


def test_no_such_date_or_seat(client):
    token = client.inside("ann")
    client.reserve(token, "A-1", date=OTHER_DATE).problem(404, "no-such-date")
    for seats in (("A-21",), ("A-1", "Z-9"), ("a-1",)):
        client.reserve(token, *seats).problem(404, "no-such-seat")
    assert client.seat_states(token)["A-1"] == ("AVAILABLE", False)


@pytest.mark.parametrize("body, field", [
    ({}, "date"), ({"date": DATE}, "seatNumber"), ({"seatNumber": "A-1"}, "date"),
    ({"date": DATE, "seatNumber": "A-1", "seatNumbers": ["A-1"]}, "seatNumber"),
    ({"date": DATE, "seatNumbers": []}, "seatNumbers"), ({"date": DATE, "seatNumbers": "A-1"}, "seatNumbers"),
    ({"date": DATE, "seatNumbers": ["A-1", "A-1"]}, "seatNumbers"), ({"date": DATE, "seatNumber": 1}, "seatNumber"),
    ({"date": DATE, "seatNumbers": ["A-1", 2]}, "seatNumbers"), ({"date": DATE, "seatNumber": "A 1"}, "seatNumber"),
    ({"date": DATE, "seatNumber": ""}, "seatNumber"), ({"date": DATE, "seatNumber": "A" * 17}, "seatNumber"),
    ({"date": 20261224, "seatNumber": "A-1"}, "date"), ({"date": "24.12.2026", "seatNumber": "A-1"}, "date"),
    ({"date": DATE, "seatNumber": "A-1", "userId": "bob"}, "userId"),
    ({"date": DATE, "seatNumber": None}, "seatNumber")])
def test_a_bad_body_is_refused_whole(client, body, field):
    token = client.inside("ann")
    refusal = client.post("/api/v1/reservations", body, token=token).problem(400, "invalid-request")
    assert refusal["field"].startswith(field)
    assert client.seat_states(token)["A-1"] == ("AVAILABLE", False)


class TestRelease:
    def test_the_seats_are_free_at_once(self, client):
        ann, bob = client.inside("ann"), client.inside("bob")
        reservation = client.held(ann, "A-1", "A-2")
        released = client.release(reservation, ann)
        assert (released.status, released.body) == (204, b"")
        assert client.reservation(reservation, ann).ok()["status"] == "RELEASED"
        client.held(bob, "A-2")
        assert client.seat_states(bob)["A-1"] == ("AVAILABLE", False)

    def test_released_again_it_is_still_released(self, client):
        ann, bob = client.inside("ann"), client.inside("bob")
        reservation = client.held(ann, "A-1")
        client.release(reservation, ann).ok(204)
        client.held(bob, "A-1")
        client.release(reservation, ann).ok(204)
        assert client.seat_states(bob)["A-1"] == ("HELD", True)

    def test_what_is_paid_or_expired_cannot_be_released(self, gala, client):
        ann = client.inside("ann")
        expired = client.held(ann, "A-2")
        gala.advance(HOLD)
        client.release(expired, ann).problem(410, "hold-gone")
        paid = client.held(ann, "A-1")
        client.charge("ann", PRICE).ok(201)
        client.pay(ann, "A-1").ok(201)
        again = client.inside("ann")
        client.release(paid, again).problem(410, "hold-gone")
        assert client.seat_states(again)["A-1"] == ("RESERVED", True)

    def test_anothers_does_not_exist(self, client):
        ann, bob = client.inside("ann"), client.inside("bob")
        reservation = client.held(ann, "A-1")
        for call in (client.reservation, client.release):
            call(reservation, bob).problem(404, "no-such-reservation")
            call("0" * 32, ann).problem(404, "no-such-reservation")
            call("nonsense", ann).problem(404, "no-such-reservation")
            call(reservation, None).problem(401, "token-missing")
            call(reservation, "qt_" + "0" * 32).problem(401, "token-unknown")
        assert client.reservation(reservation, ann).ok()["status"] == "HELD"

    def test_an_expired_token_opens_but_does_not_release(self, client):
        ann = client.inside("ann")
        reservation = client.held(ann, "A-1")
        client.leave(ann).ok(204)
        assert client.reservation(reservation, ann).ok()["status"] == "RELEASED"
        client.release(reservation, ann).problem(401, "token-expired")
