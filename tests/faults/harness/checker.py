# SPDX-License-Identifier: MIT
"""Proves from a history and the final state of the database that the promises were kept.

Each rule is a function of a `Case` that yields sentences, one for each fault; none is a sound run.
"""

import json
from dataclasses import dataclass, field, replace

from harness.history import FOREVER, History
from harness.rules_bank import bank_rules
from harness.rules_keys import key_rules
from harness.rules_line import line_rules
from harness.rules_seats import seat_rules

RULES = (*seat_rules, *bank_rules, *key_rules, *line_rules)
SHOWN_MAX = 40


@dataclass
class Case:
    """`hold_seconds`: how long seats are held. `late_seconds`: by how much an expiry may come late where the machine
    answers at once, None for any. `capacity`: concert to the people who may be inside, and `pace` to the
    admissions a minute, 0 for any. `patience_seconds`: for which reasons a token ends when that much time has passed.
    `all_answered`: an operation without an answer must not have happened (a stop in good order). `disk_fills`: the
    storage may refuse, and what falls due waits for it."""

    history: History
    state: dict
    hold_seconds: float
    late_seconds: float | None = 3.0
    capacity: dict = field(default_factory=dict)
    pace: dict = field(default_factory=dict)
    patience_seconds: dict = field(default_factory=dict)
    all_answered: bool = False
    disk_fills: bool = False

    def __post_init__(self):
        if self.disk_fills:
            self.late_seconds = None
        if self.late_seconds is not None:
            self.late_seconds += self.history.slowness()
        self.broken_off = [op for op in self.history.ops if op.lost is not None
                           and op.lost < self.history.endings.get(op.life, FOREVER)]
        if self.all_answered:
            self.history = replace(self.history, ops=[op for op in self.history.ops if op.outcome != "unknown"])
        self.history = self.history.settled()


def faults_of(case):
    """Every fault that the rules find, as sentences."""
    return [fault for rule in RULES for fault in rule(case)]


def assert_sound(case, saved=None):
    """Fails with the first faults; the history and the tables are then kept at the path `saved`."""
    faults = faults_of(case)
    if faults:
        if saved is not None:
            case.history.save(saved)
            saved.with_suffix(".tables.json").write_text(json.dumps(case.state), encoding="utf-8")
        raise AssertionError("\n".join([f"{len(faults)} faults (the history: {saved})", *faults[:SHOWN_MAX]]))
