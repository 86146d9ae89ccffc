# SPDX-License-Identifier: MIT
"""Instants as the contract writes them."""

from datetime import datetime, timedelta, timezone


def instant(text):
    """`2026-12-24T10:00:00.000Z` as a datetime."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


def seconds_between(earlier, later):
    """Seconds between two instants, given as text."""
    return (instant(later) - instant(earlier)).total_seconds()


def later(text, seconds):
    """The instant `seconds` after `text`, as text."""
    moved = instant(text) + timedelta(seconds=seconds)
    return moved.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moved.microsecond // 1000:03d}Z"
