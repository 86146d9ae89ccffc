# SPDX-License-Identifier: MIT
"""An HTTP client that speaks the contract's words and has every answer judged by the document."""

import http.client
import json
import re
import socket
from urllib.parse import quote

from support.openapi import contract, strict_json

TIMEOUT_SECONDS = 20
SECRET_FIELDS = re.compile(r'"(?:token|paymentId|reservationId|ticketCode)":"([^"]+)"')


class Answer:
    """One answer: `status`, `headers` (lower-case names), `body` (bytes)."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def __repr__(self):
        return f"<{self.status} {self.body[:400]!r}>"

    @property
    def json(self):
        return strict_json(self.body)

    def ok(self, status=200):
        """The body of an answer that must have this status."""
        assert self.status == status, self
        return self.json if self.body else None

    def problem(self, status, code):
        """The body of a refusal that must have this status and code."""
        assert self.status == status, self
        problem = self.json
        assert problem["code"] == code, self
        assert problem["type"] == f"/problems/{code}", self
        return problem


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=TIMEOUT_SECONDS)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Client:
    """One keep-alive connection. `connect` makes an http.client connection; `secrets` gathers what no log may show."""

    def __init__(self, connect, secrets=None):
        self._connect = connect
        self._connection = None
        self._secrets = secrets if secrets is not None else set()

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def request(self, method, path, body=None, *, token=None, key=None, headers=None, raw=None):
        """`body` is sent as JSON, `raw` (bytes) as it is. Nothing is ever sent again by itself."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if key is not None:
            sent["Idempotency-Key"] = key
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        if self._connection is None:
            self._connection = self._connect()
        try:
            self._connection.request(method, path, body=raw, headers=sent)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if response.will_close:
            self.close()
        answer = Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
        self._secrets.update(SECRET_FIELDS.findall(content.decode("utf-8", "replace")))
        contract().check(method, path, answer.status, answer.headers, answer.body)
        return answer

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    # The waiting line

    def join(self, user, concert="gala"):
        return self.post(f"/api/v1/concerts/{concert}/queue/tokens", {"userId": user})

    def poll(self, token):
        return self.get("/api/v1/queue/token", token=token)

    def enter(self, token):
        return self.post("/api/v1/queue/token/entry", token=token)

    def leave(self, token):
        return self.request("DELETE", "/api/v1/queue/token", token=token)

    def line(self, concert="gala", **options):
        return self.get(f"/api/v1/concerts/{concert}/queue", **options)

    def set_line(self, state, concert="gala", **options):
        return self.request("PUT", f"/api/v1/admin/concerts/{concert}/queue/state", {"state": state}, **options)

    def joined(self, user, concert="gala"):
        """Joins as somebody new and returns the token."""
        return self.join(user, concert).ok(201)["token"]

    def status(self, token):
        """The status of a live token."""
        return self.poll(token).ok()["status"]

    def inside(self, user, concert="gala"):
        """Joins and enters where there is room; returns the token."""
        token = self.joined(user, concert)
        assert self.enter(token).ok()["status"] == "ENTERED"
        return token

    def over(self, token):
        """The reason for which a token is over."""
        return self.poll(token).problem(401, "token-expired")["reason"]

    # Seats

    def seats(self, token, date="2026-12-24", concert="gala", **options):
        return self.get(f"/api/v1/concerts/{concert}/dates/{quote(date)}/seats", token=token, **options)

    def seat_states(self, token, date="2026-12-24", concert="gala"):
        """Seat number to (status, mine)."""
        seats = self.seats(token, date, concert).ok()["seats"]
        return {seat["seatNumber"]: (seat["status"], seat["mine"]) for seat in seats}

    def reserve(self, token, *seats, date="2026-12-24", **options):
        return self.post("/api/v1/reservations", choice(seats, date), token=token, **options)

    def held(self, token, *seats, date="2026-12-24"):
        """Reserves and returns the reservation's id."""
        return self.reserve(token, *seats, date=date).ok(201)["reservationId"]

    def reservation(self, reservation, token):
        return self.get(f"/api/v1/reservations/{reservation}", token=token)

    def release(self, reservation, token):
        return self.request("DELETE", f"/api/v1/reservations/{reservation}", token=token)

    # Money

    def pay(self, token, *seats, date="2026-12-24", reservation=None, **options):
        body = {"reservationId": reservation} if reservation else choice(seats, date)
        return self.post("/api/v1/payments", body, token=token, **options)

    def payment(self, payment):
        return self.get(f"/api/v1/payments/{payment}")

    def charge(self, user, amount, **options):
        return self.post(f"/api/v1/users/{user}/balance/charges", {"amount": amount}, **options)

    def balance(self, user):
        return self.get(f"/api/v1/users/{user}/balance").ok()["balance"]

    def entries(self, user, query=""):
        return self.get(f"/api/v1/users/{user}/balance/entries{query}")


def choice(seats, date):
    """The body that names seats: one by `seatNumber`, several by `seatNumbers`."""
    if len(seats) == 1 and isinstance(seats[0], str):
        return {"date": date, "seatNumber": seats[0]}
    return {"date": date, "seatNumbers": list(seats)}
