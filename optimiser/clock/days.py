"""The only date arithmetic: one axis of boundaries between working days.

Day *k* of the axis is the *k*-th working day that the base calendar covers; boundary *b* lies between day *b - 1* and
day *b*. Work that occupies ``[s, f)`` is shown from day *s* to day *f - 1*. Every boundary a plan may use has a covered
day on both sides, so it can be shown as a morning and as an evening. Nothing here knows that a tick of the axis is a
day, except the reading and showing of dates.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from models.calendar import WEEKDAYS, Calendar, Span
from models.duration import Duration
from models.plan import Plan
from models.rules import Occasions, Pattern
from optimiser.errors import BeyondHorizonError, Located

__all__ = ["BEFORE", "Boundaries", "Clock", "Convention", "Side", "add_months"]

Convention = Literal["opens", "closes"]
Side = Literal["floor", "ceiling"]
"""Whether nothing may be shown before a stated date, or nothing after it."""
Boundaries = NDArray[np.int64]
Days = NDArray[np.int64]
"""Days counted as `datetime.date.toordinal` counts them."""

_KEPT: Final = 256
"""Lags in calendar time whose steps on the whole axis are kept."""

BEFORE: Final = -1
"""The boundary of a date before the first day covered."""


def _months(ordinals: Days) -> tuple[Days, Days, Days]:
    """Split days into a running month number, a day of the month, and the length of that month."""
    months = _as_datetime(ordinals).astype("datetime64[M]")
    first = _ordinal(months.astype("datetime64[D]"))
    length = _ordinal((months + 1).astype("datetime64[D]")) - first
    return months.astype(np.int64), ordinals - first + 1, length


_EPOCH: Final = dt.date(1970, 1, 1).toordinal()


def _as_datetime(ordinals: Days) -> NDArray[np.datetime64]:
    days: NDArray[np.datetime64] = (ordinals - _EPOCH).astype("datetime64[D]")
    return days


def _ordinal(days: NDArray[np.datetime64]) -> Days:
    ordinals: Days = days.astype("datetime64[D]").astype(np.int64) + _EPOCH
    return ordinals


def add_months(ordinals: Days, months: int | NDArray[np.int64]) -> Days:
    """Add calendar months to days.

    Parameters
    ----------
    ordinals
        Days, any shape.
    months
        How many, of a shape that broadcasts; may be negative.

    Returns
    -------
    ndarray
        The same day of the later month, cut to its length; the last day of a month stays the last.
    """
    month, day, length = _months(ordinals)
    target = (month + months).astype("datetime64[M]")
    first = _ordinal(target.astype("datetime64[D]"))
    reach = _ordinal((target + 1).astype("datetime64[D]")) - first
    reached: Days = first + np.where(day == length, reach, np.minimum(day, reach)) - 1
    return reached


def _working_days(calendar: Calendar) -> Days:
    """Return every working day that a calendar covers, in order."""
    days = np.arange(calendar.covers.first.toordinal(), calendar.covers.last.toordinal() + 1, dtype=np.int64)
    worked = np.array([name in calendar.weekdays for name in WEEKDAYS])
    keep: NDArray[np.bool_] = worked[(days + 6) % 7]
    if calendar.holidays:
        keep &= ~np.isin(days, [holiday.day.toordinal() for holiday in calendar.holidays])
    for span in calendar.blackouts:
        keep &= (days < span.first.toordinal()) | (days > span.last.toordinal())
    kept: Days = days[keep]
    return kept


def _between(days: Days, occasions: Occasions) -> NDArray[np.bool_]:
    """Return the occasions within the period that they are limited to."""
    first = occasions.since.toordinal() if occasions.since else dt.date.min.toordinal()
    last = occasions.until.toordinal() if occasions.until else dt.date.max.toordinal()
    inside: NDArray[np.bool_] = (days >= first) & (days <= last)
    return inside


class Clock:
    """Dates to boundaries and back, for the base calendar of one plan.

    Attributes
    ----------
    days
        Working days of the axis as ordinals, shape ``(size,)``.
    size
        Number of working days covered; boundaries run from 0 to ``size``.
    origin, limit
        The first and last boundary that any point of the plan may have.
    beyond
        The boundary of a date after the last day covered, ``size + 1``.

    Raises
    ------
    BeyondHorizonError
        If the base calendar covers fewer than three working days inside the horizon.
    """

    def __init__(self, plan: Plan) -> None:
        base = plan.calendars_by_id[plan.calendar]
        self.calendar = base
        self.horizon = plan.horizon
        self.days = _working_days(base)
        self.size = len(self.days)
        self.beyond = self.size + 1
        self._calendars = plan.calendars_by_id
        self._own: dict[str, Days] = {}
        self._occasions: dict[Occasions, tuple[Days, bool]] = {}
        self._shifts: dict[tuple[int, str, Convention, Convention], Boundaries] = {}
        self.origin = max(1, int(np.searchsorted(self.days, plan.horizon.first.toordinal(), side="left")))
        self.limit = min(self.size - 1, int(np.searchsorted(self.days, plan.horizon.last.toordinal(), side="right")))
        if self.limit <= self.origin:
            message = (
                f"the horizon {plan.horizon.first} to {plan.horizon.last} holds no working day that calendar "
                f"'{base.id}' covers ({base.covers.first} to {base.covers.last}); maybe the horizon should lie inside it"
            )
            raise BeyondHorizonError([Located(message, path="horizon")])

    # -- dates and boundaries ----------------------------------------------------------------------------------------

    def boundary(self, date: dt.date, convention: Convention) -> int:
        """Return the boundary that a date means: ``opens`` its morning, ``closes`` its evening.

        A morning on a non-working day is the next working morning, an evening the last working evening. The date of a
        floor or a ceiling is read by `stated`.

        Raises
        ------
        BeyondHorizonError
            If the base calendar does not cover the date.
        """
        self._covered(date)
        side: Literal["left", "right"] = "left" if convention == "opens" else "right"
        return int(np.searchsorted(self.days, date.toordinal(), side=side))

    def stated(self, date: dt.date, convention: Convention, side: Side) -> int:
        """Return the first boundary that is not shown before a floor's date, or the last that is not shown after a ceiling's.

        Raises
        ------
        BeyondHorizonError
            If the base calendar does not cover the date.
        """
        self._covered(date)
        return int(self.all_stated(np.array([date.toordinal()], dtype=np.int64), convention, side)[0])

    def _covered(self, date: dt.date) -> None:
        """Raise where the base calendar does not cover a date."""
        covers = self.calendar.covers
        if not covers.first.toordinal() <= date.toordinal() <= covers.last.toordinal():  # of the last day, every hour
            message = (
                f"{date} is outside the days that calendar '{self.calendar.id}' covers ({covers.first} to {covers.last}); "
                "maybe a year is mistyped, or the calendar's list needs extending"
            )
            raise BeyondHorizonError([Located(message)])

    def boundaries(self, ordinals: Days, convention: Convention) -> Boundaries:
        """Return the boundaries of computed days: `BEFORE` and ``beyond`` where the calendar does not cover them."""
        side: Literal["left", "right"] = "left" if convention == "opens" else "right"
        return self._within(ordinals, np.searchsorted(self.days, ordinals, side=side).astype(np.int64))

    def all_stated(self, ordinals: Days, convention: Convention, side: Side) -> Boundaries:
        """Return `stated` of computed days: `BEFORE` and ``beyond`` outside the calendar's cover."""
        found = np.searchsorted(self.days, ordinals, side="left" if side == "floor" else "right").astype(np.int64)
        return self._within(ordinals, found + ((convention == "closes") - (side == "ceiling")))

    def _within(self, ordinals: Days, found: Boundaries) -> Boundaries:
        """Return boundaries found of days, `BEFORE` and ``beyond`` where the calendar does not cover these."""
        covers = self.calendar.covers
        found = np.where(ordinals < covers.first.toordinal(), BEFORE, found)
        return np.where(ordinals > covers.last.toordinal(), self.beyond, found)

    def show(self, boundary: int, convention: Convention) -> dt.date:
        """Return the date at which a boundary is shown.

        Raises
        ------
        BeyondHorizonError
            If the boundary has no covered day on the side asked for.
        """
        index = boundary if convention == "opens" else boundary - 1
        if not 0 <= index < self.size:
            covers = self.calendar.covers
            side = "before" if index < 0 else "after"
            message = (
                f"a date falls {side} the days that calendar '{self.calendar.id}' covers ({covers.first} to {covers.last})"
            )
            raise BeyondHorizonError([Located(message)])
        return dt.date.fromordinal(int(self.days[index]))

    def shown(self, boundaries: Boundaries, convention: Convention) -> Days:
        """Return the days at which boundaries are shown, those off the axis at its nearest day."""
        index = boundaries if convention == "opens" else boundaries - 1
        return self.days[np.clip(index, 0, self.size - 1)]

    def places(self, ordinals: Days, convention: Convention) -> Boundaries:
        """Return where days lie among the working days, so that differences are working days: their boundaries."""
        return self.boundaries(ordinals, convention)

    def day_at(self, place: int, convention: Convention) -> dt.date:
        """Return the day that lies at a place among the working days."""
        return self.show(place, convention)

    # -- lags and durations ------------------------------------------------------------------------------------------

    def shift(self, boundary: int, lag: Duration, source: Convention, target: Convention) -> int:
        """Return ``boundary ⊕ lag`` (see `models.rules`)."""
        return int(self.shifted(np.array([boundary], dtype=np.int64), lag.amount, lag.unit, source, target)[0])

    def shifted(
        self,
        boundaries: Boundaries,
        amount: int | NDArray[np.int64],
        unit: str,
        source: Convention,
        target: Convention,
    ) -> Boundaries:
        """Return ``boundaries ⊕ amount unit``, elementwise.

        Parameters
        ----------
        boundaries
            Boundaries counted from, any shape.
        amount
            Length of the lag, of a shape that broadcasts.
        unit
            ``wd``, ``cd`` or ``mo``.
        source, target
            How the boundary counted from, and the one counted to, are shown.

        Returns
        -------
        ndarray
            Boundaries; off the axis as `BEFORE` or ``beyond``, or, for working days, as counted.
        """
        if unit == "wd":
            return boundaries + amount
        shown = self.shown(boundaries, source)
        reached = shown + amount if unit == "cd" else add_months(shown, amount)
        found = self.boundaries(reached, target)
        found = np.where(np.asarray(amount) >= 0, np.maximum(found, boundaries), found)
        return np.where(boundaries < 0, BEFORE, np.where(boundaries > self.size, self.beyond, found))

    def shifts(self, amount: int, unit: str, source: Convention, target: Convention) -> Boundaries:
        """Return `shifted` of every boundary of the axis, not to be written to; what was asked for last is kept."""
        key = amount, unit, source, target
        found = self._shifts.pop(key, None)
        if found is None:
            found = self.shifted(np.arange(self.size + 1, dtype=np.int64), amount, unit, source, target)
            if len(self._shifts) >= _KEPT:
                self._shifts.pop(next(iter(self._shifts)), None)
        self._shifts[key] = found
        return found

    def finish(self, start: int, duration: Duration, calendar: str | None = None) -> int:
        """Return the finish of work that starts at a boundary (see `models.items.Activity`)."""
        starts = np.array([start], dtype=np.int64)
        return int(self.finishes(starts, duration.amount, duration.unit, calendar)[0])

    def finishes(
        self, starts: Boundaries, amount: int | NDArray[np.int64], unit: str, calendar: str | None = None
    ) -> Boundaries:
        """Return the finishes of work that starts at boundaries, elementwise.

        The starts are taken as they are: whether an own calendar works on that day is `may_start`'s to say.
        """
        if calendar is None or calendar == self.calendar.id:
            return self.shifted(starts, amount, unit, "opens", "opens")
        own = self.own_days(calendar)
        amounts = np.asarray(amount, dtype=np.int64)
        first = np.searchsorted(own, self.shown(starts, "opens"), side="left")
        last = first + amounts - 1
        reached = own[np.clip(last, 0, max(len(own) - 1, 0))] if len(own) else np.zeros_like(starts)
        found = np.searchsorted(self.days, reached, side="right").astype(np.int64)
        found = np.where((last >= len(own)) | (starts >= self.size), self.beyond, found)
        return np.where(amounts == 0, starts, found)

    def works(self, boundary: int, calendar: str | None) -> bool:
        """Return whether work of some length may start at a boundary on a calendar."""
        return bool(self.may_start(calendar)[boundary])

    def may_start(self, calendar: str | None) -> NDArray[np.bool_]:
        """Return for each boundary whether work of at least a day may start there, shape ``(size + 1,)``."""
        if calendar is None or calendar == self.calendar.id:
            return np.ones(self.size + 1, dtype=np.bool_)
        return np.append(np.isin(self.days, self.own_days(calendar)), False)

    def own_days(self, calendar: str) -> Days:
        """Return the working days of another calendar of the plan, as ordinals."""
        if calendar not in self._own:
            self._own[calendar] = _working_days(self._calendars[calendar])
        return self._own[calendar]

    def worked_between(self, earlier: int, later: int, calendar: str | None = None) -> int:
        """Return the working days between two boundaries, negative where the first is the later."""
        return later - earlier

    def days_between(self, earlier: int, later: int, calendar: str | None = None) -> int:
        """Return the whole working days between two boundaries, negative where they are the other way round."""
        return self.in_days(self.worked_between(earlier, later, calendar))

    def ended(self, boundary: int, calendar: str | None = None) -> int:
        """Return where work of a calendar went on up to a boundary: itself, as days are, where there is no night."""
        return boundary

    def in_days(self, worked: int) -> int:
        """Return what is worked as whole working days, the rest left out."""
        return worked

    # -- sets of boundaries ------------------------------------------------------------------------------------------

    def aligned(self, to: str, convention: Convention) -> Boundaries:
        """Return the boundaries that are shown as the first, or last, working day of a month, sorted, each once.

        Parameters
        ----------
        to
            ``first-working-day`` or ``last-working-day``.
        convention
            How the boundary is shown.

        Notes
        -----
        A month of which the calendar does not cover the beginning has no first working day that is known, one of which it does
        not cover the end no last.
        """
        found = np.unique(self.boundaries(self._month_ends(first=to == "first-working-day"), convention))
        return found[(found >= 0) & (found <= self.size)]

    def _month_ends(self, *, first: bool) -> Days:
        """Return the first, or last, working day of every month that the calendar covers from, or to, its end."""
        covers = self.calendar.covers
        month, _, _ = _months(self.days)
        edge, day, length = (int(of[0]) for of in _months(np.array([(covers.first if first else covers.last).toordinal()])))
        change = np.flatnonzero(np.diff(month))
        ends: Days = np.append(0, change + 1) if first else np.append(change, self.size - 1)
        kept: Days = self.days[ends]
        return kept[month[ends] != edge] if day != (1 if first else length) else kept

    def occasions(self, occasions: Occasions, convention: Convention) -> tuple[Boundaries, bool]:
        """Return the boundaries of listed or patterned dates, sorted, each once, on the axis; and whether they end.

        See `occasion_days`.
        """
        days, ends = self.occasion_days(occasions)
        found = np.unique(self.boundaries(days, convention))
        return found[(found >= 0) & (found <= self.size)], ends

    def occasion_days(self, occasions: Occasions) -> tuple[Days, bool]:
        """Return listed or patterned dates.

        Returns
        -------
        days
            Ordinals, sorted, each once. Days of a pattern have moved off non-working days as it says; listed days have not.
        ends
            Whether the list ends for good inside the days covered (so that after the last nothing can ever happen),
            rather than running on beyond them.

        Raises
        ------
        BeyondHorizonError
            If a listed day is outside the days that the base calendar covers.
        """
        if occasions not in self._occasions:
            self._occasions[occasions] = self._listed_days(occasions)
        return self._occasions[occasions]

    def _listed_days(self, occasions: Occasions) -> tuple[Days, bool]:
        for day in occasions.days:
            self.boundary(day, "opens")
        listed = np.array([day.toordinal() for day in occasions.days], dtype=np.int64)
        pattern = occasions.pattern
        met = listed[:0] if pattern is None else self._met(pattern, self._pattern_days(pattern))
        days = np.union1d(listed, met)
        days = days[_between(days, occasions)]
        ends = pattern is None or (occasions.until is not None and occasions.until <= self.calendar.covers.last)
        days.flags.writeable = False  # many boards share one list
        return days, ends

    def moves(self, occasions: Occasions) -> list[tuple[dt.date, dt.date | None]]:
        """Return each day of a pattern that does not stay where it falls, with the day it moves to.

        None stands for a day that does not happen: it is skipped, moves to a day that is not covered, or out of the time that
        the occasions are limited to. A day outside that time which moves into it is one of them.
        """
        if occasions.pattern is None:
            return []
        days = self._pattern_days(occasions.pattern)
        met = self._met(occasions.pattern, days)
        happens = _between(met, occasions)
        told = np.flatnonzero((met != days) & (happens | _between(days, occasions)))
        return [(dt.date.fromordinal(int(days[at])), dt.date.fromordinal(int(met[at])) if happens[at] else None) for at in told]

    def _met(self, pattern: Pattern, days: Days) -> Days:
        """Return the occurrences of a pattern's days, 0 for days without one."""
        if pattern.moved == "stay":
            return days
        at = np.searchsorted(self.days, days, side="left") - (pattern.moved == "before")
        found = self.days[np.clip(at, 0, self.size - 1)]
        moved = np.where((at >= 0) & (at < self.size) & (pattern.moved != "skip"), found, 0)
        met: Days = np.where(np.isin(days, self.days), days, moved)
        return met

    def _pattern_days(self, pattern: Pattern) -> Days:
        """Return every day of a pattern that the base calendar covers, as ordinals."""
        first, last = self.calendar.covers.first.toordinal(), self.calendar.covers.last.toordinal()
        if pattern.every_weeks and pattern.since:
            weekly = np.arange(pattern.since.toordinal(), last + 1, 7 * pattern.every_weeks, dtype=np.int64)
            return weekly[weekly >= first]
        on = pattern.on or ""
        if on.endswith("working day"):
            days = self._month_ends(first=on.startswith("first"))
        else:
            every = np.arange(first, last + 1, dtype=np.int64)
            _, day, length = _months(every)
            word, _, what = on.partition(" ")
            if word == "day":
                keep = day == int(what)
            else:
                keep = (every + 6) % 7 == WEEKDAYS.index(what)
                if word == "last":
                    keep &= day + 7 > length
                else:
                    keep &= (day - 1) // 7 == ("first", "second", "third", "fourth").index(word)
            days = every[keep]
        if not pattern.months:
            return days
        month, _, _ = _months(days)
        return days[np.isin(month % 12 + 1, pattern.months)]

    def window(self, span: Span) -> tuple[int, int]:
        """Return the working days of a span as ``[first, after)``; equal where it holds none.

        Raises
        ------
        BeyondHorizonError
            If the base calendar does not cover the span.
        """
        return self.boundary(span.first, "opens"), self.boundary(span.last, "closes")
