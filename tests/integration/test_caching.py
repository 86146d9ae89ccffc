# SPDX-License-Identifier: MIT
"""A cache in front never hands one person's answer to the next: each route of the document, and what it says to caches.
That every other answer of these tests says it too, the judge of the document sees to."""

import pytest

from support.catalogue import catalogue
from support.openapi import contract
from support.raw import exchange

PUBLIC = {"/api/v1/concerts": "public, max-age=1", "/api/v1/concerts/{concertId}": "public, max-age=1",
          "/api/v1/concerts/{concertId}/queue": "public, max-age=1", "/api/v1/openapi.yaml": "public, max-age=300",
          "/problems": "public, max-age=300", "/problems/{code}": "public, max-age=300"}
SEATS = "/api/v1/concerts/{concertId}/dates/{date}/seats"
DATE = "2026-12-24"


def operations():
    return {(method, template) for template in contract().paths for method in contract().methods_of(template)}


def cache_control(template, status):
    if template == SEATS and status in (200, 304):
        return "private, no-cache"
    return PUBLIC.get(template, "no-store") if status in (200, 304) else "no-store"


class Walk:
    """Asks operations one after the other and notes which they were."""

    def __init__(self):
        self.seen = set()

    def ask(self, client, method, path, status, body=None, **options):
        answer = client.request(method, path, body, **options)
        template = contract().template_of(path)
        assert answer.status == status, answer
        assert answer.headers["cache-control"] == cache_control(template, status), (method, path)
        assert "set-cookie" not in answer.headers
        # What may be kept and was answered to a token is for that token alone.
        by_token = "security" in contract().paths[template].get(method.lower(), {})
        kept = answer.headers["cache-control"] != "no-store"
        assert answer.headers.get("vary") == ("Authorization" if by_token and kept else None), (method, path)
        self.seen.add((method, template))
        return answer


def test_what_each_route_says_to_caches_where_it_does_what_it_is_for(start, folder):
    server = start(catalogue())
    client, operator = server.client(), server.admin()
    walk = Walk()
    for path in ("/api/v1/concerts", "/api/v1/concerts/gala", "/api/v1/concerts/gala/queue", "/api/v1/openapi.yaml",
                 "/problems", "/problems/seat-taken", "/healthz", "/readyz", "/metrics",
                 "/api/v1/users/ann/balance", "/api/v1/users/ann/balance/entries"):
        walk.ask(client, "GET", path, 200)
        walk.ask(client, "HEAD", path, 200)
    walk.ask(client, "POST", "/api/v1/users/ann/balance/charges", 201, {"amount": 10_000_000})
    joined = walk.ask(client, "POST", "/api/v1/concerts/gala/queue/tokens", 201, {"userId": "ann"})
    walk.ask(client, "POST", "/api/v1/concerts/gala/queue/tokens", 200, {"userId": "ann"})
    token = joined.json["token"]
    walk.ask(client, "GET", "/api/v1/queue/token", 200, token=token)
    walk.ask(client, "POST", "/api/v1/queue/token/entry", 200, token=token)
    seats = walk.ask(client, "GET", f"/api/v1/concerts/gala/dates/{DATE}/seats", 200, token=token)
    walk.ask(client, "GET", f"/api/v1/concerts/gala/dates/{DATE}/seats", 304, token=token,
             headers={"If-None-Match": seats.headers["etag"]})
    line = client.line()
    walk.ask(client, "GET", "/api/v1/concerts/gala/queue", 304, headers={"If-None-Match": line.headers["etag"]})
    held = walk.ask(client, "POST", "/api/v1/reservations", 201, {"date": DATE, "seatNumber": "A-1"}, token=token)
    walk.ask(client, "GET", held.headers["location"], 200, token=token)
    walk.ask(client, "DELETE", held.headers["location"], 204, token=token)
    client.post("/api/v1/reservations", {"date": DATE, "seatNumber": "A-2"}, token=token)
    paying = {"date": DATE, "seatNumber": "A-2"}
    paid = walk.ask(client, "POST", "/api/v1/payments", 201, paying, token=token, key="k")
    walk.ask(client, "POST", "/api/v1/payments", 201, paying, token=token, key="k")
    walk.ask(client, "GET", paid.headers["location"], 200)
    walk.ask(client, "GET", "/api/v1/queue/token", 401, token=token)
    walk.ask(client, "DELETE", "/api/v1/queue/token", 204, token=client.joined("bob"))
    walk.ask(operator, "POST", "/api/v1/admin/catalogue", 200, catalogue())
    walk.ask(operator, "POST", "/api/v1/admin/check", 200)
    walk.ask(operator, "POST", "/api/v1/admin/backup", 201, {"to": str(folder / "backup.db")})
    walk.ask(operator, "PUT", "/api/v1/admin/concerts/gala/queue/state", 200, {"state": "OPEN"})
    walk.ask(client, "POST", "/api/v1/test/clock", 200, {"advanceSeconds": 1})
    assert operations() <= walk.seen, "each operation of the document is in this walk"


@pytest.mark.parametrize("template", PUBLIC)
def test_what_is_public_is_the_same_whoever_asks(gala, client, template):
    path = template.format(concertId="gala", code="seat-taken")
    token = client.inside("ann")
    client.held(token, "A-1")

    def asked(by, credential):
        answer = by.request("GET", path, token=credential)
        return answer.body, {name: value for name, value in answer.headers.items() if name != "date"}

    everybody = asked(client, None)
    assert [asked(client, token), asked(client, "qt_unknown"), asked(gala.admin(), None)] == [everybody] * 3


def test_two_tokens_of_one_browser_get_a_map_each(gala, client):
    """And each keeps its own, as long as nothing changes."""
    tokens = [client.inside(user) for user in ("ann", "bob")]
    client.held(tokens[0], "A-1")
    maps = [client.seats(token) for token in tokens]
    etags = [answer.headers["etag"] for answer in maps]
    assert etags[0] != etags[1] and maps[0].body != maps[1].body
    for token, etag, status in ((tokens[0], etags[0], 304), (tokens[1], etags[1], 304), (tokens[1], etags[0], 200)):
        answer = client.seats(token, headers={"If-None-Match": etag})
        assert (answer.status, answer.headers["vary"]) == (status, "Authorization")


@pytest.mark.parametrize("method, template", sorted(operations()))
def test_no_refusal_is_kept(client, method, template):
    path = template.format(concertId="nowhere", date=DATE, reservationId="0" * 32, paymentId="0" * 32, userId="!",
                           code="nothing")
    for asked in (method, "OPTIONS", "TRACK" if method == "PATCH" else "PATCH"):
        answer = client.request(asked, path)
        public = answer.status == 200 and template in PUBLIC
        assert answer.headers["cache-control"] == (PUBLIC[template] if public else "no-store"), (asked, path)


@pytest.mark.parametrize("request_bytes, status", [
    (b"GET / HTTP/1.1\r\n\r\n", 400), (b"GET /api/v1/concerts HTTP/9.9\r\nHost: a\r\n\r\n", 505),
    (b"GET /api/v1/concerts HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20000 + b"\r\n\r\n", 431),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413),
    (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501)])
def test_nor_is_one_on_the_wire(gala, request_bytes, status):
    answer, _ = exchange(gala.port, request_bytes)
    assert (answer.status, answer.headers["cache-control"]) == (status, "no-store")
