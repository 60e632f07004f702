"""Facts of an update as its file has them, and whether a date of one has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from models.moment import Moment
from models.progress import Progress
from models.updating import UpdateChange, UpdateRemark
from optimiser.errors import Located
from optimiser.reading.tabular import ProgressRow

__all__ = ["TableFacts", "day_of", "left_words", "past", "progress_entry"]

_FIELDS: Final = ("actual_start", "actual_finish", "remaining", "suspend", "resume", "expected_finish", "percent_complete")


@dataclass(slots=True)
class TableFacts:
    """What is known by a status date.

    Attributes
    ----------
    progress
        Of each item that anything is done of, its fields as an update's file has them.
    estimates
        The same of lengths that the table estimates anew.
    rows
        The row that told of an item last.
    faults
        What cannot be.
    risks
        What became of risks, as an update's file has it.
    """

    progress: dict[str, dict[str, Any]] = field(default_factory=dict)
    estimates: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, ProgressRow] = field(default_factory=dict)
    changes: list[UpdateChange] = field(default_factory=list)
    remarks: list[UpdateRemark] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    faults: list[Located] = field(default_factory=list)
    risks: dict[str, str] = field(default_factory=dict)


def progress_entry(progress: Progress) -> dict[str, Any]:
    """Return what is done of an item as an update's file has it."""
    found: dict[str, Any] = {}
    for name in _FIELDS:
        value = getattr(progress, name, None)
        if value is not None:
            found[name] = value if isinstance(value, int | float) else str(value)
    return found


def left_words(entry: Mapping[str, Any]) -> str:
    """Return what is left of work in words; nothing where nobody says."""
    if "remaining" in entry:
        return f"{entry['remaining']} left"
    return f"{entry['percent_complete']:g} % complete" if "percent_complete" in entry else ""


def day_of(date: dt.date) -> dt.date:
    """Return the day of a moment."""
    return date.date() if isinstance(date, dt.datetime) else date


def past(date: dt.date, status: dt.date) -> bool:
    """Return whether a date lies no later than the evening of a status date, or than its moment."""
    if isinstance(status, dt.datetime):
        return Moment.of(date) <= status
    return day_of(date) <= status
