"""Statements of a new plan's author that the table does not hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.calendar import Shift, Weekday
from optimiser.reading.spelling import DateOrder

__all__ = ["BesideTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideTable:
    """What is said beside the table.

    Attributes
    ----------
    title
        Of the plan; the table's name where left out.
    start
        The first day on which anything may start; the earliest date of the table where left out.
    as_of
        The day whose knowledge the plan rests on.
    weekdays
        Worked, where no day off says otherwise.
    days_off
        A country, with its region behind a hyphen, such as ``GB-ENG``, or a file of dates; None: those of the table's own sheet.
    hours
        Worked on each of them, where the table speaks of hours or minutes.
    capacities
        How many there are of a resource, by its name in the table.
    sheet
        On which the table stands.
    order
        Which number of a date with slashes comes first.
    status
        The day up to whose evening progress is told; where left out, that of the table.
    """

    as_of: dt.date
    title: str | None = None
    start: dt.date | None = None
    weekdays: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    days_off: str | Path | None = None
    hours: tuple[Shift, ...] = (Shift(480, 720), Shift(780, 1020))
    capacities: Mapping[str, int] = field(default_factory=dict)
    sheet: str | None = None
    order: DateOrder | None = None
    status: dt.date | None = None

    @property
    def day_minutes(self) -> int:
        """The worked minutes of a day."""
        return sum(shift.end - shift.begin for shift in self.hours)
