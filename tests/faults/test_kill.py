# SPDX-License-Identifier: MIT
"""kill -9 at random moments under load, the same database each time."""

import random
from collections import Counter

KILLS_CHECKED_EVERY = 10


def test_nothing_promised_is_lost_however_often_it_is_killed(open_venue, request, seed):
    kills = request.config.getoption("--kills")
    chance = random.Random(seed)
    # Enough seats for what is sold between two kills.
    venue = open_venue(concerts=[f"show-{number}" for number in range(2 + 2 * (kills // 40))], dates=200)
    venue.open_doors(seed=seed)
    for number in range(1, kills + 1):
        venue.site.pass_time(chance.uniform(0.02, 1.2))
        venue.kill()
        if number % KILLS_CHECKED_EVERY == 0:
            venue.server.audit()
        venue.server.start()
        venue.site.up(venue.server.port)
    case = venue.verdict(seed=seed)
    assert len(case.history.deaths) == kills + 1
    happened = Counter((op.name, op.outcome) for op in case.history.ops)
    print(f"\n{kills} kills: {sum(happened.values())} requests, {happened['pay', 'ok']} payments, "
          f"{sum(count for (_, outcome), count in happened.items() if outcome == 'unknown')} without an answer")
    for name in ("charge", "join", "enter", "hold", "release", "pay", "leave"):
        assert happened[name, "ok"] > 0, f"the load never came to {name}: {happened}"
    assert sum(count for (_, outcome), count in happened.items() if outcome == "unknown") >= kills
