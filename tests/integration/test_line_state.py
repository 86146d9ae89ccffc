# SPDX-License-Identifier: MIT
"""The line as everybody may see it: right, cacheable, and the same bytes for all."""

from support.catalogue import PRICE, catalogue


def test_its_numbers(start):
    server = start(catalogue(maxActive=2))
    client = server.client()
    tokens = [client.joined(f"user-{number}") for number in range(5)]
    client.enter(tokens[0]).ok()
    client.leave(tokens[3]).ok(204)
    now = server.advance(1)
    assert client.line().ok() == {
        "concertId": "gala", "state": "OPEN", "waiting": 2, "active": 2, "maxActive": 2, "servingNumber": 2,
        "admittedTotal": 2, "ratePerMinute": 2, "updatedAt": now}
    for token in tokens[:2]:
        client.leave(token).ok(204)
    server.advance(1)
    line = client.line().ok()
    assert (line["waiting"], line["active"], line["admittedTotal"]) == (0, 2, 4)
    assert line["ratePerMinute"] == 4
    assert line["servingNumber"] == 5, "4 has left, so every number up to 5 has been called"


def test_an_empty_line(gala, client):
    assert client.line().ok() == {
        "concertId": "gala", "state": "OPEN", "waiting": 0, "active": 0, "maxActive": 100, "servingNumber": 0,
        "admittedTotal": 0, "ratePerMinute": 0, "updatedAt": gala.now()}


def test_the_rate_is_that_of_late(start):
    server = start(catalogue(maxActive=1))
    client = server.client()
    tokens = [client.joined(f"user-{number}") for number in range(6)]
    server.advance(1)
    for token in tokens[:5]:
        client.leave(token).ok(204)
    assert client.line().ok()["ratePerMinute"] == 6
    server.advance(100)
    assert client.line().ok()["ratePerMinute"] == 0


def test_every_number_up_to_the_serving_number_has_been_called(start):
    server = start(catalogue(maxActive=1))
    client = server.client()
    tokens = [client.joined(f"user-{number}") for number in range(6)]
    for number in range(5):
        client.leave(tokens[number]).ok(204)
        server.advance(1)
        serving = client.line().ok()["servingNumber"]
        assert serving == number + 2
        for ticket, token in enumerate(tokens, 1):
            waiting = client.poll(token).status == 200 and client.status(token) == "WAITING"
            assert waiting == (ticket > serving)


def test_caches_may_keep_it(client):
    client.joined("ann")
    answer = client.line()
    assert answer.headers["cache-control"] == "public, max-age=1"
    assert "set-cookie" not in answer.headers and "vary" not in answer.headers
    again = client.line(headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]
    assert again.headers["cache-control"] == "public, max-age=1"
    assert client.line(headers={"If-None-Match": '"other"'}).status == 200
    assert client.line(headers={"If-None-Match": "*"}).status == 304
    assert client.line(headers={"If-None-Match": 'W/' + answer.headers["etag"]}).status == 304


def test_the_etag_changes_with_the_line(gala, client):
    etag = client.line().headers["etag"]
    client.joined("ann")
    gala.advance(1)
    answer = client.line(headers={"If-None-Match": etag})
    assert answer.status == 200 and answer.headers["etag"] != etag


def test_everybody_gets_the_same_bytes(client):
    token = client.joined("ann")
    assert client.line().body == client.line(token=token).body


def test_with_the_test_clock_it_is_made_anew_each_time(client):
    for number in range(1, 6):
        client.joined(f"user-{number}")
        assert client.line().ok()["active"] == number


def test_a_change_of_state_shows_at_once(gala, client):
    client.line()
    for state in ("PAUSED", "CLOSED", "OPEN"):
        gala.admin().set_line(state).ok()
        assert client.line().ok()["state"] == state


def test_sold_out_shows_at_once(start):
    client = start(catalogue(seats=1)).client()
    ann = client.inside("ann")
    client.held(ann, "A-1")
    assert client.line().ok()["state"] == "OPEN"
    client.charge("ann", PRICE).ok(201)
    client.pay(ann, "A-1").ok(201)
    line = client.line().ok()
    assert (line["state"], line["waiting"], line["active"]) == ("SOLD_OUT", 0, 0)


def test_no_such_concert(client):
    client.line("nowhere").problem(404, "no-such-concert")


def test_the_counts_outlast_a_restart(start):
    server = start(catalogue(maxActive=2))
    client = server.client()
    for number in range(5):
        client.joined(f"user-{number}")
    server.restart(kill=True)
    line = client.line().ok()
    assert (line["waiting"], line["active"], line["servingNumber"], line["admittedTotal"]) == (3, 2, 2, 2)
