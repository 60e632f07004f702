"""The forecast of a plan in progress from its status date: milestones met, missed and slipping, and rules that facts break."""

from __future__ import annotations

from typing import Literal

from models.record import Date, Identifier, Many, Record, Text
from models.schedule import Violation

__all__ = ["DueDate", "Forecast", "MilestoneForecast", "State", "Work"]

State = Literal["met", "missed", "slipping", "on time", "undated"]
"""Of a milestone: it has come; a date that it was due by is past; it is due before it comes; it comes in time; nothing dates it."""
Work = Literal["done", "in progress", "to do"]


class DueDate(Record):
    """A date that a milestone is due by, and how late it is."""

    by: Identifier
    """The rule, or the baseline."""
    kind: Literal["not-after", "deadline", "baseline"]
    date: Text
    """To the month or the day, as stated; of a baseline as published."""
    late_wd: int | None
    """Working days by which it comes later, negative where it comes sooner; None of a month."""
    late_months: int | None = None
    """Of a baseline: the difference of the month labels."""


class MilestoneForecast(Record):
    """Where one milestone is, or will be."""

    id: Identifier
    title: Text
    state: State
    date: Date
    due: Many[DueDate] = ()
    """By rules that ask for it, and by the last of the baselines that have a date of it."""


class Forecast(Record):
    """A plan seen from its status date."""

    status_date: Date
    done: int
    in_progress: int
    to_do: int
    """Of activities."""
    milestones: Many[MilestoneForecast]
    """Those asked for, then all others that are met or due."""
    broken: Many[Violation] = ()
    """What facts have broken, and so held nothing back: the rules, with the working days where they are a number of them."""
    early: Many[Identifier] = ()
    """Of a plan of MS Project's dialect: what has not begun and lies before the status date all the same."""
