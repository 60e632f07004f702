"""The date to commit to: the quantile that a ratio of costs justifies, and each date's own ratio.

Where each day that a promise is missed by costs R times each day that it is needlessly late, the expected cost is least at the
quantile R / (1 + R): the critical fractile of the newsvendor (Arrow, Harris and Marschak, "Optimal inventory policy", 1951).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from models.commitment import Commitment, JustifiedDate, Mass, RatioOfDate, RobustDate

__all__ = ["RATIOS", "commitment", "confidence_of", "ratio_of"]

RATIOS = (1.0, 2.0, 3.0, 4.0, 9.0, 19.0)
"""Ratios that are shown where nobody states one, and beside one that is stated."""

_ROUNDING = 1e-12


def confidence_of(ratio: float) -> float:
    """Return the probability with which a date should hold where a day late costs so many days early."""
    return ratio / (1 + ratio)


def ratio_of(probability: float) -> float | None:
    """Return the ratio at which a date that holds with a probability is the one to commit to; None where no ratio is."""
    return probability / (1 - probability) if probability < 1 else None


def commitment(milestone: RobustDate, stated: float | None = None) -> Commitment:
    """Return the dates that ratios of costs justify for a milestone, and the ratio of each published date.

    Parameters
    ----------
    stated
        A ratio that somebody has stated: days early that a day late costs.
    """
    ratios = sorted({*RATIOS, *(() if stated is None else (stated,))})
    return Commitment(
        milestone=milestone.id,
        dates=tuple(
            JustifiedDate(
                ratio=ratio,
                confidence=confidence_of(ratio),
                date=_quantile(milestone.masses, confidence_of(ratio)),
                stated=ratio == stated,
            )
            for ratio in ratios
        ),
        published=tuple(
            RatioOfDate(of=name, published=chance.published, probability=chance.probability, ratio=ratio_of(chance.probability))
            for name, chance in milestone.baselines.items()
        ),
        deterministic=None
        if milestone.deterministic_probability is None
        else RatioOfDate(
            of="earliest",
            published=str(milestone.deterministic),
            probability=milestone.deterministic_probability,
            ratio=ratio_of(milestone.deterministic_probability),
        ),
    )


def _quantile(masses: Sequence[Mass], confidence: float) -> dt.date | None:
    """Return the first date not exceeded with a confidence; None where the samples that have a date do not reach it."""
    reached = 0.0
    for mass in masses:
        reached += mass.probability
        if reached >= confidence - _ROUNDING:
            return mass.date
    return None
