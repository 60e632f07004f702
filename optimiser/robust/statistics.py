"""What is read off samples: dates at a confidence, probabilities, standard errors, ranks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.robustness import Mass
from optimiser.clock import Clock, Convention
from optimiser.robust.simulation import BEYOND, REPLICATES, Sample

__all__ = [
    "by_replicate",
    "date_at",
    "day_at",
    "difference",
    "joint_days",
    "masses",
    "met",
    "month_end",
    "percentile",
    "rank_correlation",
    "ranks",
    "scatter",
    "working_days",
]

Days = NDArray[np.int32]


def day_at(days: Days, confidence: float) -> int | None:
    """Return the first day that is not exceeded with a confidence, as an ordinal.

    A day is one that occurs: dates that jump are reported as they can fall. Samples without a date count as later than
    every date; None where so many of them are that no date will do.
    """
    if not len(days):
        return None
    place = min(max(math.ceil(confidence * len(days) - 1e-9) - 1, 0), len(days) - 1)
    found = int(np.partition(days, place)[place])
    return None if found >= BEYOND else found


def date_at(days: Days, confidence: float) -> dt.date | None:
    """Return `day_at` as a date."""
    return date_of(day_at(days, confidence))


def date_of(day: int | None) -> dt.date | None:
    """Return an ordinal as a date."""
    return None if day is None else dt.date.fromordinal(day)


def percentile(confidence: float) -> str:
    """Return how a confidence is called: ``P80``."""
    return f"P{round(100 * confidence, 8):.10g}"


def met(days: Days, date: dt.date | int | None) -> float:
    """Return the share of all samples that fall on a date or before; none of no date."""
    if date is None or not len(days):
        return 0.0
    limit = date if isinstance(date, int) else date.toordinal()
    return float(np.count_nonzero(days <= limit)) / len(days)


def by_replicate(sample: Sample, milestone: str, confidence: float) -> list[int | None]:
    """Return the day at a confidence of each independent scramble."""
    days = sample.of(milestone)
    return [day_at(days[sample.replicates == replicate], confidence) for replicate in range(REPLICATES)]


def scatter(values: Sequence[float | None]) -> float | None:
    """Return the standard error of a mean from independent replicates; None where one of them has no value."""
    known = [value for value in values if value is not None]
    if len(known) < len(values) or len(known) < 2:
        return None
    return float(np.std(known, ddof=1)) / math.sqrt(len(known))


def working_days(clock: Clock, days: Days, convention: Convention) -> NDArray[np.int64]:
    """Return days as boundaries of the base calendar, so that their differences are working days."""
    return clock.boundaries(days.astype(np.int64), convention)


def difference(clock: Clock, first: int | dt.date | None, second: int | dt.date | None, convention: Convention) -> int | None:
    """Return the working days from a first to a second day; None where either is missing."""
    if first is None or second is None:
        return None
    days = np.array([day if isinstance(day, int) else day.toordinal() for day in (first, second)], dtype=np.int64)
    before, after = clock.boundaries(days, convention)
    return int(after - before)


def masses(days: Days) -> tuple[Mass, ...]:
    """Return every date that occurs with its share of all samples."""
    values, counts = np.unique(days[days < BEYOND], return_counts=True)
    return tuple(
        Mass(date=dt.date.fromordinal(int(value)), probability=_short(count / len(days)))
        for value, count in zip(values, counts, strict=True)
    )


def _short(value: float) -> float:
    return round(float(value), 9)


def joint_days(sample: Sample, confidence: float) -> tuple[float | None, dict[str, int | None]]:
    """Return the common quantile at which all milestones together are met with a confidence, and the days there.

    The rank of each sample among those of each milestone is found, and the greatest of its ranks: the quantile is that
    of these greatest ranks.
    """
    total = len(sample)
    worst = np.zeros(total, dtype=np.int64)
    for milestone in sample.milestones:
        days = sample.of(milestone)
        rank = np.searchsorted(np.sort(days), days, side="right")
        worst = np.maximum(worst, np.where(days >= BEYOND, total + 1, rank))
    place = min(max(math.ceil(confidence * total - 1e-9) - 1, 0), total - 1)
    reached = int(np.partition(worst, place)[place])
    if reached > total:
        return None, dict.fromkeys(sample.milestones)
    share = reached / total
    return share, {milestone: day_at(sample.of(milestone), share) for milestone in sample.milestones}


def month_end(year: int, month: int) -> dt.date:
    """Return the last day of a month."""
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def rank_correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float | None:
    """Return Spearman's correlation of values given by their `ranks`; None where either does not vary."""
    deviations = [values - values.mean() for values in (first, second)]
    scale = math.sqrt(float(deviations[0] @ deviations[0]) * float(deviations[1] @ deviations[1]))
    return float(deviations[0] @ deviations[1]) / scale if scale > 0 else None


def ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of each value, ties at their middle rank."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: NDArray[np.float64] = (ends - (counts - 1) / 2.0)[places]
    return found
