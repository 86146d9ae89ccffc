# SPDX-License-Identifier: MIT
"""Fixtures: servers with a folder of their own each, so that tests run in any order and side by side."""

import itertools
import shutil
import tempfile
from pathlib import Path

import pytest

from support.catalogue import catalogue, write_catalogue
from support.server import BINARY, Server


def pytest_collection_modifyitems(items):
    # The document's judge is tested without a server.
    needing = [item for item in items if "test_validator" not in item.nodeid]
    if needing and not BINARY.exists():
        pytest.exit(f"{BINARY} is not built (STAGEDOOR_BINARY names another)", returncode=2)


@pytest.fixture
def folder():
    """A folder with a short name: a Unix socket's path must fit into 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="sd-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def start(folder):
    """Starts servers: `start(catalogue(…), …, settings={…})`. Each is stopped at the end, its database audited and its
    log searched for secrets."""
    servers = []
    numbers = itertools.count(1)

    def start_server(*catalogues, **options):
        own = folder / str(next(numbers))
        own.mkdir()
        files = [write_catalogue(own / f"{number}.json", content) for number, content in enumerate(catalogues)]
        server = Server(own, catalogues=files, **options)
        servers.append(server)
        return server.start()

    yield start_server
    try:
        for server in servers:
            end(server)
    finally:
        for server in servers:
            if server.running:
                server.kill()


def end(server):
    """Stops a server if the test has not, and looks at what it leaves behind."""
    if server.running:
        server.stop()
    if server.database != ":memory:":
        server.audit()
    server.assert_log_keeps_secrets()


@pytest.fixture
def gala(start):
    """A server with one concert, `gala`, 20 seats, room for everybody."""
    return start(catalogue())


@pytest.fixture
def client(gala):
    return gala.client()
