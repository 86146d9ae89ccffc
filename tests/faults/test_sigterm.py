# SPDX-License-Identifier: MIT
"""SIGTERM under load: what was accepted is answered, whole; what was not has not happened."""

import signal
import socket
import threading

STOPS = 8


def test_what_was_accepted_is_answered(open_venue, seed):
    """An operation without an answer would be one that the server did not take, so the verdict treats it as one that
    must not have happened."""
    venue = open_venue()
    venue.open_doors(seed=seed)
    for number in range(STOPS):
        venue.answered(100 + 30 * number)
        venue.stop()
        venue.server.audit()
        venue.server.start()
        venue.site.up(venue.server.port)
    case = venue.verdict(seed=seed, all_answered=True)
    assert sum(op.outcome == "ok" for op in case.history.ops) > 100 * STOPS


class Pipeliner(threading.Thread):
    """Sends many charges on one connection without waiting, and reads bytes until the server closes."""

    COUNT = 200

    def __init__(self, port, number):
        super().__init__(daemon=True)
        self.user = f"pipe-{number}"
        self.received = b""
        self.begun = threading.Event()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)

    def run(self):
        body = b'{"amount":1}'
        request = (f"POST /api/v1/users/{self.user}/balance/charges HTTP/1.1\r\nHost: localhost\r\n"
                   f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
        with self._socket as wire:
            wire.sendall(request * self.COUNT)
            self.begun.set()
            try:
                while chunk := wire.recv(65536):
                    self.received += chunk
            except ConnectionResetError:
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
    for pipe in pipes:
        assert pipe.begun.wait(20)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=10) == 0
    for pipe in pipes:
        pipe.join(timeout=20)
    server.finish()
    server.audit()
    server.start()
    client = server.client()
    for pipe in pipes:
        assert client.balance(pipe.user) == pipe.answers()
