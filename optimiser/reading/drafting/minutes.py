"""Entries of a table that make a plan of minutes: hours, shares of a length, and times within a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from models.moment import Moment
from optimiser.reading.spelling import WrittenLength
from optimiser.reading.tabular import PlannerColumn, PlannerTable

__all__ = ["said_in_minutes"]

_MORNING, _EVENING = dt.time(10), dt.time(15)
"""A start up to the one is the morning of its day, a finish from the other on its evening."""


def _inside(time: dt.time, *, late: bool) -> bool:
    """Return whether a time neither begins nor ends a day as people work."""
    return time < _EVENING if late else time > _MORNING


def said_in_minutes(table: PlannerTable) -> Iterator[str]:
    """Yield the entries that need minutes: hours, shares of a length, and times at which no day begins or ends."""
    for row in table.rows:
        cells: list[tuple[PlannerColumn, str]] = []
        lengths: tuple[tuple[PlannerColumn, WrittenLength | None], ...] = (
            ("duration", row.duration),
            ("low", row.low),
            ("high", row.high),
        )
        cells += [(column, length.text) for column, length in lengths if length is not None and length.of_minutes]
        cells += [("predecessors", link.lag.text) for link in row.links if link.lag is not None and link.lag.of_minutes]
        dated: list[tuple[PlannerColumn, dt.date | None, bool]] = [("deadline", row.deadline, True)]
        dated += [("constraint date", day, "finish" in kind) for kind, day in row.constraints]
        cells += [
            (column, str(day)) for column, day, late in dated if isinstance(day, Moment) and _inside(day.time(), late=late)
        ]
        for column, text in cells:
            letter = table.columns.letters.get(column, "")
            yield f"'{text}' in {letter or 'row '}{row.row}"
