"""Rates that dates imply: arithmetic on published and computed dates, and no number beside them.

With *N* working days from the start of migration to its end, both counted, the average is ``1/N`` of all meter points a
day. Let no day move more than *k* times the average, and let a last share *x* become ready on the morning of day *t*, days
counted from 0. The end holds exactly if that share fits into what is left: ``x ≤ k (N − t) / N`` (`optimiser.critical.flow`;
the rest fits where ``k ≥ 1``). So the last such day is ``N − ⌈N x / k⌉``, and what may wait for day *t* is ``k (N − t) / N``.

Where only a month is published, each date is any working day of it, and a figure has the two ends that these can give it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from models.migration import DateEnds, ImpliedRate, LateDate, LateShare, MigrationWindow, RampPeak
from models.provenance import Basis

__all__ = ["LATE", "METER_POINTS", "METER_POINTS_BASIS", "MULTIPLES", "RAMPS", "Pace", "last_ready_day", "peak"]

METER_POINTS = 30_000_000
METER_POINTS_BASIS: Basis = "synthetic"
"""A round total for scale: the pack gives no volume."""

RAMPS = (10, 25, 50)
"""Percent of the window in which the rate rises: shapes tried."""
MULTIPLES = (Fraction(1), Fraction(5, 4), Fraction(3, 2), Fraction(2), Fraction(3))
"""Of the average rate: the most that a day may move."""
LATE = (1, 2, 5, 10, 20, 30, 50)
"""Percent of all meter points that become ready last."""

Days = NDArray[np.int64]


def last_ready_day(days: int, late: Fraction, multiple: Fraction) -> int:
    """Return the last day, counted from 0, on whose morning a late share may become ready for the end to hold."""
    return days - math.ceil(days * late / multiple)


def peak(days: int, ramp: int) -> Fraction:
    """Return the rate that is reached where it rises by equal steps over the first days and stays: all is moved at the end.

    Day *i* of a rise over *r* days moves *i/r* of the peak, so that *r* days move *(r + 1)/2* of them.
    """
    return 1 / (days - Fraction(max(ramp, 1) - 1, 2))


class Pace:
    """The working days of one calendar, and what windows come to by them.

    Parameters
    ----------
    calendar
        Its id.
    days
        Its working days as ordinals, in order.
    closes
        Whether the day on which every supplier is ready is shown as an evening, so that they begin the day after.
    """

    def __init__(self, calendar: str, days: Days, *, closes: bool) -> None:
        self.calendar, self._days, self._closes = calendar, days, closes

    def rate(self, window: MigrationWindow, start: DateEnds, meter_points: int) -> ImpliedRate | None:
        """Return the average rate from a start to the end; None where the one does not lie before the other for certain."""
        longest, shortest = self._working(start.earliest, window.end.latest), self._working(start.latest, window.end.earliest)
        if shortest < 1:
            return None
        return ImpliedRate(
            window=window.id,
            starts=start.milestones,
            calendar=self.calendar,
            shortest_wd=shortest,
            longest_wd=longest,
            low_percent=_percent(Fraction(1, longest)),
            high_percent=_percent(Fraction(1, shortest)),
            peaks=tuple(
                RampPeak(ramp_percent=ramp, low_percent=_percent(low), high_percent=_percent(high))
                for ramp in RAMPS
                for low, high in [[peak(days, -(-days * ramp // 100)) for days in (longest, shortest)]]
            ),
            low_a_day=round(Fraction(meter_points, longest)),
            high_a_day=round(Fraction(meter_points, shortest)),
        )

    def late_shares(self, window: MigrationWindow, start: DateEnds) -> Iterator[LateShare]:
        """Yield the most that may become ready only with the last supplier, for each multiple of the average rate.

        It falls the later that is, and grows with a later start and a later end.
        """
        if window.ready is None or self._working(start.latest, window.end.earliest) < 1:
            return
        cases = (
            (start.earliest, window.ready.latest, window.end.earliest),
            (start.latest, window.ready.earliest, window.end.latest),
        )
        few, many = (
            Fraction(self._working(self._begins(ready), end), self._working(first, end)) for first, ready, end in cases
        )
        for multiple in MULTIPLES:
            low, high = (_percent(min(multiple * share, Fraction(1))) for share in (few, many))
            yield LateShare(
                window=window.id,
                starts=start.milestones,
                calendar=self.calendar,
                multiple=float(multiple),
                low_percent=low,
                high_percent=high,
            )

    def late_dates(self, window: MigrationWindow, start: DateEnds) -> Iterator[LateDate]:
        """Yield the last morning for each late share and multiple; it moves with the start and with the end."""
        if self._working(start.latest, window.end.earliest) < 1:
            return
        for late in LATE:
            for multiple in MULTIPLES:
                mornings = [
                    self._morning(first, self._working(first, end), Fraction(late, 100), multiple)
                    for first, end in ((start.earliest, window.end.earliest), (start.latest, window.end.latest))
                ]
                yield LateDate(
                    window=window.id,
                    starts=start.milestones,
                    calendar=self.calendar,
                    multiple=float(multiple),
                    late_percent=late,
                    earliest=mornings[0],
                    latest=mornings[1],
                )

    def worked(self, since: dt.date, until: dt.date) -> tuple[dt.date, dt.date] | None:
        """Return the first and last working day of a time; None where it has none."""
        first, after = np.searchsorted(self._days, [since.toordinal(), until.toordinal() + 1], side="left")
        if first == after:
            return None
        return dt.date.fromordinal(int(self._days[first])), dt.date.fromordinal(int(self._days[after - 1]))

    def _working(self, first: dt.date, last: dt.date) -> int:
        """Return how many working days there are from one day to another, both counted; none where they are turned round."""
        since, until = self._place(first, "left"), self._place(last, "right")
        return max(until - since, 0)

    def _begins(self, ready: dt.date) -> dt.date:
        """Return the day from whose morning on every supplier can move meter points."""
        return ready + dt.timedelta(days=1) if self._closes else ready

    def _morning(self, first: dt.date, days: int, late: Fraction, multiple: Fraction) -> dt.date:
        return dt.date.fromordinal(int(self._days[self._place(first, "left") + last_ready_day(days, late, multiple)]))

    def _place(self, date: dt.date, side: str) -> int:
        return int(np.searchsorted(self._days, date.toordinal(), side="left" if side == "left" else "right"))


def _percent(share: Fraction) -> float:
    return round(float(100 * share), 6)
