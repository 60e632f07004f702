"""Worked time: the minutes that a calendar works, as functions of a minute of the axis.

``W(t)`` is what is worked before *t*; ``end(w) = min{t: W(t) ≥ w}`` and ``begin(w) = max{t: W(t) ≤ w}`` undo it;
``next(t) = begin(W(t))`` is where work goes on at or after *t*, ``prev(t) = end(W(t))`` where it went on up to *t*. Each is
monotone, and costs one bisection over the worked periods and their sums.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.calendar import WEEKDAYS, Calendar, Shift
from models.moment import MINUTES

__all__ = ["WorkedTime", "both", "day_shifts", "worked_periods"]

Minutes = NDArray[np.int64]
Period = tuple[int, int]

_WHOLE_DAY: Final = (Shift(0, MINUTES),)
_BEFORE: Final = -1


class WorkedTime:
    """The worked periods of a calendar on an axis of minutes.

    Parameters
    ----------
    periods
        Worked periods in minutes of the axis, in any order; what overlaps or touches is joined.
    size
        Length of the axis. What lies after all work is given as ``size + 1``, what lies before it as -1.

    Attributes
    ----------
    begins, ends
        Where each period begins and ends, shape ``(periods,)``.
    before
        What is worked before each period.
    total
        What is worked on the whole axis.
    """

    def __init__(self, periods: Iterable[Period], size: int) -> None:
        joined: list[list[int]] = []
        for begin, end in sorted(periods):
            low, high = max(begin, 0), min(end, size)
            if joined and low <= joined[-1][1]:
                joined[-1][1] = max(joined[-1][1], high)
            elif low < high:
                joined.append([low, high])
        self.size, self.beyond = size, size + 1
        self._begins, self._ends = [low for low, _ in joined], [high for _, high in joined]
        self._before, self._after, self.total = [], [], 0
        for low, high in joined:
            self._before.append(self.total)
            self.total += high - low
            self._after.append(self.total)
        self.begins, self.ends, self.before, self.after = (
            np.array(each, dtype=np.int64) for each in (self._begins, self._ends, self._before, self._after)
        )

    def edges(self, low: int, high: int) -> list[int]:
        """Return where periods between two minutes begin and end."""
        found = []
        for edges in (self._begins, self._ends):
            found += edges[bisect_left(edges, low) : bisect_right(edges, high)]
        return found

    # -- one minute --------------------------------------------------------------------------------------------------

    def worked(self, t: int) -> int:
        """Return ``W(t)``."""
        at = bisect_right(self._begins, t) - 1
        return 0 if at < 0 else self._before[at] + min(t, self._ends[at]) - self._begins[at]

    def end(self, w: int) -> int:
        """Return ``min{t: W(t) ≥ w}``: -1 where the axis begins with that much, ``size + 1`` where it never reaches it."""
        if w <= 0:
            return _BEFORE
        at = bisect_left(self._after, w)
        return self.beyond if at == len(self._after) else self._begins[at] + w - self._before[at]

    def begin(self, w: int) -> int:
        """Return ``max{t: W(t) ≤ w}``: -1 where there is none, ``size + 1`` where there is no end of it."""
        if w < 0:
            return _BEFORE
        if w >= self.total:
            return self.beyond
        at = bisect_right(self._before, w) - 1
        return self._begins[at] + w - self._before[at]

    def next(self, t: int) -> int:
        """Return the first minute at or after *t* from which work goes on."""
        return self.begin(self.worked(t))

    def prev(self, t: int) -> int:
        """Return the last minute at or before *t* up to which work went on, -1 where nothing is worked before it."""
        return self.end(self.worked(t))

    def plus(self, t: int, minutes: int) -> int:
        """Return ``t ⊕ minutes``."""
        if not minutes or not 0 <= t <= self.size:
            return t
        worked = self.worked(t) + minutes
        return self.end(worked) if minutes > 0 else self.begin(worked)

    # -- many minutes ------------------------------------------------------------------------------------------------

    def all_worked(self, t: Minutes) -> Minutes:
        """Return ``W(t)``, elementwise."""
        if not self.total:
            return np.zeros_like(t)
        at = np.searchsorted(self.begins, t, side="right") - 1
        held = np.maximum(at, 0)
        found: Minutes = np.where(at < 0, 0, self.before[held] + np.minimum(t, self.ends[held]) - self.begins[held])
        return found

    def all_ends(self, w: Minutes) -> Minutes:
        """Return `end`, elementwise."""
        if not self.total:
            return np.where(w <= 0, _BEFORE, self.beyond)
        at = np.searchsorted(self.after, w, side="left")
        held = np.minimum(at, len(self.after) - 1)
        found = np.where(at == len(self.after), self.beyond, self.begins[held] + w - self.before[held])
        return np.where(w <= 0, _BEFORE, found)

    def all_begins(self, w: Minutes) -> Minutes:
        """Return `begin`, elementwise."""
        if not self.total:
            return np.where(w < 0, _BEFORE, self.beyond)
        at = np.maximum(np.searchsorted(self.before, w, side="right") - 1, 0)
        found = np.where(w >= self.total, self.beyond, self.begins[at] + w - self.before[at])
        return np.where(w < 0, _BEFORE, found)

    def all_plus(self, t: Minutes, minutes: int | Minutes) -> Minutes:
        """Return ``t ⊕ minutes``, elementwise."""
        worked = self.all_worked(t) + minutes
        found = np.where(np.asarray(minutes) > 0, self.all_ends(worked), self.all_begins(worked))
        on = (np.asarray(minutes) != 0) & (t >= 0) & (t <= self.size)
        return np.where(on, found, t)


def worked_periods(
    calendar: Calendar, calendars: Mapping[str, Calendar], first: dt.date, last: dt.date, size: int
) -> WorkedTime:
    """Return the worked time of a calendar on the axis that begins at the midnight before a day.

    Parameters
    ----------
    calendars
        All calendars of the plan, by id: a calendar may stand on others.
    first, last
        The first and the last day of the axis; days that a calendar does not cover are not worked.
    size
        Length of the axis in minutes.

    Returns
    -------
    WorkedTime
        Of the calendar alone: by what others it is bounded is left out.
    """
    begin, end = max(first, calendar.covers.first), min(last, calendar.covers.last)
    periods, origin = [], first.toordinal()
    # Of the day before, what is worked past midnight.
    for number, shifts in _shifts(calendar, calendars, begin - dt.timedelta(1), end):
        midnight = (number - origin) * MINUTES
        periods += [(midnight + shift.begin, midnight + shift.end) for shift in shifts]
    floor = (begin - first).days * MINUTES
    return WorkedTime(((max(low, floor), high) for low, high in periods if high > floor), size)


def both(one: WorkedTime, other: WorkedTime) -> WorkedTime:
    """Return the time that both work."""
    found: list[Period] = []
    mine = list(zip(one.begins.tolist(), one.ends.tolist(), strict=True))
    theirs = list(zip(other.begins.tolist(), other.ends.tolist(), strict=True))
    here = there = 0
    while here < len(mine) and there < len(theirs):
        low, high = max(mine[here][0], theirs[there][0]), min(mine[here][1], theirs[there][1])
        if low < high:
            found.append((low, high))
        if mine[here][1] <= theirs[there][1]:
            here += 1
        else:
            there += 1
    return WorkedTime(found, one.size)


def day_shifts(
    calendar: Calendar, calendars: Mapping[str, Calendar], first: dt.date, last: dt.date
) -> Iterator[tuple[dt.date, tuple[Shift, ...]]]:
    """Yield the days from one to another that a calendar works, each with its worked periods."""
    for number, shifts in _shifts(calendar, calendars, first, last):
        yield dt.date.fromordinal(number), shifts


def _shifts(
    calendar: Calendar, calendars: Mapping[str, Calendar], first: dt.date, last: dt.date
) -> Iterator[tuple[int, tuple[Shift, ...]]]:
    """Yield the same, each day by its ordinal."""
    line = [calendar]
    while line[-1].base is not None:
        line.append(calendars[line[-1].base])
    line.reverse()
    week = _week(line)
    taken = _taken(line, first, last)
    for number in range(first.toordinal(), last.toordinal() + 1):
        shifts = taken.get(number)
        if shifts is None:
            shifts = week[(number + 6) % 7]
        if shifts:
            yield number, shifts


def _week(line: list[Calendar]) -> list[tuple[Shift, ...]]:
    """Return the periods of each weekday of the last of a line of calendars, each of which stands on the one before it."""
    week: list[tuple[Shift, ...]] = [()] * 7
    for each in line:
        for place, name in enumerate(WEEKDAYS):
            if each.hours is not None:
                week[place] = tuple(each.hours[name]) if name in each.hours else week[place]
            elif each.weekdays:
                week[place] = _WHOLE_DAY if name in each.weekdays else ()
    return week


def _taken(line: list[Calendar], first: dt.date, last: dt.date) -> dict[int, tuple[Shift, ...]]:
    """Return the days, as ordinals, on which other periods are worked than in the week: what is said later holds."""
    found: dict[int, tuple[Shift, ...]] = {}

    def days(begin: dt.date, end: dt.date) -> range:
        return range(max(begin, first).toordinal(), min(end, last).toordinal() + 1)

    for each in line:
        for alternative in reversed(each.weeks):
            for number in days(alternative.first, alternative.last):
                name = WEEKDAYS[(number + 6) % 7]
                if name in alternative.hours:
                    found[number] = tuple(alternative.hours[name])
    for each in line:
        for holiday in each.holidays:
            found.update(dict.fromkeys(days(holiday.day, holiday.day), ()))
        for span in each.blackouts:
            found.update(dict.fromkeys(days(span.first, span.last), ()))
        for exception in each.exceptions:
            found.update(dict.fromkeys(days(exception.first, exception.last), tuple(exception.shifts)))
    return found
