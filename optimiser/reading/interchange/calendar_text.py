"""Primavera's days in one cell: nested brackets ``(0||NAME(key|value)(inner))`` become a week and its exceptions.

``DaysOfWeek`` holds the days 1 (Sunday) to 7, each with its shifts ``s|08:00|f|16:00``; ``Exceptions`` holds days counted from
30 December 1899, with other shifts or none. A shift that ends at 00:00 ends with its day.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from optimiser.reading.interchange.record import CalendarException, WorkedPeriod, WorkedWeek

__all__ = ["CalendarTextError", "read_calendar_text"]

_FIRST_DAY: Final = dt.date(1899, 12, 30)
_DEEPEST: Final = 16
_MOST_EXCEPTIONS: Final = 100_000
_NODE: Final = re.compile(r"\s*(?:(\()0\|\|([^()]*)\(([^()]*)\)\s*\(|(\)))")
_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?\s*([AaPp][Mm])?")


class CalendarTextError(ValueError):
    """What is wrong with a calendar's text, as a sentence."""


@dataclass
class _Node:
    """A bracket: its name, its pairs of key and value, and what is in it."""

    name: str
    pairs: dict[str, str]
    inner: list[_Node] = field(default_factory=list)

    def find(self, name: str) -> _Node | None:
        """Return the first bracket in this one with a name."""
        return next((each for each in self.inner if each.name == name), None)


def read_calendar_text(text: str) -> tuple[WorkedWeek, tuple[CalendarException, ...]]:
    """Read a week and its exceptions.

    Parameters
    ----------
    text
        The cell, with whatever line breaks and blanks it has.

    Returns
    -------
    tuple
        Seven days from Monday, None each where the text holds no days; and the exceptions by date.

    Raises
    ------
    CalendarTextError
        If brackets do not match, or a day, a date or a time of day is none.
    """
    top = _nodes(re.sub(r"[\x00-\x20\x7f]+", " ", text))
    # The outermost bracket is CalendarData, or has no name.
    root = top if top.find("DaysOfWeek") or not top.inner else top.inner[0]
    days = root.find("DaysOfWeek")
    week: list[tuple[WorkedPeriod, ...] | None] = [None] * 7
    for node in days.inner if days else ():
        if node.name not in set("1234567"):
            message = f"expected a day of the week from 1 to 7, got {node.name[:20]!r}"
            raise CalendarTextError(message)
        week[(int(node.name) + 5) % 7] = _periods(node)
    if days and days.inner:
        week = [day or () for day in week]
    exceptions: dict[dt.date, CalendarException] = {}
    found = root.find("Exceptions")
    for node in found.inner if found else ():
        day = _day(node.pairs.get("d", ""))
        exceptions[day] = CalendarException(day, day, _periods(node))
    return tuple(week), tuple(exceptions[day] for day in sorted(exceptions))


def _nodes(text: str) -> _Node:
    """Return brackets as a tree."""
    top = _Node("", {})
    path, at, count = [top], 0, 0
    text = text.rstrip()
    while at < len(text):
        found = _NODE.match(text, at)
        if not found:
            message = f"cannot be read at {text[at : at + 30]!r}, expected '(0||name(...)(...))'"
            raise CalendarTextError(message)
        at = found.end()
        if found[4]:
            # The second bracket closes the inside, the third the node itself.
            outer = re.compile(r"\s*\)").match(text, at)
            if len(path) == 1 or not outer:
                message = f"has a bracket too many or too few at {text[max(0, at - 20) : at + 10]!r}"
                raise CalendarTextError(message)
            at = outer.end()
            path.pop()
            continue
        words = found[3].split("|")
        node = _Node(found[2].strip(), dict(zip(words[::2], words[1::2], strict=False)))
        path[-1].inner.append(node)
        path.append(node)
        count += 1
        if len(path) > _DEEPEST or count > _MOST_EXCEPTIONS:
            message = "is nested too deep" if len(path) > _DEEPEST else f"holds more than {_MOST_EXCEPTIONS:,} brackets"
            raise CalendarTextError(message)
    if len(path) > 1:
        message = "ends within a bracket; maybe the file is cut off here"
        raise CalendarTextError(message)
    return top


def _periods(day: _Node) -> tuple[WorkedPeriod, ...]:
    """Return the shifts of a day, in their order, those that meet joined."""
    return joined_shifts((_minute(shift.pairs.get("s", "")), _minute(shift.pairs.get("f", ""))) for shift in day.inner)


def joined_shifts(shifts: Iterable[WorkedPeriod]) -> tuple[WorkedPeriod, ...]:
    """Return shifts as minutes of a day in their order, those that meet joined; one that ends no later than it starts ends a day later."""
    periods: list[WorkedPeriod] = []
    for start, finish in sorted(shifts):
        end = finish if finish > start else finish + 1440
        if periods and start <= periods[-1][1]:
            periods[-1] = periods[-1][0], max(periods[-1][1], end)
        else:
            periods.append((start, end))
    return tuple(periods)


def _minute(text: str) -> int:
    """Return a time of day as minutes from midnight."""
    found = _CLOCK.fullmatch(text.strip())
    if not found or int(found[1]) > 24 or int(found[2]) > 59:
        message = f"expected a time of day such as 08:00, got {text[:20]!r}"
        raise CalendarTextError(message)
    hour = int(found[1])
    if found[3]:
        hour = hour % 12 + (12 if found[3].lower() == "pm" else 0)
    return hour * 60 + int(found[2])


def _day(text: str) -> dt.date:
    """Return a date that is stored as a number of days."""
    if not re.fullmatch(r"[0-9]{1,7}", text.strip()) or int(text) > 2_900_000:
        message = f"expected an exception's date as a number of days, got {text[:20]!r}"
        raise CalendarTextError(message)
    return _FIRST_DAY + dt.timedelta(days=int(text))
