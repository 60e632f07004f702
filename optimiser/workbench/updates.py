"""The updates before the one that the workbench is opened on: what each forecast, and each to be opened in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from models.assumptions import Baseline, PublishedDate
from models.outcome import Solved
from models.plan import Plan
from optimiser.errors import InputError
from optimiser.evidence.words import day
from optimiser.progress.chain import chained
from optimiser.solve import earliest

__all__ = ["MOST_FORECASTS", "Update", "update_title", "updates_before"]

MOST_FORECASTS = 6
"""Updates before the one opened whose forecasts stand beside its dates: of half a year of months."""

_MOST = 26
"""Updates before the one opened that can be opened in its place: of half a year of weeks, of two years of months."""


@dataclass(frozen=True)
class Update:
    """An earlier update of a plan.

    Attributes
    ----------
    name
        Of its day, new to the plan: ``update-2026-04-30``.
    plan, path
        What it says, and where it was read from.
    called
        How a command line asks for it.
    """

    name: str
    plan: Plan
    path: Path
    called: str

    @cached_property
    def forecast(self) -> Baseline | None:
        """What it forecast of its milestones, as dates to compare with; None where it has no schedule."""
        try:
            outcome = earliest(self.plan, [entry.id for entry in self.plan.milestones])
        except InputError:
            return None
        if not isinstance(outcome, Solved):
            return None
        return Baseline(
            id=self.name,
            title=update_title(self.plan),
            dates=tuple(PublishedDate(milestone=entry.id, date=entry.date.isoformat()[:10]) for entry in outcome.milestones),
            basis="derived",
            derived_from=("previous",),
        )


def update_title(plan: Plan) -> str:
    """Say of which day an update is."""
    return f"Update of {day(plan.status_date)}" if plan.status_date else f"The plan of {day(plan.as_of)}"


def updates_before(plan: Plan, path: Path | None) -> tuple[Update, ...]:
    """Return the updates before a plan as far as they can be read, the newest first.

    Parameters
    ----------
    path
        Where the plan was read from; nothing is known before a plan that was not read.
    """
    return () if path is None or plan.previous is None else tuple(_read(plan, path))


def _read(plan: Plan, path: Path) -> Iterator[Update]:
    taken = {entry.id for entry in plan.baselines}
    for each in islice(chained(path), 1, 1 + _MOST):
        if each.plan is None:
            return
        dated = name = f"update-{(each.plan.status_date or each.plan.as_of).isoformat()[:10]}"
        while name in taken:
            name = f"{dated}-{len(taken)}"
        taken.add(name)
        yield Update(name, each.plan, each.path, each.link.path)
