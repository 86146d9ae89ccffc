# SPDX-License-Identifier: MIT
"""The operator's key outlasts a power cut wherever its hash does."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from harness.faulting import until
from support.server import BINARY, START_DEADLINE_SECONDS, STOP_DEADLINE_SECONDS, Server, read_line

SLOW_MICROSECONDS = 2_000_000
SYNC = re.compile(r"\bf(?:data)?sync\(\d+<(?P<path>[^>]*)>")


def syncs_of_a_start(server):
    """What a start syncs, in order: the paths."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = server.directory / "trace"
    with open(server.log_path, "ab") as log, subprocess.Popen(
            ["strace", "-f", "-qq", "-y", "-o", str(trace), "-e", "trace=fsync,fdatasync", str(BINARY),
             *server.arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log) as started:
        ready = read_line(started.stdout, START_DEADLINE_SECONDS)
        for child in Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text(encoding="ascii").split():
            os.kill(int(child), signal.SIGTERM)  # strace ends, and writes the rest, once its process has
        try:
            started.wait(timeout=STOP_DEADLINE_SECONDS)
        finally:
            started.kill()
    if not ready and "not permitted" in server.log():
        pytest.skip("tracing a process is not permitted here")
    assert ready, server.log()
    return [found["path"] for found in SYNC.finditer(trace.read_text(encoding="utf-8"))]


def test_of_two_first_starts_the_one_that_is_refused_takes_nothing_from_the_other(folder):
    """The first has made the file and is slow to lock it."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    slow, quick = Server(folder), Server(folder)
    traced = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e",
              f"inject=fsync:delay_exit={SLOW_MICROSECONDS}:when=1", str(BINARY), *slow.arguments]
    with subprocess.Popen(traced, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          cwd=folder, text=True) as starting:
        until(lambda: os.path.exists(slow.database) or starting.poll() is not None, "it has made the file")
        quick.start()
        _, said = starting.communicate(timeout=START_DEADLINE_SECONDS)
    if "not permitted" in said:
        pytest.skip("tracing a process is not permitted here")
    assert starting.returncode == 2 and "in use by another process" in said, said
    quick.client().charge("ann", 7).ok(201)
    quick.restart(kill=True)
    assert quick.client().balance("ann") == 7
    key = Path(f"{quick.database}.operator-key").read_text(encoding="ascii").strip()
    assert quick.client().post("/api/v1/admin/check", token=key).ok()["sound"]
    quick.stop()


def test_its_file_and_the_name_of_it_are_synced_before_the_hash(folder):
    own = folder / "own"
    own.mkdir()
    server = Server(own)
    synced = syncs_of_a_start(server)
    key = synced.index(f"{server.database}.operator-key")
    assert synced[key + 1] == str(own), "the name of the file is on disk"
    assert f"{server.database}-wal" in synced[key + 2:], "and then the hash"
