"""How the forecast of each milestone went from update to update, and how right the earlier ones were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.commitment import RobustDate
from models.items import Milestone
from models.outcome import MilestoneDate, Outcome, Solved
from models.plan import Plan
from models.trend import ForecastCheck, MilestoneTrend, TrendPoint, UpdateTrend
from models.updating import UpdateChain
from optimiser.clock import clock_of
from optimiser.clock.minutes import MinuteClock
from optimiser.errors import InputError, Located, OptimiserError
from optimiser.progress.chain import ChainedPlan, chained
from optimiser.robust import robust
from optimiser.solve import earliest

__all__ = ["dates_in", "trend_of", "trend_over"]

_MOST_CHECKED: Final = 40
"""Milestones of which past forecasts are held against what came, beside those asked for."""

Dated = Callable[[int, Plan, Sequence[str]], tuple[MilestoneDate, ...]]
"""Gives the dates of milestones in an update, which is known by its place in the chain, the oldest at 0."""
Drawn = Callable[[int, ChainedPlan, Sequence[str]], tuple[RobustDate, ...]]
"""Gives the dates that hold with a chance."""


@dataclass(frozen=True, slots=True)
class _UpdateTold:
    """What one update says."""

    link: ChainedPlan
    plan: Plan
    dates: dict[str, MilestoneDate]
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
    found = [*chained(plan)]
    newest = found[0].plan
    assert newest is not None
    asked = tuple(milestones or newest.targets)
    unknown = [name for name in asked if not isinstance(newest.items.get(name), Milestone)]
    if unknown:
        raise InputError([Located(f"'{name}' is no milestone of the plan", path="--milestone") for name in unknown])

    def drawn(_: int, each: ChainedPlan, wanted: Sequence[str]) -> tuple[RobustDate, ...]:
        assert each.plan is not None
        return robust(each.plan, 0.8, seed, samples, milestones=wanted, folder=each.path).milestones

    return trend_over(
        found,
        asked,
        lambda _, each, names: dates_in(earliest(each, names)),
        drawn if samples else None,
        samples,
        seed,
        progress,
    )


def dates_in(outcome: Outcome) -> tuple[MilestoneDate, ...]:
    """Return the earliest dates of an outcome; none where it has none, by a contradiction or a limit."""
    return outcome.milestones if isinstance(outcome, Solved) else ()


def trend_over(
    found: Sequence[ChainedPlan],
    asked: Sequence[str],
    dates: Dated,
    drawn: Drawn | None,
    samples: int | None,
    seed: int,
    progress: Callable[[str], None] | None = None,
) -> UpdateTrend:
    """Return how the forecast of each milestone went over a chain whose plans are at hand.

    Parameters
    ----------
    found
        The chain, the newest update first, which has a plan.
    asked
        Milestones of the newest.
    dates, drawn
        Who is asked for the figures of each update; nothing is drawn where None.
    samples, seed
        Of what is drawn, as told.
    """
    tell = progress or (lambda _: None)
    newest = found[0].plan
    assert newest is not None
    notes: list[str] = []
    told: list[_UpdateTold] = []
    for each in reversed(found):
        if each.plan is not None:
            tell(f"update {len(told) + 1} of {sum(one.plan is not None for one in found)}")
            told.append(_told(len(told), each, each.plan, asked, (dates, drawn), notes, last=each is found[0]))
    broken = [each.link for each in found if each.plan is None or each.link.says]
    notes += [f"{link.path}: {link.says}" for link in broken if link.says]
    return UpdateTrend(
        plan=newest.id,
        title=newest.title,
        chain=UpdateChain(plan=newest.id, links=tuple(each.link for each in found)),
        milestones=tuple(_trend(name, newest, told) for name in asked),
        checks=tuple(_checks(told)) if drawn else (),
        samples=samples if drawn else None,
        seed=seed if drawn else None,
        notes=tuple(dict.fromkeys(notes)),
    )


def _told(
    place: int,
    each: ChainedPlan,
    plan: Plan,
    asked: Sequence[str],
    ask: tuple[Dated, Drawn | None],
    notes: list[str],
    *,
    last: bool,
) -> _UpdateTold:
    """Return one update's figures for its milestones; of the last also of none that nothing came after."""
    there = [name for name in asked if isinstance(plan.items.get(name), Milestone)]
    try:
        dates = {entry.id: entry for entry in ask[0](place, plan, there)} if there else {}
    except OptimiserError as error:
        notes.append(f"{each.link.path}: no dates, {str(error).splitlines()[0]}")
        return _UpdateTold(each, plan, {}, {})
    drawn: dict[str, RobustDate] = {}
    if ask[1] is not None:
        others = [entry.id for entry in plan.milestones if entry.id not in there and not plan.done(entry.id)]
        wanted = [*there, *([] if last else others[:_MOST_CHECKED])]
        try:
            drawn = {date.id: date for date in ask[1](place, each, wanted)} if wanted else {}
        except OptimiserError as error:
            notes.append(f"{each.link.path}: nothing drawn, {str(error).splitlines()[0]}")
    return _UpdateTold(each, plan, dates, drawn)


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
    found = each.dates.get(name)
    if found is None:
        return TrendPoint.model_validate({**about, "state": "no date"})
    delta = found.baselines.get(baseline) if baseline else None
    drawn = each.drawn.get(name)
    buffer = drawn.buffer if drawn else None
    quantiles = drawn.quantiles if drawn else {}
    return TrendPoint.model_validate(
        {
            **about,
            "state": "met" if each.plan.done(name) else "forecast",
            "date": found.date,
            "proof": found.proof,
            "spare_wd": None if delta is None or delta.delta_wd is None else -delta.delta_wd,
            "p50": quantiles.get("P50"),
            "p80": quantiles.get("P80"),
            "held_wd": buffer.held_wd if buffer else None,
            "needed_wd": buffer.needed_wd.get("P80") if buffer else None,
        }
    )


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
