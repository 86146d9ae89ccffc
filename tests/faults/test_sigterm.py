# SPDX-License-Identifier: MIT
"""SIGTERM under load: what was accepted is answered, whole; what was not has not happened."""

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from harness.faulting import strace, until
from support import databases
from support.catalogue import DATE, PRICE, catalogue, write_catalogue
from support.client import TIMEOUT_SECONDS
from support.server import BINARY, STOP_DEADLINE_SECONDS, Server

STOPS = 8
SYNC_MICROSECONDS = 700_000
WRITE_MICROSECONDS = 2_000_000


def test_what_happened_was_answered(open_venue, seed):
    """An operation without an answer would be one that the server did not take, so the verdict treats it as one that
    must not have happened."""
    venue = open_venue()
    venue.open_doors(seed=seed)
    for number in range(STOPS):
        venue.answered(100 + 30 * number)
        venue.stop()
        venue.server.audit()
        venue.start()
    case = venue.verdict(seed=seed, all_answered=True)
    assert sum(op.outcome == "ok" for op in case.history.ops) > 100 * STOPS


def has_read_everything(port):
    """Whether no byte waits in a socket of the server's port, neither to be read nor on its way there."""
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        local, remote, _, queues = line.split()[1:5]
        sent, received = (int(size, 16) for size in queues.split(":"))
        if int(local.split(":")[1], 16) == port and received or int(remote.split(":")[1], 16) == port and sent:
            return False
    return True


def test_what_was_read_is_answered(folder):
    """Requests that wait for the disk, or for another's outcome, when the signal comes."""
    server = Server(folder, catalogues=[write_catalogue(folder / "gala.json", catalogue())], test_clock=False)
    server.start()
    client = server.client()
    tokens = [client.inside(user) for user in ("ann", "bob")]
    client.charge("ann", PRICE).ok(201)
    asked = []

    def ask(method, path, body=None, **headers):
        asked.append(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20))
        headers["Content-Type"] = "application/json"
        asked[-1].request(method, path, body and json.dumps(body), headers)

    with strace(server.process.pid, f"fdatasync:delay_enter={SYNC_MICROSECONDS}"):
        for user in range(4):
            ask("POST", f"/api/v1/users/user-{user}/balance/charges", {"amount": 1})
        for token in tokens:
            ask("POST", "/api/v1/reservations", {"date": DATE, "seatNumber": "A-1"}, Authorization=f"Bearer {token}")
        ask("GET", "/api/v1/users/ann/balance")
        until(lambda: has_read_everything(server.port), "all requests are read")
        server.process.send_signal(signal.SIGTERM)
        answers = [connection.getresponse() for connection in asked]
        assert [answer.status for answer in answers[:4]] == [201] * 4
        assert sorted(answer.status for answer in answers[4:]) == [200, 201, 409]
        assert all(json.loads(answer.read()) for answer in answers)
        assert server.process.wait(timeout=20) == 0
    server.finish()
    server.audit()
    server.start()
    assert [server.client().balance(f"user-{user}") for user in range(4)] == [1] * 4
    server.stop()


def is_writing(client):
    return "\nstagedoor_journal_pending_changes 0\n" not in client.get("/metrics").body.decode()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_an_import_under_way(folder, sign):
    """A large one, which is read, planned and applied piece by piece: it is there wholly or not at all."""
    server = Server(folder, test_clock=False).start()
    before, hall = ({**catalogue(seats=20_000, dates=[f"2026-12-{day}" for day in range(20, 20 + dates)], price=price),
                     "title": str(price)} for dates, price in ((4, 1), (5, 2)))
    server.admin().post("/api/v1/admin/catalogue", before).ok()
    statuses = []

    def put():
        with contextlib.suppress(OSError, http.client.HTTPException):
            statuses.append(server.admin().post("/api/v1/admin/catalogue", hall).status)

    client = server.client()
    importing = threading.Thread(target=put)
    importing.start()
    until(lambda: is_writing(client) or statuses, "it is being written")
    server.process.send_signal(sign)
    importing.join()
    assert server.process.wait(timeout=STOP_DEADLINE_SECONDS) == (0 if sign == signal.SIGTERM else -sign)
    server.finish()
    server.audit()
    server.start()
    concert = server.client().get("/api/v1/concerts/gala").ok()
    assert (concert["title"], len(concert["dates"])) in (("1", 4), ("2", 5))
    assert all(date["seatsAvailable"] == 20_000 for date in concert["dates"])
    if sign == signal.SIGTERM:
        assert statuses == [200] and concert["title"] == "2", "what was read was answered"
    server.stop()


@pytest.mark.parametrize("sign", [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2])
def test_no_other_signal_that_tools_send_ends_it(folder, sign):
    server = Server(folder).start()
    client = server.client()
    client.charge("ann", 7).ok(201)
    server.process.send_signal(sign)
    assert client.balance("ann") == 7
    assert server.client().get("/readyz").status == 200
    server.stop()


@contextlib.contextmanager
def starting(folder, **options):
    """A server whose every write takes so long that it stays in the middle of its start: its port and its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(folder, settings={"server.port": port}, **options)
    traced = ["strace", "-f", "-qq", "-e", "trace=pwrite64", "-e", f"inject=pwrite64:delay_enter={WRITE_MICROSECONDS}",
              "-o", "/dev/null", "-D", BINARY, *server.arguments]
    with open(server.log_path, "ab") as log:
        process = subprocess.Popen(traced, stdout=subprocess.PIPE, stderr=log, cwd=folder)
    try:
        until(lambda: is_listened_on(port), "the port is taken")
        yield server, port, process
    finally:
        process.kill()
        process.communicate()


def is_listened_on(port):
    with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def answer_of(port, method, path, body=None, content_type="application/json"):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)) as connection:
        connection.request(method, path, body, {"Content-Type": content_type} if body else {})
        answer = connection.getresponse()
        return answer, answer.read()


def test_health_is_answered_while_it_starts(folder):
    with starting(folder) as (_, port, process):
        assert answer_of(port, "GET", "/healthz")[1] == b"alive\n"
        for method, path, body in [("GET", "/readyz", None), ("GET", "/metrics", None), ("GET", "/nothing", None),
                                   ("POST", "/api/v1/concerts/gala/queue/tokens", "{}")]:
            answer, content = answer_of(port, method, path, body)
            problem = json.loads(content)
            assert (answer.status, problem["code"], answer.headers["Retry-After"]) == (503, "starting", "1"), path
            assert problem["detail"].startswith("The server is starting. ")
        answer, content = answer_of(port, "POST", "/api/v1/reservations", "seat=A-1", "text/plain")
        assert (answer.status, json.loads(content)["code"]) == (503, "starting"), "whatever it brings"
        assert process.poll() is None, "it was starting all the while"


@pytest.mark.parametrize("version", [None, databases.VERSIONS[-1]])
def test_a_stop_does_not_wait_for_the_start(folder, version):
    """In the middle of bringing a database up to date; and nothing false is said."""
    if version:
        databases.make_database(folder / "stage.db", version)
    with starting(folder) as (server, port, process):
        until(lambda: b"Bringing the tables up to date" in answer_of(port, "GET", "/readyz")[1], "it migrates")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=STOP_DEADLINE_SECONDS)[0]
        assert process.returncode == 0 and said == b"", server.log()
        # Some writes of the migration were still to come; it may have waited for the one that ran.
        assert time.monotonic() - began < STOP_DEADLINE_SECONDS / 2
    server = Server(folder).start()
    server.stop()
    server.audit()


class Pipeliner(threading.Thread):
    """Sends many charges on one connection without waiting, and reads bytes until the server closes."""

    COUNT = 500

    def __init__(self, port, number):
        super().__init__(daemon=True)
        self.user = f"pipe-{number}"
        self.received = b""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)

    def run(self):
        body = b'{"amount":1}'
        request = (f"POST /api/v1/users/{self.user}/balance/charges HTTP/1.1\r\nHost: localhost\r\n"
                   f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
        with self._socket as wire:
            try:
                wire.sendall(request * self.COUNT)
                while chunk := wire.recv(65536):
                    self.received += chunk
            except (BrokenPipeError, ConnectionResetError):
                self.received += b"(reset)"

    def answers(self):
        """How many answers there are; each must be whole."""
        rest, count = self.received, 0
        while rest:
            head, separator, rest = rest.partition(b"\r\n\r\n")
            assert separator and head.startswith(b"HTTP/1.1 201 "), head
            length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                          if line.lower().startswith(b"content-length:"))
            assert len(rest) >= length, "an answer is cut"
            rest = rest[length:]
            count += 1
        return count


def test_no_answer_is_cut(open_venue):
    """Pipelined requests: each that happened was answered, each answer is whole."""
    venue = open_venue()
    server = venue.server
    pipes = [Pipeliner(server.port, number) for number in range(6)]
    for pipe in pipes:
        pipe.start()
    until(lambda: all(pipe.received for pipe in pipes), "each has an answer")
    received = sum(len(pipe.received) for pipe in pipes)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=STOP_DEADLINE_SECONDS) == 0
    for pipe in pipes:
        pipe.join(timeout=20)
    server.finish()
    server.audit()
    server.start()
    client = server.client()
    answered = [pipe.answers() for pipe in pipes]
    assert [client.balance(pipe.user) for pipe in pipes] == answered
    assert sum(len(pipe.received) for pipe in pipes) > received, "the signal came in the middle"


def test_a_log_that_nobody_reads_any_more_ends_nothing(folder):
    """Whatever read it through a pipe is gone; a line is logged for each request, and at the stop."""
    with subprocess.Popen([str(BINARY), "serve", "--set", "server.port=0", "--set", "log.level=debug", "--set",
                           f"storage.path={folder}/stage.db"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            port = int(process.stdout.readline().rpartition(b":")[2])
            process.stderr.close()
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
                for number in range(1, 4):
                    connection.request("POST", "/api/v1/users/ann/balance/charges", '{"amount":1}',
                                       {"Content-Type": "application/json"})
                    answer = connection.getresponse()
                    assert (answer.status, json.loads(answer.read())["balance"]) == (201, number)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=STOP_DEADLINE_SECONDS) == 0
        finally:
            process.kill()
