# SPDX-License-Identifier: MIT
"""Concerts, dates and the seat map, and the files that they come from."""

import pytest

from support.catalogue import DATE, OTHER_DATE, PRICE, catalogue

EVENING = "2026-12-24T19:30"
AFTERNOON = "2026-12-24T14:00"


def test_concerts_are_listed_with_their_dates(start):
    client = start(catalogue("gala", dates=[DATE, OTHER_DATE]), catalogue("recital", dates=[EVENING])).client()
    concerts = {concert["concertId"]: concert for concert in client.get("/api/v1/concerts").ok()["concerts"]}
    assert concerts == {
        "gala": {"concertId": "gala", "title": "The gala", "venue": "Blue Hall", "currency": "KRW",
                 "dates": [DATE, OTHER_DATE]},
        "recital": {"concertId": "recital", "title": "The recital", "venue": "Blue Hall", "currency": "KRW",
                    "dates": [EVENING]}}


def test_without_a_catalogue_there_are_no_concerts(start):
    assert start().client().get("/api/v1/concerts").ok() == {"concerts": []}


def test_one_concert_counts_its_seats(start):
    client = start(catalogue(seats=3, dates=[DATE, OTHER_DATE])).client()
    token = client.inside("ann")
    client.held(token, "A-1", "A-2")
    concert = client.get("/api/v1/concerts/gala").ok()
    assert concert == {"concertId": "gala", "title": "The gala", "venue": "Blue Hall", "currency": "KRW",
                       "dates": [{"date": DATE, "seatsTotal": 3, "seatsAvailable": 1},
                                 {"date": OTHER_DATE, "seatsTotal": 3, "seatsAvailable": 3}]}


def test_sold_seats_are_not_available(start):
    client = start(catalogue(seats=3)).client()
    token = client.inside("ann")
    client.held(token, "A-1")
    client.charge("ann", PRICE).ok(201)
    client.pay(token, "A-1").ok(201)
    assert client.get("/api/v1/concerts/gala").ok()["dates"] == [
        {"date": DATE, "seatsTotal": 3, "seatsAvailable": 2}]


@pytest.mark.parametrize("concert", ["nowhere", "GALA", "gala%20", "a" * 65, "%F0%9F%8E%AD"])
def test_an_unknown_concert(client, concert):
    client.get(f"/api/v1/concerts/{concert}").problem(404, "no-such-concert")


def test_the_seat_map_shows_whose_is_what(client):
    ann, bob = client.inside("ann"), client.inside("bob")
    client.held(ann, "A-1")
    client.held(bob, "A-2")
    client.charge("bob", PRICE).ok(201)
    client.pay(bob, "A-2").ok(201)
    bob = client.inside("bob")
    seats = client.seats(ann).ok()
    assert (seats["concertId"], seats["date"], len(seats["seats"])) == ("gala", DATE, 20)
    assert seats["seats"][0] == {"seatNumber": "A-1", "category": "R", "price": PRICE, "status": "HELD", "mine": True}
    of_ann, of_bob = client.seat_states(ann), client.seat_states(bob)
    assert (of_ann["A-1"], of_bob["A-1"]) == (("HELD", True), ("HELD", False))
    assert (of_ann["A-2"], of_bob["A-2"]) == (("RESERVED", False), ("RESERVED", True))
    assert of_ann["A-3"] == of_bob["A-3"] == ("AVAILABLE", False)


def test_rows_and_seats_keep_the_order_of_the_file(start):
    made = catalogue()
    made["rows"] = [{"row": "B", "from": 9, "to": 11, "category": "R"}]
    made["seats"] = [{"seatNumber": "BOX-1", "category": "R"}, {"seatNumber": "!~", "category": "R"}]
    client = start(made).client()
    assert set(client.seat_states(client.joined("ann"))) == {"B-9", "B-10", "B-11", "BOX-1", "!~"}


def test_the_seat_map_needs_a_token_that_may_enter(start):
    client = start(catalogue(maxActive=1), catalogue("recital")).client()
    ann, bob = client.joined("ann"), client.joined("bob")
    assert client.seats(ann).status == 200
    client.seats(None).problem(401, "token-missing")
    client.seats("qt_" + "0" * 32).problem(401, "token-unknown")
    refusal = client.seats(bob).problem(403, "not-admitted")
    assert refusal["position"] == 1 and refusal["estimatedWaitSeconds"] > 0
    elsewhere = client.joined("cid", "recital")
    client.seats(elsewhere).problem(403, "wrong-concert")
    client.leave(ann).ok(204)
    assert client.seats(ann).problem(401, "token-expired")["reason"] == "LEFT"
    assert client.seats(bob).status == 200


@pytest.mark.parametrize("date", ["2026-12-26", "2026-12-24T19:30", "tomorrow", "2026-12-2"])
def test_an_unknown_date(client, date):
    client.seats(client.joined("ann"), date).problem(404, "no-such-date")


def test_a_concert_may_play_twice_a_day(start):
    client = start(catalogue(dates=[AFTERNOON, EVENING])).client()
    token = client.inside("ann")
    client.held(token, "A-1", date=EVENING)
    assert client.seat_states(token, EVENING)["A-1"] == ("HELD", True)
    assert client.seat_states(token, AFTERNOON)["A-1"] == ("AVAILABLE", False)
    client.seats(token, DATE).problem(404, "no-such-date")


def test_the_seat_map_is_not_sent_again_while_it_is_the_same(client):
    token = client.inside("ann")
    first = client.seats(token)
    etag = first.headers["etag"]
    again = client.seats(token, headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    client.held(token, "A-1")
    changed = client.seats(token, headers={"If-None-Match": etag})
    assert changed.status == 200 and changed.headers["etag"] != etag
    assert changed.json["version"] > first.json["version"]


def test_one_users_etag_is_not_anothers(client):
    ann, bob = client.inside("ann"), client.inside("bob")
    client.held(ann, "A-1")
    etag = client.seats(ann).headers["etag"]
    answer = client.seats(bob, headers={"If-None-Match": etag})
    assert answer.status == 200, "bob must learn that A-1 is not his"
    assert client.seat_states(bob)["A-1"] == ("HELD", False)


def test_an_etag_never_stands_for_two_maps(start):
    """Not over a crash either, after which the map must not count from the beginning again."""
    server = start(catalogue())
    client = server.client()
    token = client.inside("ann")
    seen = {}

    def look():
        answer = client.seats(token)
        assert seen.setdefault(answer.headers["etag"], answer.body) == answer.body

    for seat in ("A-1", "A-2", "A-3", "A-4"):
        look()
        reservation = client.held(token, seat)
        look()
        server.restart(kill=True)
        look()
        client.release(reservation, token).ok(204)
        look()
    server.admin().post("/api/v1/admin/catalogue", catalogue(price=PRICE + 1)).ok()
    look()
    assert len(seen) >= 10


def test_a_date_that_comes_again_is_not_taken_for_the_one_that_went(start):
    server = start(catalogue(dates=[DATE, OTHER_DATE]))
    client = server.client()
    token = client.inside("ann")
    client.release(client.held(token, "A-1", date=OTHER_DATE), token).ok(204)
    etags = [client.seats(token, OTHER_DATE).headers["etag"]]
    for price in (1, 2):
        server.admin().post("/api/v1/admin/catalogue?allowRemoval=true", catalogue()).ok()
        server.catalogues = []
        server.restart(kill=True)
        client.seats(token, OTHER_DATE).problem(404, "no-such-date")
        server.admin().post("/api/v1/admin/catalogue", catalogue(dates=[DATE, OTHER_DATE], price=price)).ok()
        client.release(client.held(token, "A-1", date=OTHER_DATE), token).ok(204)
        answer = client.seats(token, OTHER_DATE, headers={"If-None-Match": ", ".join(etags)})
        assert answer.status == 200 and answer.json["seats"][0]["price"] == price
        etags.append(answer.headers["etag"])


def test_a_hall_of_many_seats_is_shown_whole(start):
    """In bytes that no socket takes at once, with each one's own seats in the middle of it."""
    made = catalogue()
    made["rows"] = [{"row": f"R{row}", "from": 1, "to": 100, "category": "R"} for row in range(200)]
    client = start(made).client()
    ann, bob = client.inside("ann"), client.inside("bob")
    client.held(ann, "R7-50", "R199-100")
    of_ann, of_bob = client.seat_states(ann), client.seat_states(bob)
    assert len(of_ann) == len(of_bob) == 20_000
    assert {seat for seat, (_, mine) in of_ann.items() if mine} == {"R7-50", "R199-100"}
    assert {seat for seat, (status, _) in of_bob.items() if status == "HELD"} == {"R7-50", "R199-100"}
    assert not any(mine for _, mine in of_bob.values())


class TestImport:
    """Through the Unix socket, as `stagedoor import` does it while the server runs."""

    def put(self, server, content, query=""):
        return server.admin().post("/api/v1/admin/catalogue" + query, content)

    def counts(self, answer):
        """Added dates and seats, updated seats, removed dates and seats."""
        names = ("datesAdded", "seatsAdded", "seatsUpdated", "datesRemoved", "seatsRemoved")
        return tuple(answer[name] for name in names)

    def test_a_new_concert(self, gala):
        imported = self.put(gala, catalogue("recital", seats=7, dates=[DATE, OTHER_DATE])).ok()
        assert (imported["concertId"], imported["preview"]) == ("recital", False)
        assert self.counts(imported) == (2, 14, 0, 0, 0)
        assert imported["first"]["datesAdded"] == [DATE, OTHER_DATE]
        assert imported["first"]["seatsAdded"][7] == {"date": OTHER_DATE, "seatNumber": "A-1"}
        assert gala.client().get("/api/v1/concerts/recital").ok()["dates"][1]["seatsTotal"] == 7
        assert gala.client().join("ann", "recital").ok(201)["status"] == "ADMITTED"

    def test_the_same_again_changes_nothing(self, gala):
        before = gala.client().get("/api/v1/concerts/gala").body
        imported = self.put(gala, catalogue()).ok()
        assert self.counts(imported) == (0, 0, 0, 0, 0)
        assert not any(imported["first"].values())
        assert gala.client().get("/api/v1/concerts/gala").body == before

    def test_title_venue_dates_seats_and_free_prices_change(self, gala):
        changed = catalogue(seats=22, dates=[DATE, OTHER_DATE], price=PRICE + 1)
        changed["title"], changed["venue"] = "New Year’s Gala 신년", "Red Hall"
        assert self.counts(self.put(gala, changed).ok()) == (1, 24, 20, 0, 0)
        client = gala.client()
        concert = client.get("/api/v1/concerts/gala").ok()
        assert (concert["title"], concert["venue"]) == ("New Year’s Gala 신년", "Red Hall")
        assert [date["seatsTotal"] for date in concert["dates"]] == [22, 22]
        reservation = client.reserve(client.inside("ann"), "A-1").ok(201)
        assert reservation["amount"] == PRICE + 1

    @pytest.mark.parametrize("sold", [False, True])
    def test_what_is_held_or_sold_is_neither_removed_nor_repriced(self, gala, sold):
        client = gala.client()
        token = client.inside("ann")
        client.held(token, "A-20")
        if sold:
            client.charge("ann", PRICE).ok(201)
            client.pay(token, "A-20").ok(201)
        before = client.get("/api/v1/concerts/gala").body
        for change in (catalogue(seats=19), catalogue(dates=[OTHER_DATE]), catalogue(price=1)):
            refusal = self.put(gala, change).problem(409, "catalogue-conflict")
            assert refusal["field"]
        assert client.get("/api/v1/concerts/gala").body == before

    @pytest.mark.parametrize("fewer, field, removed", [
        (catalogue(seats=18, dates=[DATE, OTHER_DATE]), "seats", (0, 4)), (catalogue(), "dates", (1, 20)),
        (catalogue(seats=1, dates=[OTHER_DATE]), "dates", (1, 39))])
    def test_removing_anything_needs_leave(self, start, fewer, field, removed):
        server = start(catalogue(dates=[DATE, OTHER_DATE]))
        before = server.client().get("/api/v1/concerts/gala").body
        refusal = self.put(server, fewer).problem(409, "catalogue-conflict")
        assert refusal["field"] == field and "--allow-removal" in refusal["detail"]
        self.put(server, fewer, "?allowRemoval=false").problem(409, "catalogue-conflict")
        for query in ("?preview=true", "?preview=true&allowRemoval=true"):
            seen = self.put(server, fewer, query).ok()
            assert seen["preview"] and self.counts(seen)[3:] == removed
        assert server.client().get("/api/v1/concerts/gala").body == before
        done = self.put(server, fewer, "?allowRemoval=true").ok()
        assert done == {**seen, "preview": False}
        assert len(done["first"]["seatsRemoved"]) == min(removed[1], 20)
        assert len(server.client().get("/api/v1/concerts/gala").ok()["dates"]) == 2 - removed[0]
        server.catalogues = []  # what is gone is not to be brought back
        server.restart(kill=True)
        assert len(server.client().get("/api/v1/concerts/gala").ok()["dates"]) == 2 - removed[0]

    def test_a_flag_is_true_or_false(self, gala):
        for query, field in (("?preview=1", "preview"), ("?allowRemoval=yes", "allowRemoval"),
                             ("?preview=", "preview")):
            assert self.put(gala, catalogue(), query).problem(400, "invalid-request")["field"] == field

    @pytest.mark.parametrize("change, field", [
        ({"concertId": "Gala"}, "concertId"), ({"concertId": ""}, "concertId"), ({"title": 1}, "title"),
        ({"currency": "EUR"}, "currency"), ({"currency": "won"}, "currency"), ({"dates": []}, "dates"),
        ({"dates": ["2026-02-30"]}, "dates[0]"), ({"dates": [DATE, DATE]}, "dates[1]"),
        ({"dates": [DATE, 5]}, "dates[1]"), ({"more": 1}, "more"),
        ({"categories": [{"name": "R", "price": -1}]}, "categories[0].price"),
        ({"categories": [{"name": "R", "price": 1.5}]}, "categories[0].price"),
        ({"categories": [{"name": "R", "price": 1}, {"name": "R", "price": 2}]}, "categories[1].name"),
        ({"rows": [{"row": "A", "from": 2, "to": 1, "category": "R"}]}, "rows[0].to"),
        ({"rows": [{"row": "A", "from": 1, "to": 2, "category": "Q"}]}, "rows[0].category"),
        ({"rows": [{"row": "A", "from": 1, "to": 2, "category": "R", "more": 1}]}, "rows[0].more"),
        ({"seats": [{"seatNumber": "A 1", "category": "R"}]}, "seats[0].seatNumber"),
        ({"seats": [{"seatNumber": "A-1", "category": "R"}]}, "seats[0].seatNumber"),
        ({"queue": {"maxActive": 0}}, "queue.maxActive"),
        ({"queue": {"pollAfterSeconds": 31}}, "queue.pollAfterSeconds"),
        ({"queue": {"sessionSeconds": 0}}, "queue.sessionSeconds"), ({"queue": {"more": 1}}, "queue.more")])
    def test_a_bad_file_names_the_path_of_the_fault(self, gala, change, field):
        before = gala.client().get("/api/v1/concerts").body
        refusal = self.put(gala, {**catalogue("recital"), **change}).problem(400, "invalid-request")
        assert refusal["field"] == field
        assert gala.client().get("/api/v1/concerts").body == before

    @pytest.mark.parametrize("name", ["concertId", "title", "venue", "currency", "categories", "dates"])
    def test_a_missing_field_is_named(self, gala, name):
        content = catalogue("recital")
        del content[name]
        assert self.put(gala, content).problem(400, "invalid-request")["field"] == name

    def test_more_room_lets_the_next_in_at_once(self, start):
        server = start(catalogue(maxActive=1))
        client = server.client()
        client.joined("ann")
        bob, cid = client.joined("bob"), client.joined("cid")
        self.put(server, catalogue(maxActive=2)).ok()
        moment = server.now()
        server.advance(1)
        assert client.status(bob) == "ADMITTED" and client.status(cid) == "WAITING"
        assert client.poll(bob).json["expiresAt"] > moment
        assert client.line().ok()["maxActive"] == 2
