# SPDX-License-Identifier: MIT
"""No request keeps all others waiting: what is long, or made to be dear, is refused before any work on it."""

import json
import re

import pytest

DATE = "2026-12-24"
TRIES = 5  # others may take the processor from the loop for a while; a body that is dear is dear each time


def held(client):
    """How many requests have kept the loop so far, and how many of them for at most 5 ms."""
    text = client.get("/metrics").body.decode()
    bucket = re.search(r'^stagedoor_http_loop_hold_seconds_bucket\{le="0.005"\} (\d+)$', text, re.MULTILINE)
    count = re.search(r"^stagedoor_http_loop_hold_seconds_count (\d+)$", text, re.MULTILINE)
    return int(count[1]), int(bucket[1])


def full(text):
    assert len(text) <= 65536
    return text.encode()


BODIES = {
    "seats": full(json.dumps({"date": DATE, "seatNumbers": [f"{n}" for n in range(7500)]}, separators=(",", ":"))),
    "the same seat": full(json.dumps({"date": DATE, "seatNumbers": ["A"] * 16000}, separators=(",", ":"))),
    "keys": full("{" + ",".join(f'"{n}":0' for n in range(7000)) + "}"),
    "arrays": full('{"date":[' + "[]," * 21000 + "[]]}"),
    "objects": full('{"date":[' + '{"a":0},' * 8000 + "0]}"),
    "a string": full(json.dumps({"date": "\\" * 32000})),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_no_body_keeps_the_loop(client, body):
    token, longer = client.joined("ann"), []
    for _ in range(TRIES):
        count, short = held(client)
        for path in ("/api/v1/reservations", "/api/v1/payments", "/api/v1/users/ann/balance/charges",
                     "/api/v1/concerts/gala/queue/tokens"):
            client.post(path, raw=body, token=token).problem(400, "invalid-request")
        after, after_short = held(client)
        assert after - count == 5, "four bodies and a look at the metrics"
        longer.append((after - after_short) - (count - short))
    assert 0 in longer, "each within 5 ms"


def test_the_limit_of_seats_comes_before_the_seats(client):
    token = client.joined("ann")
    body = {"date": DATE, "seatNumbers": [*("A-1" for _ in range(101)), 7]}
    for path in ("/api/v1/reservations", "/api/v1/payments"):
        assert client.post(path, body, token=token).problem(400, "invalid-request")["field"] == "seatNumbers"
