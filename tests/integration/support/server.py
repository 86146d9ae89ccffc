# SPDX-License-Identifier: MIT
"""The built binary, started and stopped by a test."""

import http.client
import os
import re
import select
import signal
import subprocess
import time
from pathlib import Path

from support.client import TIMEOUT_SECONDS, Client, UnixConnection

ROOT = Path(__file__).parents[3]
BINARY = Path(os.environ.get("STAGEDOOR_BINARY", ROOT / "build" / "release" / "stagedoor"))
READY = re.compile(r"^stagedoor listening on http://(127\.0\.0\.1|\[::1\]):([0-9]+)$")
START_DEADLINE_SECONDS = 20
STOP_DEADLINE_SECONDS = 10


def run(*arguments, timeout=30, **options):
    """One command of the binary, to its end."""
    if "input" not in options:
        options["stdin"] = subprocess.DEVNULL
    return subprocess.run([str(BINARY), *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                          check=False, **options)


def read_line(pipe, deadline_seconds):
    """The first line of a pipe, read as it comes, or what there was of it at the deadline."""
    deadline = time.monotonic() + deadline_seconds
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([pipe], [], [], max(0, deadline - time.monotonic()))
        byte = os.read(pipe.fileno(), 1) if ready else b""
        if not byte:
            break
        line += byte
    return line.decode()


class Server:
    """`stagedoor serve` on a free port. `directory` holds its database, its log and its catalogues."""

    def __init__(self, directory, *, settings=None, catalogues=(), database="stage.db", test_clock=True, extra=()):
        self.directory = Path(directory)
        settings = dict(settings or {})
        own = database if database == ":memory:" else str(self.directory / database)
        self.database = settings.setdefault("storage.path", own)
        self.log_path = self.directory / "server.log"
        self.secrets = set()
        self._settings = {"server.port": 0, **settings}
        self.catalogues = list(catalogues)
        self.test_clock = test_clock  # False, True, or the instant at which it begins
        self._extra = list(extra)
        self._clients = []
        self.process = None
        self.port = None

    @property
    def arguments(self):
        arguments = ["serve"]
        for name, value in self._settings.items():
            arguments += ["--set", f"{name}={value}"]
        for path in self.catalogues:
            arguments += ["--catalogue", str(path)]
        if self.test_clock:
            begin = "" if self.test_clock is True else f"={self.test_clock}"
            arguments.append(f"--test-clock{begin}")
        return arguments + self._extra

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def start(self):
        assert not self.running
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([str(BINARY), *self.arguments], stdout=subprocess.PIPE, stderr=log,
                                            stdin=subprocess.DEVNULL, cwd=self.directory)
        line = read_line(self.process.stdout, START_DEADLINE_SECONDS)
        ready = READY.match(line.rstrip("\n"))
        if not ready:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"not ready: {line!r}; its log:\n{self.log()[-3000:]}")
        self.port = int(ready.group(2))
        return self

    def client(self):
        """A client with a connection of its own; it goes on with the server after a restart."""
        client = Client(lambda: http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS),
                        self.secrets)
        self._clients.append(client)
        return client

    @property
    def socket_path(self):
        return f"{self.database}.sock"

    def admin(self):
        """A client through the Unix socket."""
        client = Client(lambda: UnixConnection(self.socket_path), self.secrets)
        self._clients.append(client)
        return client

    def advance(self, seconds):
        """Lets the frozen time pass; returns the new time as text."""
        client = self.client()
        try:
            return client.post("/api/v1/test/clock", {"advanceSeconds": seconds}).ok()["now"]
        finally:
            client.close()

    def now(self):
        return self.advance(0)

    def close_clients(self):
        for client in self._clients:
            client.close()

    def stop(self, sign=signal.SIGTERM):
        """Asks it to stop and expects that it does, with exit code 0."""
        self.process.send_signal(sign)
        code = self.process.wait(timeout=STOP_DEADLINE_SECONDS)
        self.finish()
        assert code == 0, f"exit code {code}; its log:\n{self.log()[-3000:]}"

    def kill(self):
        """As a power cut would, as far as the process can tell."""
        self.process.kill()
        self.process.wait()
        self.finish()

    def restart(self, *, kill=False):
        (self.kill if kill else self.stop)()
        return self.start()

    def finish(self):
        """Lets go of what belongs to a process that has ended."""
        self.process.stdout.close()
        self.close_clients()

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def audit(self):
        """`stagedoor check` finds nothing wrong with the database."""
        checked = run("check", "--database", self.database)
        assert checked.returncode == 0, checked.stdout + checked.stderr

    def assert_log_keeps_secrets(self):
        log = self.log()
        leaked = [secret for secret in self.secrets if secret in log]
        assert not leaked, f"in the log: {leaked[:3]}"
