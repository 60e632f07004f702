"""The updates before the one that the workbench is opened on: what each forecast, beside the published dates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from models.assumptions import Baseline, PublishedDate
from models.outcome import Solved
from models.plan import Plan
from optimiser.errors import InputError
from optimiser.evidence.words import day
from optimiser.progress.chain import chained
from optimiser.solve import earliest

__all__ = ["MOST", "forecasts_before"]

MOST = 6
"""Updates before the one opened whose forecasts are shown: of half a year of months."""


def forecasts_before(plan: Plan, path: Path | None) -> tuple[Baseline, ...]:
    """Return what earlier updates of a plan forecast of its milestones, as dates to compare with; the newest first.

    Parameters
    ----------
    plan
        The update that is opened.
    path
        Where it was read from; nothing is known before a plan that was not read.
    """
    if path is None or plan.previous is None:
        return ()
    return tuple(_made(plan, path))


def _made(plan: Plan, path: Path) -> Iterator[Baseline]:
    taken = {entry.id for entry in plan.baselines}
    for each in islice(chained(path), 1, 1 + MOST):
        if each.plan is None:
            return
        known = [name for name in plan.items if name in {entry.id for entry in each.plan.milestones}]
        try:
            outcome = earliest(each.plan, known)
        except InputError:
            continue
        status = each.plan.status_date or each.plan.as_of
        name = f"update-{status.isoformat()[:10]}"
        if not isinstance(outcome, Solved) or name in taken:
            continue
        taken.add(name)
        yield Baseline(
            id=name,
            title=f"Update of {day(status)}" if each.plan.status_date else f"The plan of {day(status)}",
            dates=tuple(PublishedDate(milestone=entry.id, date=entry.date.isoformat()[:10]) for entry in outcome.milestones),
            basis="derived",
            derived_from=("previous",),
        )
