"""What is read off samples: dates at a confidence, probabilities, their errors, and effects against the noise of the draws."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.robustness import Mass
from optimiser.clock import Clock, Convention
from optimiser.robust.field import BEYOND, NEVER, Days, Flags

__all__ = [
    "HALVES",
    "NOISE",
    "REPLICATES",
    "Distribution",
    "Effect",
    "Sample",
    "date_of",
    "day_ranks",
    "difference",
    "effect",
    "joint_days",
    "percentile",
    "product",
    "rank_correlation",
    "ranks",
    "scatter",
    "standardised",
]

REPLICATES = 8
"""Independent scrambles; their scatter gives every standard error."""

HALVES = np.array([[1 - (row & column).bit_count() % 2 for column in range(8)] for row in range(1, 8)], dtype=np.float64)
"""Seven halves of the eight scrambles, any two of which share two (Plackett and Burman 1946); the others are their complements."""

_BOTH = np.concatenate([HALVES, 1 - HALVES])

_ERRORS = 2.0
"""So many standard errors are the sampling error of a probability."""

NOISE = 3.0
"""So many standard errors of an effect are its noise floor."""

_EXACT = 1e-9

_WEEKEND = 4
"""Days after which the next date that occurs is no jump: most calendars have no longer a weekend."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The dates of the milestones in every sample.

    Attributes
    ----------
    days
        As shown, as ordinals, shape ``(milestones, samples)``; `NEVER` and `BEYOND` where there is none.
    replicates
        The scramble that each sample belongs to, shape ``(samples,)``.
    unplaced
        Samples that the capacity policy found no place for; they count as never.
    weights
        The probability of each sample where they are all there can be; None where they were drawn, each like any other.
    """

    milestones: tuple[str, ...]
    days: Days
    replicates: NDArray[np.int8]
    unplaced: int = 0
    weights: NDArray[np.float64] | None = None

    def of(self, milestone: str) -> Days:
        """Return the days of one milestone."""
        row: Days = self.days[self.milestones.index(milestone)]
        return row

    def among(self, milestone: str, where: Flags | slice = slice(None)) -> Distribution:
        """Return the distribution of one milestone, among all samples or some."""
        weights = None if self.weights is None else self.weights[where]
        return Distribution.of(self.of(milestone)[where], self.replicates[where], weights)

    def day(self, milestone: str, confidence: float) -> int | None:
        """Return the day at which a milestone holds with a confidence."""
        return self.among(milestone).day(confidence)

    def date(self, milestone: str, confidence: float) -> dt.date | None:
        """Return `day` as a date."""
        return date_of(self.day(milestone, confidence))

    def share(self, flags: Flags) -> float:
        """Return the probability of some of the samples."""
        return float(np.mean(flags)) if self.weights is None else float(self.weights[flags].sum())

    def __len__(self) -> int:
        return int(self.days.shape[1])

    @property
    def infeasible(self) -> int:
        """How many samples have a milestone that waits for what will not come, or a queue without a place."""
        return int((self.days == NEVER).any(axis=0).sum()) if len(self.days) else 0

    def beyond(self, milestone: str) -> int:
        """How many samples of a milestone fall after the days that the calendar covers."""
        return int((self.of(milestone) == BEYOND).sum())


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
        dated = days < BEYOND
        first = int(days.min(initial=NEVER))
        if first >= BEYOND:
            first, width = 1, 0
        else:
            width = int(days.max(where=dated, initial=0)) - first + 1
        places = np.where(dated, days - np.int32(first), width).astype(np.int64)
        rows = 1 if weights is not None else REPLICATES
        if weights is None:
            places += replicates.astype(np.int64) * (width + 1)
        found = np.bincount(places, weights, rows * (width + 1)).reshape(rows, width + 1).astype(np.float64)
        return cls(first, found[:, :width], found[:, width], weights is not None)

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
            tolerance = self._tolerance(confidence)
            self._known["day", confidence] = self._days(np.ones((1, len(self.counts))), confidence, tolerance)[0]
        found: int | None = self._known["day", confidence]
        return found

    def reached(self, confidence: float) -> int | None:
        """Return the first day with at least the probability asked for, sampling error disregarded."""
        return self._days(np.ones((1, len(self.counts))), confidence, 0.0)[0]

    def jumps(self, confidence: float) -> bool:
        """Say whether the day at a confidence has a probability less than that, as noise would else decide."""
        day = self.day(confidence)
        return day is not None and self.met(day) < confidence - _EXACT

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
            return _EXACT
        shares = self._cumulative() / totals[:, None]
        among = (shares * totals[:, None]).sum(axis=0) / totals.sum()
        nearest = int(np.argmin(np.abs(among - confidence)))
        return max(_ERRORS * (scatter(shares[:, nearest].tolist()) or 0.0), len(totals) / float(totals.sum()))

    def _cumulative(self) -> NDArray[np.float64]:
        """Return the samples of each scramble no later than each day."""
        if not self._running:
            self._running.append(np.cumsum(self.counts, axis=1))
        return self._running[0]

    def _days(self, rows: NDArray[np.float64], confidence: float, tolerance: float) -> list[int | None]:
        """Return the day at a confidence for each sum of scrambles; of fewer scrambles the tolerance is the wider."""
        cumulative = np.einsum("ij,jk->ik", rows, self._cumulative())  # of samples, which are whole, in any order the same
        totals = np.einsum("ij,j->i", rows, self.counts.sum(axis=1)) + np.einsum("ij,j->i", rows, self.late)
        wider = tolerance * np.sqrt(len(self.counts) / rows.sum(axis=1))
        places = (cumulative < (confidence * totals - _EXACT * totals)[:, None]).sum(axis=1)
        found: list[int | None] = []
        for each, total, tolerated, first in zip(cumulative, totals.tolist(), wider.tolist(), places.tolist(), strict=True):
            if not total:
                found.append(None)
                continue
            place = first
            reached = each[place] / total if place < len(each) else 1.0
            before = each[place - 1] / total if place else 0.0
            if before > 0 and confidence - before <= tolerated < reached - confidence:
                earlier = int(np.searchsorted(each, each[place - 1] - _EXACT))
                place = earlier if place - earlier > _WEEKEND else place
            found.append(self.first + place if place < len(each) else None)
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


# -- effects -------------------------------------------------------------------------------------------------------------


class Effect(NamedTuple):
    """How far a date moves between two cases, in working days.

    Attributes
    ----------
    days
        None where that is not above the noise floor, or one of the dates is missing.
    noise
        The noise floor where the effect is not above it, else None.
    """

    days: int | None
    noise: int | None


def effect(clock: Clock, before: Distribution, after: Distribution, confidence: float, convention: Convention) -> Effect:
    """Return how far the date at a confidence moves from one case to another on the same draws.

    The noise floor is three standard errors, from how far the same effect differs between balanced halves of the draws
    (balanced repeated replication, McCarthy 1966).
    """
    moved = difference(clock, before.day(confidence), after.day(confidence), convention)
    if moved is None or before.exact:
        return Effect(moved, None)
    pairs = [
        (one, other)
        for one, other in zip(before.halves(confidence), after.halves(confidence), strict=True)
        if one is not None and other is not None
    ]
    places = clock.places(np.array(pairs, dtype=np.int64).reshape(-1), convention).reshape(-1, 2)
    apart = places[:, 1] - places[:, 0] - moved
    noise = math.ceil(NOISE * math.sqrt(float(np.mean(apart * apart))) - _EXACT) if pairs else 0
    return Effect(moved, None) if abs(moved) > noise or not (moved or noise) else Effect(None, noise)


def difference(clock: Clock, first: int | dt.date | None, second: int | dt.date | None, convention: Convention) -> int | None:
    """Return the working days from a first to a second day; None where either is missing."""
    if first is None or second is None:
        return None
    days = np.array([day if isinstance(day, int) else day.toordinal() for day in (first, second)], dtype=np.int64)
    before, after = clock.places(days, convention)
    return int(after - before)


# -- dates ---------------------------------------------------------------------------------------------------------------


def date_of(day: int | None) -> dt.date | None:
    """Return an ordinal as a date."""
    return None if day is None else dt.date.fromordinal(day)


def percentile(confidence: float) -> str:
    """Return how a confidence is called: ``P80``."""
    return f"P{round(100 * confidence, 8):.10g}"


def scatter(values: Sequence[float | None]) -> float | None:
    """Return the standard error of a mean from independent replicates; None where one of them has no value."""
    known = [value for value in values if value is not None]
    if len(known) < len(values) or len(known) < 2:
        return None
    return float(np.std(known, ddof=1)) / math.sqrt(len(known))


def joint_days(sample: Sample, confidence: float) -> tuple[float | None, dict[str, int | None]]:
    """Return the common quantile at which all milestones together are met with a confidence, and the days there.

    The rank of each sample among those of each milestone is found, and the greatest of its ranks: the quantile is that
    of these greatest ranks.
    """
    weights = np.full(len(sample), 1 / max(len(sample), 1)) if sample.weights is None else sample.weights
    worst = np.zeros(len(sample))
    for milestone in sample.milestones:
        days = sample.of(milestone)
        order = np.argsort(days, kind="stable")
        ends = np.searchsorted(days[order], days, side="right") - 1
        rank = np.cumsum(weights[order])[ends]
        worst = np.maximum(worst, np.where(days >= BEYOND, 2.0, rank))
    order = np.argsort(worst, kind="stable")
    place = int(np.searchsorted(np.cumsum(weights[order]), confidence - _EXACT))
    reached = float(worst[order][min(place, len(order) - 1)])
    if reached > 1 + _EXACT:
        return None, dict.fromkeys(sample.milestones)
    share = min(reached, 1.0)
    return share, {milestone: sample.among(milestone).reached(share) for milestone in sample.milestones}


# -- ranks ---------------------------------------------------------------------------------------------------------------


def rank_correlation(
    first: NDArray[np.float64], second: NDArray[np.float64], weights: NDArray[np.float64] | None = None
) -> float | None:
    """Return Spearman's correlation of values given by their `ranks`; None where either does not vary."""
    one, other = standardised(first, weights), standardised(second, weights)
    return None if one is None or other is None else product(one, other)


def standardised(values: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> NDArray[np.float64] | None:
    """Return values such that the product of two of them is their correlation; None where they do not vary."""
    apart = values - np.average(values, weights=weights)
    if weights is not None:
        apart = apart * np.sqrt(weights)
    length = math.sqrt(product(apart, apart))
    return apart / length if length > _EXACT else None


def product(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the scalar product, summed in one thread: on a busy machine those of a matrix library wait for one another."""
    return float(np.sum(first * second))


def ranks(values: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return the rank of each value, ties at their middle rank."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    if weights is not None:
        counts = np.bincount(places, weights)
    ends = np.cumsum(counts)
    found: NDArray[np.float64] = (ends - (counts - (weights is None)) / 2.0)[places]
    return found


def day_ranks(found: Distribution, days: Days, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return the rank of each of the days that a distribution counts, ties at their middle rank."""
    if weights is not None:
        return ranks(days.astype(float), weights)
    counts = np.append(found.counts.sum(axis=0), found.late.sum())
    middle = np.cumsum(counts) - (counts - 1) / 2.0
    place = np.minimum(days.astype(np.int64) - found.first, len(counts) - 1)
    ranked: NDArray[np.float64] = middle[place]
    return ranked
