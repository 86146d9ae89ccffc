# SPDX-License-Identifier: MIT
"""The wire: what HTTP/1.1 asks for, and that what is not quite HTTP is refused before anyone acts on it."""

import json

import pytest

from support.catalogue import catalogue
from support.openapi import contract
from support.raw import Raw, exchange

HOST = b"Host: localhost\r\n"
CHARGES = "/api/v1/users/ann/balance/charges"
CHARGE = b'{"amount":5}'


@pytest.fixture
def port(gala):
    return gala.port


def post(path=CHARGES, body=CHARGE, *lines, length=None):
    """A POST as bytes; `lines` are header lines without their end."""
    head = [f"POST {path} HTTP/1.1".encode(), b"Host: localhost", b"Content-Type: application/json",
            b"Content-Length: %d" % (len(body) if length is None else length), *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def chunked(chunks, *lines):
    """The same whose body comes in chunks."""
    head = [f"POST {CHARGES} HTTP/1.1".encode(), b"Host: localhost", b"Content-Type: application/json",
            b"Transfer-Encoding: chunked", *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + chunks


class TestChunks:
    """Bodies as the clients of Spring and .NET send them."""

    @pytest.mark.parametrize("chunks", [
        b"c\r\n" + CHARGE + b"\r\n0\r\n\r\n",
        b"000000000000000C\r\n" + CHARGE + b"\r\n0000000000000000\r\n\r\n",
        b"".join(b"1\r\n%c\r\n" % byte for byte in CHARGE) + b"0\r\n\r\n",
        b"c;name=\"a value\";other\r\n" + CHARGE + b"\r\n0;last\r\n\r\n",
        b"c\r\n" + CHARGE + b"\r\n0\r\nContent-Length: 3\r\nIdempotency-Key: k\r\nHost: x\r\n\r\n"])
    def test_a_body_may_come_in_chunks(self, port, chunks):
        with Raw(port) as raw:
            raw.send(chunked(chunks) + post())
            assert [raw.answer("POST", CHARGES).ok(201)["balance"] for _ in range(2)] == [5, 10], "one after the other"

    def test_a_trailer_is_no_header(self, port, client):
        token = client.joined("ann").encode()
        head = b"POST /api/v1/queue/token/entry HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n" % HOST
        answer, _ = exchange(port, head + b"0\r\nAuthorization: Bearer %s\r\n\r\n" % token,
                             "POST", "/api/v1/queue/token/entry")
        answer.problem(401, "token-missing")

    def test_no_chunk_is_no_body(self, port, client):
        token = client.joined("ann").encode()
        answer, _ = exchange(port, b"POST /api/v1/queue/token/entry HTTP/1.1\r\n%sAuthorization: Bearer %s\r\n"
                                   b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (HOST, token),
                             "POST", "/api/v1/queue/token/entry")
        assert answer.ok()["status"] == "ENTERED"

    def test_a_body_as_large_as_one_with_a_length(self, port):
        body = b'{"amount":5' + b" " * (65536 - 12) + b"}"
        chunks = b"8000\r\n%s\r\n8000\r\n%s\r\n0\r\n\r\n" % (body[:32768], body[32768:])
        answer, _ = exchange(port, chunked(chunks), "POST", CHARGES)
        assert answer.status == 201

    def test_chunks_are_waited_for_with_100_continue(self, port):
        with Raw(port) as raw:
            raw.send(chunked(b"", b"Expect: 100-continue"))
            assert raw.line() == b"HTTP/1.1 100 Continue\r\n"
            assert raw.line() == b"\r\n"
            raw.send(b"c\r\n" + CHARGE + b"\r\n0\r\n\r\n")
            assert raw.answer("POST", CHARGES).ok(201)["balance"] == 5


class TestConnections:
    def test_pipelined_requests_are_answered_in_order(self, gala, client):
        token = client.joined("ann").encode()
        targets = ["/healthz", "/api/v1/concerts", "/api/v1/queue/token", "/nowhere", "/api/v1/concerts/gala"]
        with Raw(gala.port) as raw:
            raw.send(b"".join(b"GET %s HTTP/1.1\r\n%sAuthorization: Bearer %s\r\n\r\n" % (target.encode(), HOST, token)
                              for target in targets))
            assert [raw.answer("GET", target).status for target in targets] == [200, 200, 200, 404, 200]

    def test_pipelined_writes_happen_in_order(self, port, client):
        bodies = [json.dumps({"amount": amount}).encode() for amount in range(1, 9)]
        with Raw(port) as raw:
            raw.send(b"".join(post(CHARGES, body) for body in bodies))
            balances = [raw.answer("POST", CHARGES).ok(201)["balance"] for _ in bodies]
        assert balances == [1, 3, 6, 10, 15, 21, 28, 36]

    def test_a_request_may_come_byte_by_byte(self, port):
        with Raw(port) as raw:
            data = post()
            for index in range(len(data)):
                raw.send(data[index:index + 1])
            assert raw.answer("POST", CHARGES).ok(201)["balance"] == 5

    def test_a_connection_is_kept(self, port):
        with Raw(port) as raw:
            for _ in range(3):
                answer = raw.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n").answer("GET", "/healthz")
                assert "connection" not in answer.headers

    def test_and_closed_where_that_is_asked(self, port):
        _, closed = exchange(port, b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        assert closed
        answer, closed = exchange(port, b"GET /healthz HTTP/1.0\r\n\r\n", "GET", "/healthz")
        assert answer.status == 200 and closed

    def test_half_a_request_is_no_request(self, port, client):
        with Raw(port) as raw:
            raw.send(post(CHARGES, CHARGE, length=len(CHARGE) + 1)).finish()
            raw.at_end()
        assert client.balance("ann") == 0

    def test_a_body_is_waited_for_with_100_continue(self, port):
        with Raw(port) as raw:
            raw.send(post(CHARGES, b"", b"Expect: 100-continue", length=len(CHARGE)))
            assert raw.line() == b"HTTP/1.1 100 Continue\r\n"
            assert raw.line() == b"\r\n"
            assert raw.send(CHARGE).answer("POST", CHARGES).ok(201)["balance"] == 5

    @pytest.mark.parametrize("path, status, code", [("/api/v1/reservations", 401, "token-missing"),
                                                    ("/api/v1/payment", 404, "not-found"),
                                                    ("/api/v1/admin/catalogue", 401, "operator-key-missing")])
    def test_a_body_is_not_asked_for_where_the_answer_is_clear(self, port, path, status, code):
        with Raw(port) as raw:
            raw.send(post(path, b"", b"Expect: 100-continue", length=2))
            raw.answer("POST", path).problem(status, code)
            raw.at_end()

    def test_answers_carry_date_and_length(self, client):
        answer = client.get("/healthz")
        assert answer.headers["content-length"] == str(len(answer.body))
        assert answer.headers["date"].endswith(" GMT")
        assert "content-length" not in client.leave(client.joined("ann")).headers, "RFC 9110, section 8.6: not in a 204"

    def test_more_connections_than_allowed_are_told_so(self, start):
        server = start(catalogue(), settings={"server.max_connections": 3})
        kept = [Raw(server.port) for _ in range(3)]
        for raw in kept:
            raw.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n").answer("GET", "/healthz")
        with Raw(server.port) as more:
            more.answer().problem(503, "too-many-connections")
            assert more.at_end()
        for raw in kept:
            raw.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n").answer("GET", "/healthz")
            raw.__exit__()


class TestMethodsAndPaths:
    GETS = ["/healthz", "/readyz", "/api/v1/concerts", "/api/v1/concerts/gala",
            "/api/v1/concerts/gala/queue", "/api/v1/users/ann/balance", "/api/v1/users/ann/balance/entries",
            "/problems/seat-taken", "/api/v1/openapi.yaml"]

    @pytest.mark.parametrize("path", GETS)
    def test_head_is_get_without_the_body(self, client, path):
        get, head = client.get(path), client.request("HEAD", path)
        assert (head.status, head.body) == (200, b"")
        for name in ("content-type", "content-length"):
            assert head.headers[name] == get.headers[name]

    def test_head_of_what_is_refused(self, client):
        head = client.request("HEAD", "/api/v1/queue/token")
        assert (head.status, head.body, head.headers["www-authenticate"]) == (401, b"", "Bearer")

    @pytest.mark.parametrize("template", sorted(contract().paths))
    def test_options_and_405_list_the_methods_of_the_document(self, gala, client, template):
        path = template.format(concertId="gala", date="2026-12-24", reservationId="0" * 32, paymentId="0" * 32,
                               userId="ann", code="seat-taken") if "{" in template else template
        known = contract().methods_of(template)
        options = client.request("OPTIONS", path)
        assert (options.status, options.body) == (204, b"")
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - known:
            client.request(method, path).problem(405, "method-not-allowed")
        assert client.line().ok()["state"] == "OPEN"

    @pytest.mark.parametrize("path", ["/", "/api", "/api/v1", "/api/v1/", "/api/v1/concerts/", "/api/v2/concerts",
                                      "/api/v1/concerts//queue", "//api/v1/concerts", "/API/v1/concerts",
                                      "/api/v1/concerts/gala/queue/", "/api/v1/./concerts", "/healthz/../healthz",
                                      "/api%2Fv1/concerts", "/problems/", "/index.html", "/%2e%2e/etc/passwd"])
    def test_other_paths_lead_nowhere(self, client, path):
        for method in ("GET", "POST", "DELETE"):
            client.request(method, path).problem(404, "not-found")

    def test_a_path_may_be_percent_encoded_and_have_a_query(self, client):
        assert client.get("/api/v1/concerts/%67ala").ok()["concertId"] == "gala"
        assert client.get("/healthz?x=1&y=%zz").status == 200

    def test_a_broken_percent_encoding(self, port):
        answer, _ = exchange(port, b"GET /api/v1/concerts/%zz HTTP/1.1\r\n" + HOST + b"\r\n",
                             "GET", "/api/v1/concerts/%zz")
        assert answer.status == 400

    def test_an_absolute_target(self, port):
        answer, _ = exchange(port, b"GET http://localhost/api/v1/concerts HTTP/1.1\r\n" + HOST + b"\r\n")
        assert answer.ok()["concerts"][0]["concertId"] == "gala"

    def test_options_for_the_server_as_a_whole(self, port):
        answer, _ = exchange(port, b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", "OPTIONS", "*")
        assert answer.status == 204


class TestRefusedOnTheWire:
    """Refused, closed, and nothing of it acted upon."""

    SMUGGLED = post("/api/v1/users/mallory/balance/charges")

    @pytest.mark.parametrize("lines, status, code", [
        ([b"Transfer-Encoding: gzip"], 501, "not-implemented"),
        ([b"Transfer-Encoding: identity"], 501, "not-implemented"),
        ([b"Transfer-Encoding: xchunked"], 501, "not-implemented"),
        ([b"Transfer-Encoding: chunked;q=1"], 501, "not-implemented"),
        ([b"Transfer-Encoding: gzip, chunked"], 501, "not-implemented"),
        ([b"Transfer-Encoding: chunked, gzip"], 501, "not-implemented"),
        ([b"Transfer-Encoding: chunked, chunked"], 400, "malformed-request"),
        ([b"Transfer-Encoding: "], 400, "malformed-request"),
        ([b"Transfer-Encoding: \x0bchunked"], 400, "malformed-request"),
        ([b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"], 400, "malformed-request"),
        ([b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"], 400, "malformed-request"),
        ([b"Transfer-Encoding: identity", b"Transfer-Encoding: chunked"], 400, "malformed-request"),
        ([b"Content-Length: 5", b"Transfer-Encoding: chunked"], 400, "malformed-request"),
        ([b"Transfer-Encoding: chunked", b"Content-Length: 5"], 400, "malformed-request"),
        ([b"Content-Length: 12", b"Transfer-Encoding: gzip"], 400, "malformed-request"),
        ([b"Transfer-Encoding : chunked"], 400, "malformed-request"),
        ([b" Transfer-Encoding: chunked"], 400, "malformed-request"),
        ([b"Content-Length: 5", b"Content-Length: 6"], 400, "malformed-request"),
        ([b"Content-Length: 5", b"Content-Length: 5"], 400, "malformed-request"),
        ([b"Content-Length: 5, 5"], 400, "malformed-request"),
        ([b"Content-Length: -1"], 400, "malformed-request"),
        ([b"Content-Length: +5"], 400, "malformed-request"),
        ([b"Content-Length: 0x5"], 400, "malformed-request"),
        ([b"Content-Length: "], 400, "malformed-request"),
        ([b"Content-Length: 99999999999999999999999"], (400, 413), None)])
    def test_framing_that_could_be_read_in_two_ways(self, port, client, lines, status, code):
        head = b"\r\n".join([f"POST {CHARGES} HTTP/1.1".encode(), b"Host: localhost",
                             b"Content-Type: application/json", *lines]) + b"\r\n\r\n"
        chunks = b"c\r\n" + CHARGE + b"\r\n0\r\n\r\n"
        answer, closed = exchange(port, head + chunks + self.SMUGGLED)
        assert answer.status in (status if isinstance(status, tuple) else (status,)), answer
        assert code is None or answer.json["code"] == code
        assert closed
        assert client.balance("ann") == client.balance("mallory") == 0

    @pytest.mark.parametrize("chunks, status, code", [
        (b"+c\r\n" + CHARGE + b"\r\n0\r\n\r\n", 400, "malformed-request"),
        (b"-c\r\n" + CHARGE + b"\r\n0\r\n\r\n", 400, "malformed-request"),
        (b" c\r\n" + CHARGE + b"\r\n0\r\n\r\n", 400, "malformed-request"),
        (b"c \r\n" + CHARGE + b"\r\n0\r\n\r\n", 400, "malformed-request"),
        (b"0xc\r\n" + CHARGE + b"\r\n0\r\n\r\n", 400, "malformed-request"),
        (b"0000000000000000c\r\n" + CHARGE + b"\r\n0\r\n\r\n", 400, "malformed-request"),
        (b"1000000000000000c\r\n" + CHARGE + b"\r\n0\r\n\r\n", 400, "malformed-request"),
        (b"\r\n" + CHARGE + b"\r\n0\r\n\r\n", 400, "malformed-request"),
        (b"c\n" + CHARGE + b"\r\n0\r\n\r\n", 400, "malformed-request"),
        (b"c\r\n" + CHARGE + b"\n0\r\n\r\n", 400, "malformed-request"),
        (b"c\r\n" + CHARGE + b"\r\n0\n\n", 400, "malformed-request"),
        (b"c\r\n" + CHARGE + b"\r\n0\r\n\n", 400, "malformed-request"),
        (b"c;a\n" + CHARGE + b"\r\n0\r\n\r\n", 400, "malformed-request"),
        (b"b\r\n" + CHARGE + b"\r\n0\r\n\r\n", 400, "malformed-request"),
        (b"c\r\n" + CHARGE + b"0\r\n\r\n", 400, "malformed-request"),
        (b"c\r\n" + CHARGE + b"\r\n0\r\nA : b\r\n\r\n", 400, "malformed-request"),
        (b"c\r\n" + CHARGE + b"\r\n0\r\n folded\r\n\r\n", 400, "malformed-request"),
        (b"c\r\n" + CHARGE + b"\r\nFFFFFFFFFFFFFFFF\r\n", 413, "body-too-large"),
        (b"c\r\n" + CHARGE + b"\r\nfff5\r\n", 413, "body-too-large"),
        (b"c;" + b"a" * 16384 + b"\r\n" + CHARGE + b"\r\n0\r\n\r\n", 431, "header-too-large"),
        (b"c;" + b"a" * 9000 + b"\r\n" + CHARGE + b"\r\n0\r\nA: " + b"b" * 9000 + b"\r\n\r\n", 431, "header-too-large"),
        (b"c\r\n" + CHARGE + b"\r\n0\r\n" + b"A: b\r\n" * 101 + b"\r\n", 431, "header-too-large")])
    def test_chunks_that_could_be_read_in_two_ways(self, port, client, chunks, status, code):
        answer, closed = exchange(port, chunked(chunks) + self.SMUGGLED, "POST", CHARGES)
        answer.problem(status, code)
        assert closed
        assert client.balance("ann") == client.balance("mallory") == 0

    def test_chunks_without_http_1_1(self, port, client):
        request = chunked(b"c\r\n" + CHARGE + b"\r\n0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0")
        answer, closed = exchange(port, request + self.SMUGGLED, "POST", CHARGES)
        answer.problem(400, "malformed-request")
        assert closed
        assert client.balance("ann") == client.balance("mallory") == 0

    def test_chunks_without_the_last_line(self, port, client):
        with Raw(port) as raw:
            raw.send(chunked(b"c\r\n" + CHARGE + b"\r\n0\r\n")).finish()
            assert raw.at_end()
        assert client.balance("ann") == 0

    @pytest.mark.parametrize("request_line", [
        b"GET  /healthz HTTP/1.1", b"GET /healthz  HTTP/1.1", b"GET /healthz", b"GET", b"/healthz HTTP/1.1",
        b"GET healthz HTTP/1.1", b"GET /heal thz HTTP/1.1", b"GET /healthz\x00 HTTP/1.1", b"GET /\xff HTTP/1.1",
        b"GET /healthz http/1.1", b"GET /healthz HTTP/1", b"G@T /healthz HTTP/1.1", b"GET ftp://x/ HTTP/1.1",
        b"GET /health\tz HTTP/1.1", b"\x16\x03\x01\x02\x00\x01"])
    def test_a_bad_request_line(self, port, request_line):
        answer, closed = exchange(port, request_line + b"\r\n" + HOST + b"\r\n")
        answer.problem(400, "malformed-request")
        assert closed

    @pytest.mark.parametrize("header", [
        b"Host: a\r\nHost: b\r\n", b"Host: localhost\r\nHost: localhost\r\n", b"", b"Host: a b\r\n", b"Host:\r\n",
        b"Host: a/b\r\n", HOST + b"No colon\r\n", HOST + b": no name\r\n", HOST + b"A b: c\r\n",
        HOST + b"A: b\r\n folded\r\n", HOST + b"A: b\r\n\tfolded\r\n", HOST + b"A: \x00\r\n", HOST + b"A\x00: b\r\n",
        HOST + b"A: b\rC: d\r\n", HOST + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n",
        b"Host: localhost\n"])
    def test_a_bad_header(self, port, header):
        answer, closed = exchange(port, b"GET /healthz HTTP/1.1\r\n" + header + b"\r\n")
        answer.problem(400, "malformed-request")
        assert closed

    @pytest.mark.parametrize("version", [b"HTTP/2.0", b"HTTP/0.9", b"HTTP/1.2", b"HTTP/3.0"])
    def test_another_version(self, port, version):
        answer, closed = exchange(port, b"GET /healthz " + version + b"\r\n" + HOST + b"\r\n")
        answer.problem(505, "version-not-supported")
        assert closed

    @pytest.mark.parametrize("method", [b"BREW", b"TRACE", b"CONNECT", b"get", b"PROPFIND"])
    def test_another_method(self, port, method):
        answer, closed = exchange(port, method + b" /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        assert (answer.status, answer.json["code"]) in ((501, "not-implemented"), (400, "malformed-request"))
        assert closed

    def test_another_expectation(self, port, client):
        answer, closed = exchange(port, post(CHARGES, CHARGE, b"Expect: 200-ok"), "POST", CHARGES)
        answer.problem(417, "expectation-failed")
        assert closed and client.balance("ann") == 0

    def test_a_header_that_is_too_large(self, port):
        for header in (b"X: " + b"x" * 20000 + b"\r\n", b"".join(b"X-%d: y\r\n" % n for n in range(101))):
            answer, closed = exchange(port, b"GET /healthz HTTP/1.1\r\n" + HOST + header + b"\r\n")
            answer.problem(431, "header-too-large")
            assert closed

    def test_as_many_headers_as_are_allowed(self, port):
        header = b"".join(b"X-%d: y\r\n" % number for number in range(99))
        answer, _ = exchange(port, b"GET /healthz HTTP/1.1\r\n" + HOST + header + b"\r\n", "GET", "/healthz")
        assert answer.status == 200

    def test_a_target_that_is_too_long(self, port):
        answer, closed = exchange(port, b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        answer.problem(414, "uri-too-long")
        assert closed

    def test_a_body_that_is_too_large(self, port, client):
        answer, closed = exchange(port, post(CHARGES, b"", length=65537), "POST", CHARGES)
        answer.problem(413, "body-too-large")
        assert closed
        body = b'{"amount":5' + b" " * (65536 - 12) + b"}"
        assert len(body) == 65536
        answer, _ = exchange(port, post(CHARGES, body), "POST", CHARGES)
        assert answer.status == 201

    def test_who_sends_nothing_more_is_let_go(self, start):
        server = start(catalogue(), settings={"server.header_timeout_seconds": 1, "server.body_timeout_seconds": 1})
        with Raw(server.port) as slow_header, Raw(server.port) as slow_body, Raw(server.port) as slow_chunks:
            slow_chunks.send(chunked(b"c\r\n" + CHARGE + b"\r\n0\r\n"))
            slow_header.send(b"GET /healthz HTTP/1.1\r\nHo")
            slow_body.send(post(CHARGES, b"{", length=12))
            for raw in (slow_header, slow_body, slow_chunks):
                raw.answer().problem(408, "request-timeout")
                assert raw.at_end()
        assert server.client().balance("ann") == 0


class TestBodies:
    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp",
                                              "multipart/form-data; boundary=x", "application", ""])
    def test_another_type(self, client, content_type):
        answer = client.request("POST", CHARGES, raw=CHARGE, headers={"Content-Type": content_type})
        answer.problem(415, "unsupported-media-type")
        assert client.balance("ann") == 0

    @pytest.mark.parametrize("content_type", ["application/json", "Application/JSON",
                                              "application/json; charset=utf-8"])
    def test_json_however_it_is_written(self, client, content_type):
        assert client.request("POST", CHARGES, raw=CHARGE, headers={"Content-Type": content_type}).status == 201

    def test_no_type_at_all(self, port, client):
        answer, _ = exchange(port, b"POST %s HTTP/1.1\r\n%sContent-Length: 12\r\n\r\n%s" % (
            CHARGES.encode(), HOST, CHARGE), "POST", CHARGES)
        answer.problem(415, "unsupported-media-type")
        assert client.balance("ann") == 0

    def test_without_a_body_no_type_is_needed(self, port, client):
        token = client.joined("ann").encode()
        answer, _ = exchange(port, b"POST /api/v1/queue/token/entry HTTP/1.1\r\n%sAuthorization: Bearer %s\r\n\r\n" % (
            HOST, token), "POST", "/api/v1/queue/token/entry")
        assert answer.ok()["status"] == "ENTERED"

    @pytest.mark.parametrize("raw, field", [
        (b"", ""), (b"{", ""), (b"{}{}", ""), (b"nul", ""), (b"[]", ""), (b"null", ""), (b'{"userId":"ann",}', ""),
        (b"{'userId':'ann'}", ""), (b'{"userId":"ann"} x', ""), (b'\xef\xbb\xbf{"userId":"ann"}', ""),
        (b'{"userId":"ann"/**/}', ""), (b'{"userId":NaN}', ""), (b'{"userId":01}', ""),
        (b'{"userId":"a\xff"}', None), (b'{"userId":"\xc0\xaf"}', None), (b'{"userId":"\xed\xa0\x80"}', None),
        (b'{"userId":"\\ud800"}', None), (b'{"userId":"a\nb"}', None),
        (b'{"userId":"ann","userId":"bob"}', "userId"), (b'{"userId":"ann","user\\u0049d":"bob"}', "userId"),
        (b'{"userId":"ann","more":1}', "more"), (b"{}", "userId"), (b'{"userid":"ann"}', None),
        (b'{"userId":{"userId":"ann"}}', "userId"), (b"[" * 100000, ""), (b'{"a":' * 40 + b"1" + b"}" * 40, None)])
    def test_a_bad_body_is_refused_whole(self, client, raw, field):
        path = "/api/v1/concerts/gala/queue/tokens"
        if len(raw) > 65536:
            raw = raw[:60000]
        refusal = client.post(path, raw=raw).problem(400, "invalid-request")
        assert field is None or refusal["field"] == field, refusal
        assert client.join("ann").ok(201)["ticketNumber"] == 1

    def test_a_body_where_none_is_read_leaves_the_connection_in_step(self, port):
        with Raw(port) as raw:
            raw.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"Content-Length: 30\r\n\r\n" + b"x" * 30 +
                     b"GET /readyz HTTP/1.1\r\n" + HOST + b"\r\n")
            assert raw.answer("GET", "/healthz").body == b"alive\n"
            assert raw.answer("GET", "/readyz").body == b"ready\n"
