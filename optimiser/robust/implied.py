"""Ranges that no register states: those that a plan's assumptions carry, and those that their ratings stand for."""

from __future__ import annotations

from models.assumptions import Assumption
from models.risk import Range, RatingRange

__all__ = ["own_range", "rated_range"]


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
