# SPDX-License-Identifier: MIT
"""Fixtures and options of the tests that break things around the server."""

import shutil
import sys
import tempfile
from pathlib import Path

import pytest

# `support` is that of the integration tests. (A relative `pythonpath` would leave `..` in the paths of its modules.)
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "integration"))

from harness.venue import Venue  # noqa: E402
from support.server import BINARY  # noqa: E402

WITHOUT_SERVER = ("test_checker",)


def pytest_addoption(parser):
    parser.addoption("--kills", type=int, default=50, help="how often test_kill.py kills the server (default 50)")
    parser.addoption("--seed", type=int, default=20261224, help="makes the choices of the load and of the faults")


def pytest_collection_modifyitems(items):
    needing = [item for item in items if not any(name in item.nodeid for name in WITHOUT_SERVER)]
    if needing and not BINARY.exists():
        pytest.exit(f"{BINARY} is not built (STAGEDOOR_BINARY names another)", returncode=2)


@pytest.fixture
def seed(request):
    return request.config.getoption("--seed")


@pytest.fixture
def folder():
    """A folder with a short name: a Unix socket's path must fit into 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="sd-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def open_venue(folder):
    """Opens venues: `open_venue(…)` has a server that runs. What is left of them is ended with the test."""
    venues = []

    def opened(**options):
        venue = Venue(folder, **options)
        venues.append(venue)
        return venue.start()

    yield opened
    for venue in venues:
        venue.site.stop()
        if venue.server.running:
            venue.server.kill()
