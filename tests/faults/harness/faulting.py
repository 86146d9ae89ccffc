# SPDX-License-Identifier: MIT
"""What breaks things around a process: a small disk, system calls that fail, a wall clock that is set, file
descriptors that run out. Each says why where the machine does not permit it."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from support.server import BINARY, START_DEADLINE_SECONDS, read_line

LOOK_SECONDS = 0.001
NEVER = threading.Event()


def until(holds, what, timeout=20):
    """Looks again and again until `holds()`; returns what it was. A time limit is the only use of the clock."""
    deadline = time.monotonic() + timeout
    while True:
        value = holds()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        NEVER.wait(LOOK_SECONDS)  # a machine with few cores has other things to do


@contextlib.contextmanager
def small_disk(path, megabytes):
    """A file system of its own at the folder `path`."""
    path.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)],
                             capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"mounting a small file system is not permitted here: {mounted.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", str(path)], check=True)


class Filler:
    """Takes all the room that is left on a disk, and gives it back."""

    def __init__(self, folder):
        self._path = Path(folder) / "filler"

    def fill(self):
        with open(self._path, "ab", buffering=0) as file:
            for size in (65536, 4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"\0" * size)

    def empty(self):
        self._path.unlink()


@contextlib.contextmanager
def strace(pid, *inject, report="/dev/null"):
    """System calls of a running process that fail or wait, as long as this lasts: each of `inject` is strace's own word
    for which, how and when; without a how, they are only written into the file `report`."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    calls = ",".join(sorted({rule.split(":")[0] for rule in inject}))
    options = [word for rule in inject if ":" in rule for word in ("-e", f"inject={rule}")]
    with subprocess.Popen(["strace", "-f", "-qq", "-o", str(report), "-e", f"trace={calls}", *options,
                           "-p", str(pid)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as tracer:
        try:
            until(lambda: tracer.poll() is not None or is_traced(pid), "strace is attached")
            if tracer.poll() is not None and "not permitted" in (said := tracer.stderr.read()):
                pytest.skip(f"tracing a process is not permitted here: {said.strip()}")
            yield
        finally:
            tracer.terminate()  # lets go of the process, where it is still there


def start_killed_at(server, call, number):
    """Starts a server that is killed in the `number`-th system call `call` of its life. False where it was ready before,
    and was stopped."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    with open(server.log_path, "ab") as log, subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
             f"inject={call}:signal=KILL:when={number}", str(BINARY), *server.arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, cwd=server.directory,
            start_new_session=True) as started:
        ready = read_line(started.stdout, START_DEADLINE_SECONDS)
        if ready:
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()
    if "not permitted" in server.log():
        pytest.skip("tracing a process is not permitted here")
    return not ready


def is_traced(pid):
    """Whether every thread of the process is being traced, or it has already ended for it."""
    try:
        return all("TracerPid:\t0" not in (task / "status").read_text() for task in Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return True


def faketime_library():
    """The library that shows a process another wall clock; skips where it is not installed."""
    for path in Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"):
        return str(path)
    return pytest.skip("faketime is not installed")


class WallClock:
    """The wall clock of the processes that are started from now on; the steady clocks are left alone."""

    def __init__(self, monkeypatch, path):
        self._path = path
        self.set("+0")
        monkeypatch.setenv("LD_PRELOAD", faketime_library())
        monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(path))
        monkeypatch.setenv("FAKETIME_NO_CACHE", "1")
        monkeypatch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")

    def set(self, offset):
        """`+3600`, `-3600`: seconds beside the true time. Processes that run see it at their next look."""
        fresh = self._path.with_suffix(".new")
        fresh.write_text(f"{offset}\n")
        fresh.rename(self._path)


def limit_files(pid, count):
    """How many files the running process may have open from now on; returns how many it was."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    try:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (count, hard))
    except PermissionError as error:
        pytest.skip(f"the limits of another process cannot be set: {error}")
    return soft


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))
