# SPDX-License-Identifier: MIT
"""Catalogues, made for each test."""

import json

DATE = "2026-12-24"
OTHER_DATE = "2026-12-25"
PRICE = 50000


def catalogue(concert="gala", *, seats=20, dates=(DATE,), price=PRICE, currency="KRW", **queue):
    """A concert with the seats A-1 … A-N. Keywords beyond the named ones are its `queue` object."""
    made = {
        "concertId": concert,
        "title": f"The {concert}",
        "venue": "Blue Hall",
        "currency": currency,
        "categories": [{"name": "R", "price": price}],
        "dates": list(dates),
        "rows": [{"row": "A", "from": 1, "to": seats, "category": "R"}],
    }
    if queue:
        made["queue"] = queue
    return made


def write_catalogue(path, content):
    """Writes a catalogue file and returns its path."""
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
