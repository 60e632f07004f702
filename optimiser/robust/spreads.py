"""From the figures of a register to distributions over whole units, and the ranges that a plan states or rates itself."""

from __future__ import annotations

from collections.abc import Sequence

from models.assumptions import Assumption
from models.risk import Impact, Range, RatingRange, Relative, Spread
from optimiser.numbers import column_number
from optimiser.robust.shapes import Lattice, Threesome, discrete, fixed, pert, piecewise, triangular, uniform

__all__ = ["FACTOR_STEP", "delay_of", "distribution", "end_of", "own_range", "rated_range"]

FACTOR_STEP = 0.005
"""Factors are drawn in steps of half a per cent."""


def end_of(end: object, base: float) -> float | None:
    """Return the end of a range as a number."""
    if end is None:
        return None
    if isinstance(end, Relative):
        return base * end.factor if base >= 0 else base * (2 - end.factor)
    return float(column_number(end))  # type: ignore[arg-type]


def distribution(spread: Spread, ends: Sequence[float | None], base: float, shape: Threesome | None, step: float) -> Lattice:
    """Return the distribution of a range or factor."""
    if spread.shape == "discrete":
        values = [end_of(entry.value, base) or 0.0 for entry in spread.values]
        return discrete(values, [entry.weight for entry in spread.values])
    if spread.shape == "quantiles":
        values = [end_of(entry.value, base) or 0.0 for entry in spread.quantiles]
        return piecewise([entry.at for entry in spread.quantiles], values, step)
    low, likely, high = ends
    low = base if low is None else low
    high = base if high is None else high
    if spread.shape == "uniform":
        return uniform(low, high, step)
    low, high = min(low, high), max(low, high)
    likely = min(max(base if likely is None else likely, low), high)
    make = {"triangular": triangular, "pert": pert}[shape or spread.shape]
    return make(low, likely, high, step)


def delay_of(impact: Impact, shape: Threesome | None) -> Lattice:
    """Return the distribution of an impact: units, or for a relative one a share of the value."""
    stated = [end for end in (impact.low, impact.likely, impact.high) if end is not None]
    relative = any(isinstance(end, Relative) for end in stated)
    figures = [end.percent / 100 if isinstance(end, Relative) else float(column_number(end)) for end in stated]
    step = FACTOR_STEP if relative else 1.0
    if len(figures) == 1:
        return fixed(figures[0])
    low, high = figures[0], figures[-1]
    likely = figures[1] if len(figures) > 2 else (low + high) / 2
    if impact.shape == "uniform":
        return uniform(low, high, step)
    make = {"triangular": triangular, "pert": pert}[shape or impact.shape]
    return make(low, likely, high, step)


def rated_range(entry: Assumption, name: str, rating: RatingRange) -> Range:
    """Return the range that the rating of an assumption stands for."""
    return Range(
        id=name,
        of=entry.id,
        rag=entry.uncertainty,
        basis=rating.basis,
        citation=rating.citation,
        confidence=rating.confidence,
        fitted_to=rating.fitted_to,
        derived_from=rating.derived_from,
        note=f"rated {entry.uncertainty} in the plan",
    )


def own_range(entry: Assumption, name: str) -> Range:
    """Return the range that an assumption states of itself; an end that it leaves out is its value."""
    return Range(
        id=name,
        of=entry.id,
        low=entry.low if entry.low is not None else entry.value,
        high=entry.high if entry.high is not None else entry.value,
        basis=entry.basis,
        citation=entry.citation,
        confidence=entry.confidence,
        fitted_to=entry.fitted_to,
        derived_from=entry.derived_from,
        note="the range that the assumption itself states",
    )
