"""What is read off samples: dates at a confidence, probabilities, their errors, and effects against the noise of the draws."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimiser.clock import Clock, Convention
from optimiser.robust.distribution import EXACT, DayCells, Distribution
from optimiser.robust.field import BEYOND, NEVER, Days, Flags

__all__ = [
    "NOISE",
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
    "standardised",
]

NOISE = 3.0
"""So many standard errors of an effect are its noise floor."""


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
    _cells: dict[str, DayCells] = field(default_factory=dict, compare=False, repr=False)

    def of(self, milestone: str) -> Days:
        """Return the days of one milestone."""
        row: Days = self.days[self.milestones.index(milestone)]
        return row

    def among(self, milestone: str, where: Flags | NDArray[np.int64] | slice = slice(None)) -> Distribution:
        """Return the distribution of one milestone, among all samples or some, by a mask or by their places."""
        if milestone not in self._cells:
            self._cells[milestone] = DayCells(self.of(milestone), self.replicates, self.weights)
        return self._cells[milestone].distribution(where)

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
    noise = math.ceil(NOISE * math.sqrt(float(np.mean(apart * apart))) - EXACT) if pairs else 0
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
    place = int(np.searchsorted(np.cumsum(weights[order]), confidence - EXACT))
    reached = float(worst[order][min(place, len(order) - 1)])
    if reached > 1 + EXACT:
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
    return apart / length if length > EXACT else None


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
