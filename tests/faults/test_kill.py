# SPDX-License-Identifier: MIT
"""kill -9 at random moments under load, the same database each time."""

import random
import statistics
import subprocess
import threading
from collections import Counter

from support.server import BINARY

KILLS_CHECKED_EVERY = 10
# How often the next start is killed as well, and how long after it began at most.
STARTS_KILLED = 0.3
START_SECONDS = 0.06
# How often a catalogue is imported in a life, at its end if need be.
IMPORTS = 0.2
# With at least twice as many kills the first and the last restarts are compared. All that is on sale meanwhile is put
# there at first, so that mostly what is past grows.
RESTARTS_COMPARED = 50
KILLS_A_SEASON = 50


def kill_a_start(venue, seconds):
    """In the middle of opening the database and recovering, or just behind it."""
    server = venue.server
    with subprocess.Popen([str(BINARY), *server.arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL, cwd=server.directory) as process:
        venue.site.pass_time(seconds)
        process.kill()


def live(venue, chance):
    """One life, until it is killed."""
    importing = threading.Thread(target=venue.import_again, args=[chance])
    imports = chance.random() < IMPORTS
    seconds = chance.uniform(0.02, 0.9)
    at_the_end = chance.choice([0, 0.02])
    venue.site.pass_time(seconds - at_the_end)
    if imports:
        importing.start()
    venue.site.pass_time(at_the_end)
    venue.kill()
    if imports:
        importing.join()


def tell_of_restarts(starts):
    """How long the first and the last of them took. `starts`: of one database, in order."""
    for some in (starts[:RESTARTS_COMPARED], starts[-RESTARTS_COMPARED:]):
        print(f"{len(some)} of {len(starts)} restarts: {statistics.median(start.seconds for start in some) * 1000:.1f} ms "
              f"(median) with {some[0].live} to {some[-1].live} places and people")


def test_nothing_promised_is_lost_however_often_it_is_killed(open_venue, request, seed):
    kills = request.config.getoption("--kills")
    chance = random.Random(seed)
    venue = open_venue(seasons=1 + kills // KILLS_A_SEASON)
    venue.open_doors(seed=seed)
    for number in range(1, kills + 1):
        live(venue, chance)
        if number % KILLS_CHECKED_EVERY == 0:
            venue.server.audit()
        if chance.random() < STARTS_KILLED:
            kill_a_start(venue, chance.uniform(0, START_SECONDS))
        venue.start()
    case = venue.verdict(seed=seed)
    assert len(case.history.deaths) == kills + 1
    happened = Counter((op.name, op.outcome) for op in case.history.ops)
    unknown = sum(count for (_, outcome), count in happened.items() if outcome == "unknown")
    print(f"\n{kills} kills: {sum(happened.values())} requests, {happened['pay', 'ok']} payments, {unknown} without an "
          f"answer: {dict(happened)}")
    # The load came to everything, and to the most of it while it was being killed.
    for name in ("charge", "join", "poll", "enter", "hold", "release", "pay", "leave"):
        assert happened[name, "ok"] > kills / 5, happened
    assert happened["hold", "refused"] > kills / 5 and happened["poll", "refused"] > 0
    assert unknown > kills
    assert sum(happened[name, "unknown"] for name in ("charge", "join", "hold", "pay")) > kills / 10
    assert sum(row["sold_out_through"] > 0 for row in case.state["queue_lines"]) > kills / 20
    reasons = Counter(row["reason"] for row in case.state["queue_tokens"])
    assert reasons["ENTRY_MISSED"] + reasons["SESSION_ENDED"] > kills / 20, reasons
    if kills >= 2 * RESTARTS_COMPARED:
        tell_of_restarts(venue.starts[1:kills + 1])  # behind the one that has put everything on sale
