"""How the forecast of each milestone went from update to update, and how right the earlier ones were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.items import Milestone
from models.outcome import MilestoneDate, Outcome, Solved
from models.plan import Plan
from models.robustness import RobustDate
from models.trend import ForecastCheck, MilestoneTrend, TrendPoint, UpdateTrend
from models.updating import UpdateChain
from optimiser.clock import clock_of
from optimiser.clock.minutes import MinuteClock
from optimiser.errors import InputError, Located, OptimiserError
from optimiser.progress.chain import ChainedPlan, chained
from optimiser.robust import robust
from optimiser.solve import earliest

__all__ = ["trend_of"]

_MOST_CHECKED: Final = 40
"""Milestones of which past forecasts are held against what came, beside those asked for."""


@dataclass(frozen=True, slots=True)
class _UpdateTold:
    """What one update says."""

    link: ChainedPlan
    plan: Plan
    outcome: Outcome
    drawn: dict[str, RobustDate]


def trend_of(
    plan: str | Path,
    milestones: Sequence[str] | None = None,
    *,
    samples: int | None = None,
    seed: int = 7,
    progress: Callable[[str], None] | None = None,
) -> UpdateTrend:
    """Return how the forecast of each milestone went over a chain of updates.

    Parameters
    ----------
    plan
        The newest update: a packaged name or a path.
    milestones
        Asked for; the newest update's own targets where left out.
    samples
        Drawn of each update for the dates that hold with a chance; None: none are.
    seed
        Of the draws.
    progress
        Told what is being done.

    Raises
    ------
    InputError
        If the newest update cannot be read, or a milestone is unknown.
    """
    tell = progress or (lambda _: None)
    found = [*chained(plan)]
    newest = found[0].plan
    assert newest is not None
    asked = tuple(milestones or newest.targets)
    unknown = [name for name in asked if not isinstance(newest.items.get(name), Milestone)]
    if unknown:
        raise InputError([Located(f"'{name}' is no milestone of the plan", path="--milestone") for name in unknown])
    notes: list[str] = []
    told: list[_UpdateTold] = []
    for each in reversed(found):
        if each.plan is not None:
            tell(f"update {len(told) + 1} of {sum(one.plan is not None for one in found)}")
            told.append(_told(each, each.plan, asked, samples, seed, notes))
    broken = [each.link for each in found if each.plan is None or each.link.says]
    notes += [f"{link.path}: {link.says}" for link in broken if link.says]
    return UpdateTrend(
        plan=newest.id,
        title=newest.title,
        chain=UpdateChain(plan=newest.id, links=tuple(each.link for each in found)),
        milestones=tuple(_trend(name, newest, told) for name in asked),
        checks=tuple(_checks(told)) if samples else (),
        samples=samples,
        seed=seed if samples else None,
        notes=tuple(dict.fromkeys(notes)),
    )


def _told(each: ChainedPlan, plan: Plan, asked: Sequence[str], samples: int | None, seed: int, notes: list[str]) -> _UpdateTold:
    """Return one update's figures for its milestones."""
    there = [name for name in asked if isinstance(plan.items.get(name), Milestone)]
    outcome = earliest(plan, there) if there else None
    if outcome is None:
        outcome = earliest(plan, list(plan.targets))
    drawn: dict[str, RobustDate] = {}
    if samples:
        others = [entry.id for entry in plan.milestones if entry.id not in there and not plan.done(entry.id)]
        wanted = [*there, *others[:_MOST_CHECKED]]
        try:
            found = robust(plan, 0.8, seed, samples, milestones=wanted, folder=each.path)
        except OptimiserError as error:
            notes.append(f"{each.link.path}: nothing drawn, {str(error).splitlines()[0]}")
        else:
            drawn = {date.id: date for date in found.milestones}
    return _UpdateTold(each, plan, outcome, drawn)


def _trend(name: str, newest: Plan, told: Sequence[_UpdateTold]) -> MilestoneTrend:
    """Return one milestone over the chain, the oldest update first."""
    points: list[TrendPoint] = []
    of = next((baseline for baseline in newest.baselines if (date := baseline.date(name)) and date.day), None)
    published = of.date(name) if of else None
    first: int | None = None
    for each in told:
        point = _point(name, each, of.id if of else None)
        before = next((past for past in reversed(points) if past.date is not None), None)
        moved = None if before is None or point.date is None else _between(each.plan, name, before.date, point.date)
        first = point.spare_wd if first is None else first
        consumed = None if first is None or point.spare_wd is None else first - point.spare_wd
        points.append(point.model_copy(update={"moved_wd": moved, "consumed_wd": consumed}))
    return MilestoneTrend(
        id=name,
        title=newest.items[name].title,
        deadline=published.day if published else None,
        deadline_of=of.id if of and published else None,
        points=tuple(points),
    )


def _point(name: str, each: _UpdateTold, baseline: str | None) -> TrendPoint:
    """Return what one update says of a milestone."""
    link = each.link.link
    about = {"update": link.path, "status_date": link.status_date, "as_of": link.status_date or each.plan.as_of}
    dated = _dated(name, each.outcome)
    if dated is None:
        return TrendPoint.model_validate({**about, "state": "no date"})
    delta = dated.baselines.get(baseline) if baseline else None
    drawn = each.drawn.get(name)
    buffer = drawn.buffer if drawn else None
    quantiles = drawn.quantiles if drawn else {}
    return TrendPoint.model_validate(
        {
            **about,
            "state": "met" if each.plan.done(name) else "forecast",
            "date": dated.date,
            "proof": dated.proof,
            "spare_wd": None if delta is None or delta.delta_wd is None else -delta.delta_wd,
            "p50": quantiles.get("P50"),
            "p80": quantiles.get("P80"),
            "held_wd": buffer.held_wd if buffer else None,
            "needed_wd": buffer.needed_wd.get("P80") if buffer else None,
        }
    )


def _dated(name: str, outcome: Outcome) -> MilestoneDate | None:
    return next((each for each in outcome.milestones if each.id == name), None) if isinstance(outcome, Solved) else None


def _between(plan: Plan, name: str, before: dt.date | None, after: dt.date) -> int | None:
    """Return the working days from one date of a milestone to another, on the calendar of the later update."""
    assert before is not None
    milestone = plan.items[name]
    assert isinstance(milestone, Milestone)
    clock = clock_of(plan)
    one, other = clock.boundary(before, milestone.shown), clock.boundary(after, milestone.shown)
    worked = clock.worked_between(one, other)  # of the base calendar: the finish of a planner's project is on the clock's own
    return round(worked / plan.day_minutes) if isinstance(clock, MinuteClock) else worked


def _checks(told: Sequence[_UpdateTold]) -> list[ForecastCheck]:
    """Return of each update how many of the milestones met since came by the date that it held to be safe."""
    newest = told[-1].plan
    met = {entry.id: done for entry in newest.milestones if newest.done(entry.id) and (done := _when(entry)) is not None}
    found = []
    for each in told[:-1]:
        safe = {
            name: drawn.quantiles.get("P80") for name, drawn in each.drawn.items() if name in met and not each.plan.done(name)
        }
        held = {name: date for name, date in safe.items() if date is not None}
        late = tuple(name for name, date in held.items() if met[name] > date)
        found.append(
            ForecastCheck(
                update=each.link.link.path,
                status_date=each.link.link.status_date,
                met=len(held),
                within=len(held) - len(late),
                late=late,
            )
        )
    return found


def _when(milestone: Milestone) -> dt.date | None:
    done = milestone.progress
    return None if done is None else done.actual_finish or done.actual_start
