"""The clock of a plan in minutes: a boundary is a minute of the clock, and calendars are worked time on it.

The axis begins a day before the base calendar covers anything and ends a day after, so that every minute of it can be shown.
Boards, releases and alignments are days of the base calendar: their morning is where its work begins, their evening where
it ends.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.calendar import Calendar, Span
from models.duration import Duration
from models.moment import MINUTES, ORDINAL, Moment
from models.plan import Plan
from models.rules import Occasions
from optimiser.clock.days import BEFORE, Boundaries, Clock, Convention, Days, Side
from optimiser.clock.moves import Months
from optimiser.clock.rising import Elapsed, Rising, Worked
from optimiser.clock.worked import WorkedTime, both, day_shifts, worked_periods
from optimiser.errors import BeyondHorizonError, Located

__all__ = ["MinuteClock"]


class _Dial(Clock):
    """The days of a calendar in minutes, for what happens by days."""

    def __init__(self, calendar: Calendar, days: Days, horizon: Span) -> None:
        self.calendar, self.horizon, self.days = calendar, horizon, days
        self.size, self.beyond = len(days), len(days) + 1
        self._occasions: dict[Occasions, tuple[Days, bool]] = {}


class MinuteClock(Clock):
    """Moments to minutes of the axis and back, for one plan in minutes.

    Attributes
    ----------
    zero
        The `models.moment.Moment.minutes` of boundary nought.
    size
        Minutes of the axis; boundaries run from 0 to ``size``.
    """

    def __init__(self, plan: Plan) -> None:
        base = plan.calendars_by_id[plan.calendar]
        self.calendar, self.horizon = base, plan.horizon
        self.day_minutes = plan.day_minutes
        self._calendars = plan.calendars_by_id
        self._first = base.covers.first.toordinal() - 1
        self.zero = self._first * MINUTES
        self.size = (base.covers.last.toordinal() + 2 - self._first) * MINUTES
        self.beyond = self.size + 1
        self.origin = max(MINUTES, self._opening(plan.horizon.first))
        self.limit = min(self.size - MINUTES, self._closing(plan.horizon.last))
        self._times: dict[str | None, WorkedTime] = {}
        self._own: dict[str, Days] = {}
        self._starts: dict[str, Boundaries] = {}
        time = self.time(None)
        if self.limit <= self.origin or time.worked(self.limit) == time.worked(self.origin):
            message = (
                f"the horizon {plan.horizon.first} to {plan.horizon.last} holds no time that calendar '{base.id}' works "
                f"and covers ({base.covers.first} to {base.covers.last}); maybe the horizon should lie inside it"
            )
            raise BeyondHorizonError([Located(message, path="horizon")])
        self.days = self.own_days(base.id)
        self._dial = _Dial(base, self.days, plan.horizon)

    # -- calendars ---------------------------------------------------------------------------------------------------

    def time(self, calendar: str | None) -> WorkedTime:
        """Return the worked time of a calendar, of the base where None."""
        name = calendar or self.calendar.id
        if name not in self._times:
            covers = self.calendar.covers
            first, last = dt.date.fromordinal(self._first), covers.last + dt.timedelta(1)
            own = self._calendars[name]
            base = self._calendars.get(own.base or "")
            if base is not None and not base.within and own.adds_nothing and own.covers == base.covers:
                self._times[name] = self.time(base.id)
                return self._times[name]
            found = worked_periods(own, self._calendars, first, last, self.size)
            for each in own.within:
                found = both(found, self.time(each))
            self._times[name] = found
        return self._times[name]

    def always(self) -> WorkedTime:
        """Return every minute of the clock as worked time."""
        if None not in self._times:
            self._times[None] = WorkedTime([(0, self.size)], self.size)
        return self._times[None]

    def scale(self, unit: str) -> Fraction:
        """Return the minutes of a unit of worked or elapsed time."""
        return Fraction({"h": 60, "wd": self.day_minutes, "cd": MINUTES}.get(unit, 1))

    def minutes(self, length: Duration) -> int:
        """Return the minutes, worked or elapsed, of a length that is no share and not in months."""
        return length.amount * int(self.scale(length.unit))

    def steps(self, unit: str, time: WorkedTime, share_of: int = 0) -> Rising:
        """Return ``x ⊕ amount unit``.

        Parameters
        ----------
        time
            What worked minutes are counted on.
        share_of
            The minutes that ``%`` and ``e%`` are shares of.
        """
        if unit == "mo":
            return Months(self._first)
        if unit in ("emin", "cd"):
            return Elapsed(self.scale(unit))
        if unit == "e%":
            return Elapsed(Fraction(share_of, 100))
        return Worked(time, Fraction(share_of, 100) if unit == "%" else self.scale(unit))

    # -- dates and boundaries ----------------------------------------------------------------------------------------

    def _opening(self, date: dt.date) -> int:
        return Moment.of(date).minutes - self.zero

    def _closing(self, date: dt.date) -> int:
        return self._opening(date) + (0 if isinstance(date, dt.datetime) else MINUTES)

    def boundary(self, date: dt.date, convention: Convention) -> int:
        """Return the minute that a date means: a moment its own, a day its first or, with ``closes``, the end of its last."""
        self._covered(date)
        return self._opening(date) if convention == "opens" else self._closing(date)

    def stated(self, date: dt.date, convention: Convention, side: Side) -> int:
        """Return the minute of a floor's or a ceiling's date: of a day its first, or the end of its last."""
        return self.boundary(date, "opens" if side == "floor" else "closes")

    def boundaries(self, ordinals: Days, convention: Convention) -> Boundaries:
        """Return the boundaries of computed days, or of computed minutes (`models.moment.Moment.minutes`)."""
        covers = self.calendar.covers
        day = ordinals < ORDINAL
        minutes = np.where(day, (ordinals + (convention == "closes")) * MINUTES, ordinals)
        found = np.where(minutes < covers.first.toordinal() * MINUTES, BEFORE, minutes - self.zero)
        return np.where(minutes > (covers.last.toordinal() + 1) * MINUTES, self.beyond, found)

    def all_stated(self, ordinals: Days, convention: Convention, side: Side) -> Boundaries:
        """Return what `stated` does of computed dates."""
        return self.boundaries(ordinals, "opens" if side == "floor" else "closes")

    def show(self, boundary: int, convention: Convention) -> Moment:
        """Return the moment of a boundary.

        Raises
        ------
        BeyondHorizonError
            If the boundary is not on the axis.
        """
        if not 0 <= boundary <= self.size:
            covers = self.calendar.covers
            side = "before" if boundary < 0 else "after"
            message = (
                f"a date falls {side} the days that calendar '{self.calendar.id}' covers ({covers.first} to {covers.last})"
            )
            raise BeyondHorizonError([Located(message)])
        return Moment.at(boundary + self.zero)

    def shown(self, boundaries: Boundaries, convention: Convention) -> Days:
        """Return the days on which boundaries lie, a midnight as the end of the day before it where it closes."""
        minutes = np.clip(boundaries, 0, self.size) + self.zero - (convention == "closes")
        days: Days = minutes // MINUTES
        return days

    def places(self, ordinals: Days, convention: Convention) -> Boundaries:
        """Return how many days of the base calendar lie before days, and of those that close with them."""
        side: Literal["left", "right"] = "left" if convention == "opens" else "right"
        return np.searchsorted(self.days, ordinals, side=side).astype(np.int64)

    def day_at(self, place: int, convention: Convention) -> dt.date:
        """Return the day that lies at a place among the days of the base calendar."""
        index = min(max(0, place - (convention == "closes")), len(self.days) - 1)
        return dt.date.fromordinal(int(self.days[index]))

    # -- lags and durations ------------------------------------------------------------------------------------------

    def shifted(
        self,
        boundaries: Boundaries,
        amount: int | NDArray[np.int64],
        unit: str,
        source: Convention,
        target: Convention,
    ) -> Boundaries:
        """Return ``boundaries ⊕ amount unit`` on the base calendar, elementwise."""
        return self.steps(unit, self.time(None)).values(boundaries, amount)

    def finishes(
        self, starts: Boundaries, amount: int | NDArray[np.int64], unit: str, calendar: str | None = None
    ) -> Boundaries:
        """Return the finishes of work that starts at boundaries, elementwise."""
        return self.steps(unit, self.time(calendar)).values(starts, amount)

    def works(self, boundary: int, calendar: str | None) -> bool:
        """Return whether work of some length may start at a boundary on a calendar."""
        return self.time(calendar).next(boundary) == boundary

    def own_days(self, calendar: str) -> Days:
        """Return the days on which work of a calendar begins, as ordinals."""
        if calendar not in self._own:
            own = self._calendars[calendar]
            worked = [day.toordinal() for day, _ in day_shifts(own, self._calendars, own.covers.first, own.covers.last)]
            self._own[calendar] = np.array(worked, dtype=np.int64)
        return self._own[calendar]

    def worked_between(self, earlier: int, later: int, calendar: str | None = None) -> int:
        """Return the minutes that a calendar works between two boundaries."""
        time = self.time(calendar)
        return time.worked(later) - time.worked(earlier)

    def ended(self, boundary: int, calendar: str | None = None) -> int:
        """Return the last minute up to which a calendar worked before a boundary, the boundary itself where it never did."""
        found = self.time(calendar).prev(boundary)
        return found if found >= 0 else boundary

    def in_days(self, worked: int) -> int:
        """Return worked minutes as whole days of the plan's ``day_minutes``, the rest left out."""
        return worked // self.day_minutes if worked >= 0 else -(-worked // self.day_minutes)

    # -- sets of boundaries ------------------------------------------------------------------------------------------

    def of_days(self, days: Days, convention: Convention) -> Boundaries:
        """Return where the base calendar's work begins on days, or has ended; of a day off its morning or evening."""
        time = self.time(None)
        opening = (days - self._first) * MINUTES
        first, last = time.all_begins(time.all_worked(opening)), time.all_ends(time.all_worked(opening + MINUTES))
        if convention == "opens":
            return np.where(first < opening + MINUTES, first, opening)
        return np.where(last > opening, last, opening + MINUTES)

    def aligned(self, to: str, convention: Convention) -> Boundaries:
        """Return where the first, or last, working day of a month begins, or ends, sorted."""
        return self.of_days(self._dial._month_ends(first=to == "first-working-day"), convention)  # noqa: SLF001

    def occasions(self, occasions: Occasions, convention: Convention) -> tuple[Boundaries, bool]:
        """Return the boundaries of listed or patterned dates, sorted, each once; and whether they end."""
        days, ends = self.occasion_days(occasions)
        found = np.unique(self.of_days(days, convention))
        return found[(found >= 0) & (found <= self.size)], ends

    def occasion_days(self, occasions: Occasions) -> tuple[Days, bool]:
        """Return listed or patterned dates, and whether they end (see `Clock.occasion_days`)."""
        return self._dial.occasion_days(occasions)

    def moves(self, occasions: Occasions) -> list[tuple[dt.date, dt.date | None]]:
        """Return each day of a pattern that does not stay where it falls (see `Clock.moves`)."""
        return self._dial.moves(occasions)
