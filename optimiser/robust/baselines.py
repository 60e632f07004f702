"""The chance of each published date."""

from __future__ import annotations

from models.plan import Plan
from models.robustness import Baselines
from optimiser.robust.simulation import Sample
from optimiser.robust.statistics import met, month_end

__all__ = ["chances_of"]


def chances_of(plan: Plan, sample: Sample, milestone: str) -> dict[str, Baselines]:
    """Return for each baseline that has a date for a milestone the share of samples no later; a month has its last day."""
    found = {}
    for baseline in plan.baselines:
        published = baseline.date(milestone)
        if published is not None:
            day = published.day or month_end(*published.month)
            found[baseline.id] = Baselines(published=published.date, probability=round(met(sample.of(milestone), day), 6))
    return found
