"""How probable each day is: days counted by scramble, and what is read off the counts with its sampling error."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.commitment import Mass
from optimiser.clock import Clock, Convention
from optimiser.robust.field import BEYOND, NEVER, Days, Flags

__all__ = ["EXACT", "HALVES", "REPLICATES", "DayCells", "Distribution", "scatter"]

REPLICATES = 8
"""Independent scrambles; their scatter gives every standard error."""

HALVES = np.array([[1 - (row & column).bit_count() % 2 for column in range(8)] for row in range(1, 8)], dtype=np.float64)
"""Seven halves of the eight scrambles, any two of which share two (Plackett and Burman 1946); the others are their complements."""

_BOTH = np.concatenate([HALVES, 1 - HALVES])

_ERRORS = 2.0
"""So many standard errors are the sampling error of a probability."""

EXACT = 1e-9
"""What two probabilities may differ by that are the same."""

_WEEKEND = 4
"""Days after which the next date that occurs is no jump: most calendars have no longer a weekend."""


class DayCells:
    """The days of one milestone in every sample, made ready to be counted by scramble, of all samples or some.

    Parameters
    ----------
    days
        As of `Sample`, of one milestone.
    replicates, weights
        As of `Sample`.
    """

    def __init__(self, days: Days, replicates: NDArray[np.int8], weights: NDArray[np.float64] | None) -> None:
        dated = days < BEYOND
        self._weights, self._first, self._width = weights, int(days.min(initial=NEVER)), 0
        if self._first < BEYOND:
            self._width = int(days.max(where=dated, initial=0)) - self._first + 1
        self._rows = 1 if weights is not None else REPLICATES
        cells = np.where(dated, days - np.int32(self._first), self._width).astype(np.int64)
        self._cells = cells if weights is not None else cells + replicates.astype(np.int64) * (self._width + 1)

    def distribution(self, where: Flags | NDArray[np.int64] | slice) -> Distribution:
        """Return how probable each day is among some samples."""
        weights = None if self._weights is None else self._weights[where]
        counts = np.bincount(self._cells[where], weights, self._rows * (self._width + 1)).reshape(self._rows, -1)
        dated = np.flatnonzero(counts[:, :-1].any(axis=0))
        first, after = (int(dated[0]), int(dated[-1]) + 1) if len(dated) else (0, 0)
        found = counts[:, first:after].astype(np.float64)
        day = self._first + first if len(dated) else 1
        return Distribution(day, found, counts[:, -1].astype(np.float64), weights is not None)


@dataclass(frozen=True, slots=True)
class Distribution:
    """How probable each day is, by scramble.

    Attributes
    ----------
    first
        The earliest day, as an ordinal.
    counts
        Samples, or their probabilities, by scramble and day from the first on, shape ``(scrambles, days)``.
    late
        The same of those that have no day.
    exact
        Whether probabilities are exact, and nothing was drawn.
    """

    first: int
    counts: NDArray[np.float64]
    late: NDArray[np.float64]
    exact: bool
    _known: dict[tuple[str, float], Any] = field(default_factory=dict)
    _running: list[NDArray[np.float64]] = field(default_factory=list)

    @classmethod
    def of(cls, days: Days, replicates: NDArray[np.int8], weights: NDArray[np.float64] | None = None) -> Distribution:
        """Count days."""
        return DayCells(days, replicates, weights).distribution(slice(None))

    # -- probabilities -----------------------------------------------------------------------------------------------

    def met(self, date: dt.date | int | None) -> float:
        """Return the share of all samples that fall on a date or before; none of no date."""
        total = self.counts.sum() + self.late.sum()
        return float(self._until(date).sum() / total) if total else 0.0

    def _until(self, date: dt.date | int | None) -> NDArray[np.float64]:
        if date is None:
            return np.zeros(len(self.counts))
        last = (date if isinstance(date, int) else date.toordinal()) - self.first + 1
        found: NDArray[np.float64] = self.counts[:, : max(last, 0)].sum(axis=1)
        return found

    def error(self, date: dt.date | int | None) -> float | None:
        """Return the standard error of a probability, by independent scrambles; zero where nothing was drawn."""
        totals = self.counts.sum(axis=1) + self.late
        if self.exact:
            return 0.0
        return scatter((self._until(date) / totals).tolist()) if totals.all() else None

    # -- days --------------------------------------------------------------------------------------------------------

    def day(self, confidence: float) -> int | None:
        """Return the first day that is not exceeded with a confidence, as an ordinal; None where there is none.

        A day is one that occurs: dates that jump are reported as they can fall. Samples without a date count as later
        than every date. Where the day before a jump has a probability that differs from the confidence by no more than
        the sampling error, while the day after it has a greater one by far, it is the day before: noise does not decide.
        """
        if ("day", confidence) not in self._known:
            self._known["day", confidence] = self._days(
                np.ones((1, len(self.counts))), confidence, self._tolerance(confidence)
            )[0]
        found: int | None = self._known["day", confidence]
        return found

    def reached(self, confidence: float) -> int | None:
        """Return the first day with at least the probability asked for, sampling error disregarded."""
        return self._days(np.ones((1, len(self.counts))), confidence, 0.0)[0]

    def jumps(self, confidence: float) -> bool:
        """Say whether the day at a confidence has a probability less than that, as noise would else decide."""
        day = self.day(confidence)
        return day is not None and self.met(day) < confidence - EXACT

    def by_replicate(self, confidence: float) -> list[int | None]:
        """Return the day at a confidence of each independent scramble; one where nothing was drawn."""
        return self._days(np.eye(len(self.counts)), confidence, self._tolerance(confidence))

    def halves(self, confidence: float) -> list[int | None]:
        """Return the day at a confidence in each of fourteen halves of the draws."""
        if ("halves", confidence) not in self._known:
            self._known["halves", confidence] = self._days(_BOTH, confidence, self._tolerance(confidence))
        found: list[int | None] = self._known["halves", confidence]
        return found

    def _tolerance(self, confidence: float) -> float:
        """Return the sampling error of the cumulative probability nearest to a confidence."""
        if ("tolerance", confidence) not in self._known:
            self._known["tolerance", confidence] = self._tolerated(confidence)
        found: float = self._known["tolerance", confidence]
        return found

    def _tolerated(self, confidence: float) -> float:
        totals = self.counts.sum(axis=1) + self.late
        if self.exact or not self.counts.size or not totals.all():
            return EXACT
        running, total = self._cumulative(), totals.sum()
        every = running.sum(axis=0)
        # The nearest is the first day that reaches the confidence, or the first of those with the probability just before.
        place = min(int(every.searchsorted(confidence * total)), len(every) - 1)
        shares = running.take([int(every.searchsorted(every[max(place - 1, 0)])), place], axis=1) / totals[:, None]
        among = (shares * totals[:, None]).sum(axis=0) / total
        nearest = int(np.argmin(np.abs(among - confidence)))
        return max(_ERRORS * (scatter(shares[:, nearest].tolist()) or 0.0), len(totals) / float(total))

    def _cumulative(self) -> NDArray[np.float64]:
        """Return the samples of each scramble no later than each day."""
        if not self._running:
            self._running.append(np.cumsum(self.counts, axis=1))
        return self._running[0]

    def _days(self, rows: NDArray[np.float64], confidence: float, tolerance: float) -> list[int | None]:
        """Return the day at a confidence for each sum of scrambles; of fewer scrambles the tolerance is the wider."""
        running, each = self._cumulative(), self.counts.sum(axis=1) + self.late
        # A sum reaches its share no earlier than the first of the scrambles does its own, and no later than the last.
        low, high = ((confidence - slack) * each for slack in (2 * EXACT, 0.0))
        begin = max(min(int(row.searchsorted(share)) for row, share in zip(running, low, strict=True)) - 1, 0)
        after = max(int(row.searchsorted(share)) for row, share in zip(running, high, strict=True)) + 1
        days, totals = running.shape[1], np.einsum("ij,j->i", rows, each).tolist()
        cumulative = np.einsum("ij,jk->ik", rows, running[:, begin:after])  # of samples, which are whole, in any order the same
        tolerated = tolerance * math.sqrt(len(each) / rows[0].sum())
        found: list[int | None] = []
        for number, (row, total) in enumerate(zip(cumulative, totals, strict=True)):
            if not total:
                found.append(None)
                continue
            place = begin + int(row.searchsorted(confidence * total - EXACT * total))
            reached = row[place - begin] / total if place < days else 1.0
            before = row[place - begin - 1] / total if place > begin else 0.0
            if before > 0 and confidence - before <= tolerated < reached - confidence:
                earlier = int((rows[number] @ running).searchsorted(row[place - begin - 1] - EXACT))
                place = earlier if place - earlier > _WEEKEND else place
            found.append(self.first + place if place < days else None)
        return found

    def masses(self) -> tuple[Mass, ...]:
        """Return every date that occurs with its share of all samples."""
        shares = self.counts.sum(axis=0) / (self.counts.sum() + self.late.sum())
        return tuple(
            Mass(date=dt.date.fromordinal(self.first + place), probability=round(float(shares[place]), 9))
            for place in np.flatnonzero(shares).tolist()
        )

    def moments(self, clock: Clock, convention: Convention) -> tuple[float, float] | None:
        """Return the mean boundary of those that have a day, and the standard deviation; None where nobody has one."""
        shares = self.counts.sum(axis=0)
        places = np.flatnonzero(shares)
        if not len(places):
            return None
        at = clock.places(places + self.first, convention)
        mean = float(np.average(at, weights=shares[places]))
        return mean, math.sqrt(float(np.average((at - mean) ** 2, weights=shares[places])))


def scatter(values: Sequence[float | None]) -> float | None:
    """Return the standard error of a mean from independent replicates; None where one of them has no value."""
    known = [value for value in values if value is not None]
    if len(known) < len(values) or len(known) < 2:
        return None
    apart = np.array(known, dtype=np.float64)
    apart -= np.add.reduce(apart) / len(known)
    return math.sqrt(float(np.add.reduce(apart * apart)) / (len(known) - 1)) / math.sqrt(len(known))
