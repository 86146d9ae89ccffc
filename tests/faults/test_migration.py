# SPDX-License-Identifier: MIT
"""kill -9 in the middle of bringing a database of an earlier version up to date: at each write and each sync in turn."""

import shutil
from pathlib import Path

import pytest

from harness.faulting import start_killed_at
from support import databases
from support.server import Server

VERSION = databases.VERSIONS[-1]
CALLS_MAX = 400  # a start has far fewer of each


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_a_start_that_is_killed_in_its_middle_is_made_up_for_by_the_next(folder, call):
    databases.make_database(folder / "old.db", VERSION)
    tokens = databases.tokens_of(folder / "old.db")
    found = []
    for number in range(1, CALLS_MAX):
        own = folder / str(number)
        own.mkdir()
        server = Server(own)
        shutil.copy(folder / "old.db", server.database)
        if not start_killed_at(server, call, number):
            break
        found.append(what_is_found(server.database, own / "crashed"))
        server.start()
        databases.assert_all_is_there(server, tokens)
        databases.assert_it_goes_on(server, tokens)
        server.stop()
        server.audit()
        shutil.rmtree(own)
    assert len(found) < CALLS_MAX - 1, "no start was left alone"
    assert found == sorted(found) and found[0][0] == VERSION
    if call == "pwrite64":
        assert (VERSION, "log") in found, "half of the step was written"
    else:
        assert (VERSION + 1, "log") in found, "the step was written, and nobody has heard of it"


def what_is_found(database, folder):
    """The version that the next process finds, and whether there is something in the log; asked of a copy."""
    folder.mkdir()
    copy = Path(shutil.copy(database, folder))
    log = Path(f"{database}-wal")
    begun = log.exists() and log.stat().st_size > 0
    if begun:
        shutil.copy(log, folder)
    return databases.schema_version(copy), "log" if begun else "clean"
