# SPDX-License-Identifier: MIT
"""Bytes to a socket and answers back, for what no well-behaved client sends."""

import http.client
import io
import socket

from support.client import TIMEOUT_SECONDS, Answer
from support.openapi import contract


class _Bytes:
    """What http.client needs of a socket: a file to read from."""

    def __init__(self, file):
        self._file = file

    def makefile(self, *_args, **_options):
        return self._file


class _Unclosed(io.BufferedReader):
    """Survives that http.client closes it after each answer."""

    def close(self):
        pass


class Raw:
    """A connection on which a test writes what it likes."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
        self._file = _Unclosed(socket.SocketIO(self.socket, "r"))

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def finish(self):
        """Says that nothing more will be sent."""
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def answer(self, method="GET", target=None):
        """The next answer; judged by the document where `target` says what was asked."""
        response = http.client.HTTPResponse(_Bytes(self._file), method=method)
        response.begin()
        body = response.read()
        headers = {name.lower(): value for name, value in response.getheaders()}
        if target is not None:
            contract().check(method, target, response.status, headers, body)
        elif response.status >= 400 and method != "HEAD":
            contract().check_problem(response.status, headers, body)
        return Answer(response.status, headers, body)

    def line(self):
        """The next line as it came."""
        return self._file.readline()

    def at_end(self):
        """True once the server has closed the connection and nothing is left to read."""
        try:
            return self._file.read(1) == b""
        except ConnectionResetError:
            return True


def exchange(port, data, method="GET", target=None):
    """One request on a connection of its own: the answer, and whether the server closed after it."""
    with Raw(port) as raw:
        answer = raw.send(data).answer(method, target)
        return answer, answer.headers.get("connection") == "close" and raw.at_end()
