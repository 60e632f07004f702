"""A planner's calendar as functions of elapsed minutes: an oracle of its own, apart from the product's clock.

Minutes count from 1 January 1900. ``W(t)`` is what is worked before t; ``end(w)`` the first moment by which w is worked,
``begin(w)`` the last; ``next`` and ``prev`` are the start of the work at or after, and its end at or before, a moment.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import cache

from optimiser.reading.interchange.record import CalendarRecord, Dialect, WorkedPeriod

ORIGIN = dt.datetime(1900, 1, 1)  # noqa: DTZ001
FIRST, LAST = dt.date(1970, 1, 1), dt.date(2079, 12, 31)

ASSUMED: dict[Dialect, tuple[WorkedPeriod, ...]] = {"msp": ((480, 720), (780, 1020)), "p6": ((480, 960),)}
"""The shifts of Mondays to Fridays where a calendar tells no days at all."""


def minute(at: dt.datetime) -> int:
    """Return a moment on the axis."""
    return int((at - ORIGIN).total_seconds() // 60)


def moment(at: int) -> dt.datetime:
    """Return what a minute of the axis stands for."""
    return ORIGIN + dt.timedelta(minutes=at)


class WorkedTime:
    """A calendar between two days, by one bisection a question."""

    def __init__(self, periods: list[WorkedPeriod]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(periods):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            elif end > start:
                self.starts.append(start)
                self.ends.append(end)
        self.before: list[int] = []
        self.after: list[int] = []
        total = 0
        for start, end in zip(self.starts, self.ends, strict=True):
            self.before.append(total)
            total += end - start
            self.after.append(total)
        if not total:
            message = "a calendar that never works"
            raise ValueError(message)

    def W(self, t: int) -> int:  # noqa: N802  # the specification's own name
        """Return the minutes worked before t."""
        at = bisect_right(self.starts, t) - 1
        return 0 if at < 0 else self.before[at] + min(t, self.ends[at]) - self.starts[at]

    def end(self, w: int) -> int:
        """Return the first moment by which w minutes are worked."""
        at = bisect_left(self.after, w)
        if w <= 0 or at == len(self.after):
            message = "beyond the days of the oracle's calendars"
            raise OverflowError(message)
        return self.starts[at] + w - self.before[at]

    def begin(self, w: int) -> int:
        """Return the last moment by which no more than w minutes are worked."""
        if w < 0 or w >= self.after[-1]:
            message = "beyond the days of the oracle's calendars"
            raise OverflowError(message)
        at = bisect_right(self.before, w) - 1
        return self.starts[at] + w - self.before[at]

    def next(self, t: int) -> int:
        """Return the first moment at or after t from which work goes on."""
        return self.begin(self.W(t))

    def prev(self, t: int) -> int:
        """Return the last moment at or before t up to which work went on."""
        return self.end(self.W(t))

    def plus(self, t: int, length: int) -> int:
        """Return ``t ⊕ length``."""
        if not length:
            return t
        worked = self.W(t) + length
        return self.end(worked) if length > 0 else self.begin(worked)


ELAPSED = WorkedTime([(minute(dt.datetime(1970, 1, 1)), minute(dt.datetime(2080, 1, 1)))])  # noqa: DTZ001


def worked_time(uid: str | None, calendars: Mapping[str, CalendarRecord], dialect: Dialect) -> WorkedTime:
    """Return a calendar with all that it inherits: exceptions of the whole line first, then weeks, then weekdays."""
    line: list[CalendarRecord] = []
    while uid is not None and uid in calendars and calendars[uid] not in line:
        line.append(calendars[uid])
        uid = calendars[uid].base
    return _worked_time(tuple(line), dialect)


@cache
def _worked_time(line: tuple[CalendarRecord, ...], dialect: Dialect) -> WorkedTime:
    exceptions: dict[dt.date, tuple[WorkedPeriod, ...]] = {}
    for each in reversed(line):
        for exception in each.exceptions:
            day = max(exception.first, FIRST)
            while day <= min(exception.last, LAST):
                exceptions[day] = exception.periods
                day += dt.timedelta(days=1)
    week: list[tuple[WorkedPeriod, ...]] = [ASSUMED[dialect]] * 5 + [()] * 2
    for each in reversed(line):
        week = [new if new is not None else old for new, old in zip(each.week, week, strict=True)]
    weeks = [alternative for each in line for alternative in each.weeks]
    periods = []
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + dt.timedelta(days=number)
        worked = exceptions.get(day)
        if worked is None:
            worked = next(
                (days for each in weeks if each.first <= day <= each.last and (days := each.days[day.weekday()]) is not None),
                week[day.weekday()],
            )
        if worked:
            midnight = minute(dt.datetime.combine(day, dt.time()))
            periods += [(midnight + start, midnight + end) for start, end in worked]
    return WorkedTime(periods)
