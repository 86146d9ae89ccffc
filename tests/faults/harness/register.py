# SPDX-License-Identifier: MIT
"""Linearizability of one small register: Wing and Gong's search, with Lowe's memory of the configurations seen.

An operation takes effect at one instant between `began` and `ended`. A history is linearizable where there is an
order of those instants that explains every operation. The search goes through the writes that could be next; a read
that the present value explains is taken at once, since it changes nothing and can be no better off later.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Write:
    """Turns the value `before` into `after`."""

    began: float
    ended: float
    before: object
    after: object
    what: str


@dataclass(frozen=True)
class Read:
    """Saw a value of which `explains(value)` is true."""

    began: float
    ended: float
    explains: object
    what: str


def why_not_linearizable(operations, initial):
    """None where there is an order; otherwise a sentence about the operation that no order gets past."""
    operations = sorted(operations, key=lambda operation: (operation.began, operation.ended))
    seen = set()
    todo = [(0, frozenset(), initial)]
    furthest = (-1, None, None)
    while todo:
        first, done, value = todo.pop()
        first, done = _take_reads(operations, first, done, value)
        if first == len(operations):
            return None
        if (first, done, value) in seen:
            continue
        seen.add((first, done, value))
        if first > furthest[0]:
            furthest = (first, value, _stuck(operations, first, done))
        for index in _next(operations, first, done):
            operation = operations[index]
            if isinstance(operation, Write) and operation.before == value:
                todo.append((*_without(first, done, index), operation.after))
    _, value, stuck = furthest
    return f"no order explains {stuck.what} where it is {value}"


def _next(operations, first, done):
    """The operations that may be next: none of the others has ended before they began."""
    limit = float("inf")
    for index in range(first, len(operations)):
        operation = operations[index]
        if operation.began > limit:
            return
        if index not in done:
            limit = min(limit, operation.ended)
            yield index


def _stuck(operations, first, done):
    """Of those that may be next the one that ended first: every order must get past it."""
    candidates = [operations[index] for index in _next(operations, first, done)]
    return min(candidates, key=lambda operation: operation.ended)


def _without(first, done, index):
    """The configuration after the operation at `index`: all before `first` are done, and `done` of those behind."""
    done = done | {index}
    while first in done:
        done = done - {first}
        first += 1
    return first, done


def _take_reads(operations, first, done, value):
    again = True
    while again:
        again = False
        for index in list(_next(operations, first, done)):
            operation = operations[index]
            if isinstance(operation, Read) and operation.explains(value):
                first, done = _without(first, done, index)
                again = True
    return first, done
