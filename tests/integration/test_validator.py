# SPDX-License-Identifier: MIT
"""The judge is judged: made-up answers, good and bad. Needs no server."""

import json

import pytest

from support.openapi import ContractViolation, contract

TOKEN = {"token": "qt_" + "0" * 32, "concertId": "gala", "userId": "ann", "status": "WAITING", "ticketNumber": 12,
         "position": 3, "ahead": 2, "estimatedWaitSeconds": 60, "pollAfterSeconds": 5,
         "expiresAt": "2026-12-24T10:05:00.000Z"}
JOIN = ("POST", "/api/v1/concerts/gala/queue/tokens")
POLL = ("GET", "/api/v1/queue/token")
JSON = {"content-type": "application/json", "cache-control": "no-store"}
PROBLEM = {"content-type": "application/problem+json", "cache-control": "no-store"}


def body(fields, **changes):
    return json.dumps({**fields, **changes}).encode()


def problem(code, status, **extension):
    return json.dumps({"type": f"/problems/{code}", "title": "A title", "status": status, "code": code,
                       "detail": "A detail.", **extension}).encode()


def refused(*answer):
    with pytest.raises(ContractViolation):
        contract().check(*answer)


def test_a_promised_answer_passes():
    contract().check(*JOIN, 201, JSON, body(TOKEN))
    contract().check(*JOIN, 200, JSON, body(TOKEN, estimatedWaitSeconds=None))
    contract().check(*JOIN, 201, JSON,
                     body(TOKEN, status="ADMITTED", position=0, ahead=0, estimatedWaitSeconds=0))


@pytest.mark.parametrize("changes", [
    {"more": 1}, {"token": "qt_1"}, {"token": "0" * 32}, {"position": 0}, {"position": "3"}, {"status": "EXPIRED"},
    {"expiresAt": "2026-12-24T10:05:00Z"}, {"expiresAt": "2026-13-24T10:05:00.000Z"}, {"ticketNumber": 0},
    {"status": "ADMITTED"}, {"pollAfterSeconds": 31}, {"estimatedWaitSeconds": -1}, {"estimatedWaitSeconds": 1.5}])
def test_a_wrong_field_is_found(changes):
    refused(*JOIN, 201, JSON, body(TOKEN, **changes))


@pytest.mark.parametrize("name", sorted(TOKEN))
def test_a_missing_field_is_found(name):
    refused(*JOIN, 201, JSON, body({field: value for field, value in TOKEN.items() if field != name}))


def test_the_secret_is_not_told_again():
    state = {name: value for name, value in TOKEN.items() if name != "token"}
    contract().check(*POLL, 200, JSON, body(state))
    refused(*POLL, 200, JSON, body(TOKEN))


@pytest.mark.parametrize("bad", [b"", b"{", b"[]", b'{"token":"\xff"}', body(TOKEN)[:-1] + b',"userId":"bob"}'])
def test_what_is_not_strict_json_is_found(bad):
    refused(*JOIN, 201, JSON, bad)


def test_status_type_path_and_method_must_be_documented():
    refused(*JOIN, 202, JSON, body(TOKEN))
    refused(*JOIN, 201, {**JSON, "content-type": "text/plain"}, body(TOKEN))
    refused(*JOIN, 201, {**JSON, "content-type": "application/json; charset=utf-8"}, body(TOKEN))
    refused("GET", "/api/v1/nowhere", 200, JSON, b"{}")
    refused("PATCH", "/api/v1/queue/token", 200, JSON, b"{}")
    refused("DELETE", "/api/v1/queue/token", 204, {"cache-control": "no-store"}, b"x")


def test_a_problem_must_be_one_of_the_operation():
    sold_out = problem("sold-out", 409)
    contract().check(*JOIN, 409, PROBLEM, sold_out)
    refused(*JOIN, 409, JSON, sold_out)
    refused(*JOIN, 409, PROBLEM, problem("seat-taken", 409))
    refused(*JOIN, 409, PROBLEM, problem("sold-out", 410))
    refused(*JOIN, 409, PROBLEM, problem("sold-out", 409, more=1))
    refused(*JOIN, 409, PROBLEM, problem("unheard-of", 409))


def test_the_members_of_a_problem_are_checked():
    paying = ("POST", "/api/v1/payments")
    contract().check(*paying, 402, PROBLEM, problem("insufficient-balance", 402, balance=1, amount=2))
    refused(*paying, 402, PROBLEM, problem("insufficient-balance", 402, balance=1))
    refused(*paying, 402, PROBLEM, problem("insufficient-balance", 402, balance=-1, amount=2))
    challenge = {**PROBLEM, "www-authenticate": "Bearer"}
    contract().check(*paying, 401, challenge, problem("token-expired", 401, reason="PAID"))
    refused(*paying, 401, challenge, problem("token-expired", 401, reason="BORED"))
    refused(*paying, 401, challenge, problem("token-expired", 401))


def test_promised_headers_must_be_there():
    unknown = problem("token-unknown", 401)
    contract().check(*POLL, 401, {**PROBLEM, "www-authenticate": "Bearer"}, unknown)
    refused(*POLL, 401, PROBLEM, unknown)
    away = problem("storage-unavailable", 503)
    contract().check(*POLL, 503, {**PROBLEM, "retry-after": "1"}, away)
    refused(*POLL, 503, PROBLEM, away)
    line = ("GET", "/api/v1/concerts/gala/queue", 304)
    contract().check(*line, {"etag": '"1"', "cache-control": "public, max-age=1"}, b"")
    refused(*line, {"etag": '"1"'}, b"")
    refused(*line, {"etag": "1", "cache-control": "public, max-age=1"}, b"")


@pytest.mark.parametrize("method, path, status, right", [
    ("GET", "/api/v1/concerts/gala/queue", 304, "public, max-age=1"),
    ("HEAD", "/api/v1/concerts", 200, "public, max-age=1"), ("HEAD", "/api/v1/users/ann/balance", 200, "no-store"),
    ("OPTIONS", "*", 204, "no-store"), ("DELETE", "/api/v1/queue/token", 204, "no-store")])
def test_what_a_cache_may_keep_is_checked(method, path, status, right):
    headers = {"etag": '"1"', "allow": "GET"}
    contract().check(method, path, status, {**headers, "cache-control": right}, b"")
    for wrong in ("no-cache", "private, no-cache", "no-store" if right != "no-store" else "public, max-age=1"):
        refused(method, path, status, {**headers, "cache-control": wrong}, b"")
    refused(method, path, status, headers, b"")


def test_405_lists_exactly_the_methods_of_the_document():
    no = problem("method-not-allowed", 405)
    put = ("PUT", "/api/v1/queue/token", 405)
    contract().check(*put, {**PROBLEM, "allow": "GET, HEAD, DELETE, OPTIONS"}, no)
    refused(*put, {**PROBLEM, "allow": "GET, HEAD, OPTIONS"}, no)
    refused(*put, PROBLEM, no)


def test_literal_paths_win_over_templates():
    assert contract().template_of("/api/v1/concerts") == "/api/v1/concerts"
    entries = contract().template_of("/api/v1/users/ann/balance/entries?limit=1")
    assert entries == "/api/v1/users/{userId}/balance/entries"
    assert contract().template_of("/api/v1/concerts/a/b/c") is None


def test_every_operation_has_its_own_name():
    names = [operation["operationId"] for item in contract().paths.values()
             for method, operation in item.items() if method != "parameters"]
    assert len(names) == len(set(names)) > 20


def test_every_problem_of_the_enumeration_has_a_schema():
    assert sorted(contract().codes) == sorted(contract().schema("ProblemCode")["enum"])
