"""`migrate`: which pace of migration each plan takes for granted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from models.assumptions import Baseline, PublishedDate
from models.findings import ProofClass
from models.migration import DateEnds, ImpliedRate, LateDate, LateShare, Migrated, MigrationWindow
from models.outcome import Infeasible, Solved
from models.plan import Plan
from models.rules import Capacity, Point
from optimiser.clock import clock_of
from optimiser.errors import InputError, Located, PlanContradictsError, UndecidedError
from optimiser.migration.implied import METER_POINTS, METER_POINTS_BASIS, Pace
from optimiser.migration.told import markets_told
from optimiser.solve import earliest
from optimiser.solve.asked import asked_for

__all__ = ["END", "READY", "STARTS", "migrate"]

STARTS, READY, END = ("M11", "M12"), "M14", "M15"
"""Milestones that stand for the start of migration, for all suppliers' readiness and for the end, unless others are named."""


def migrate(
    plan: Plan,
    *,
    starts: Sequence[str] = STARTS,
    ready: str = READY,
    end: str = END,
    meter_points: int = METER_POINTS,
    by: dt.date | None = None,
    progress: Callable[[str], None] | None = None,
) -> Migrated:
    """Return the rates that a plan and its baselines imply, and how late the last meter points may be.

    Parameters
    ----------
    plan
        A plan with its scenarios applied.
    starts
        Milestones at which migration starts, segment by segment.
    ready
        The milestone by which every supplier is ready.
    end
        The milestone at which all is migrated.
    meter_points
        A total for scale; nothing but the figures a day depends on it.
    by
        A day for which the least limit of each rule of kind migration is wanted.
    progress
        Told what is being done.

    Raises
    ------
    InputError
        If a milestone is unknown, a least limit is asked of a plan without such a rule, or the total is none.
    PlanContradictsError, UndecidedError
        If the plan has no dates.
    BeyondHorizonError
        If a date runs off the days that the calendar or the horizon covers.
    """
    if meter_points < 1:
        raise InputError([Located(f"expected a number of meter points above 0, got {meter_points}", path="meter_points")])
    names = asked_for(plan, [*starts, ready, end])
    tell = progress or (lambda _: None)
    tell(f"{', '.join(names)}: earliest dates")
    clock = clock_of(plan)
    closes = plan.convention(Point(ready, "start")) == "closes"
    paces = [Pace(each.id, clock.own_days(each.id), closes=closes) for each in plan.calendars]
    base = next(pace for pace in paces if pace.calendar == plan.calendar)
    windows = [_solved(plan, starts, ready, end)]
    notes = []
    tell("what the limits of migration make of it")
    markets = markets_told(plan, ready, end, by)
    if by is not None and not markets:
        message = "no rule of kind migration is on, so no limit is asked for; maybe add scenario 'migration'"
        raise InputError([Located(message, path="by")])
    if markets and any(isinstance(rule, Capacity) for rule in plan.active_rules()):
        notes.append("other limits, shares and moratoria are told without the capacities of the plan: as lower bounds")
    for baseline in plan.baselines:
        window = _published(baseline, base, starts, ready, end)
        if isinstance(window, str):
            notes.append(window)
        else:
            windows.append(window)
    rates: list[ImpliedRate] = []
    shares: list[LateShare] = []
    dates: list[LateDate] = []
    for window in windows:
        for start in window.starts:
            found = [pace.rate(window, start, meter_points) for pace in paces]
            rates += [rate for rate in found if rate is not None]
            if None in found:
                notes.append(f"{window.title}: {' and '.join(start.milestones)} may not lie before {end}, so no rate follows")
            shares += base.late_shares(window, start)
            dates += base.late_dates(window, start)
    return Migrated(
        plan=plan.id,
        scenarios=plan.settings.scenarios,
        calendar=plan.calendar,
        meter_points=meter_points,
        meter_points_basis=METER_POINTS_BASIS,
        windows=tuple(windows),
        rates=tuple(rates),
        late_shares=tuple(shares),
        late_dates=tuple(dates),
        markets=markets,
        notes=tuple(dict.fromkeys(notes)),
    )


def _solved(plan: Plan, starts: Sequence[str], ready: str, end: str) -> MigrationWindow:
    """Return the window of the plan itself."""
    outcome = earliest(plan, list(dict.fromkeys((*starts, ready, end))))
    if isinstance(outcome, Infeasible):
        message = "the plan contradicts itself, so no rate follows; maybe ask 'solve' for the conflict"
        raise PlanContradictsError([Located(message)])
    if not isinstance(outcome, Solved):
        message = "no dates within the limit, so no rate follows; maybe ask 'solve' for the bounds"
        raise UndecidedError(message)
    dates = {name: (date.isoformat(), date, date) for name, date in outcome.dates.items()}
    proof: dict[str, ProofClass] = dict(outcome.proof)
    return _window(plan.id, "the plan as solved", dates, starts, ready, end, proof)


def _published(baseline: Baseline, pace: Pace, starts: Sequence[str], ready: str, end: str) -> MigrationWindow | str:
    """Return the window of a baseline, or why it has none."""
    dates = {}
    for entry in baseline.dates:
        ends = _ends(entry, pace)
        if ends is not None:
            dates[entry.milestone] = (entry.date, *ends)
    missing = [name for name in (*starts, end) if name not in dates]
    if missing:
        return f"{baseline.title} ({baseline.id}) publishes no date of {', '.join(missing)}, so no rate follows"
    return _window(baseline.id, baseline.title, dates, starts, ready, end, None)


def _ends(entry: PublishedDate, pace: Pace) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day that a published date may mean."""
    return (entry.day, entry.day) if entry.day else pace.month_ends(*entry.month)


def _window(
    name: str,
    title: str,
    dates: dict[str, tuple[str, dt.date, dt.date]],
    starts: Sequence[str],
    ready: str,
    end: str,
    proof: dict[str, ProofClass] | None,
) -> MigrationWindow:
    """Return a window, with the milestones of one date together."""
    together: dict[tuple[str, dt.date, dt.date], list[str]] = {}
    for start in starts:
        together.setdefault(dates[start], []).append(start)
    return MigrationWindow(
        id=name,
        title=title,
        starts=tuple(_dated(tuple(milestones), date) for date, milestones in together.items()),
        ready=_dated((ready,), dates[ready]) if ready in dates else None,
        end=_dated((end,), dates[end]),
        proof=proof,
    )


def _dated(milestones: tuple[str, ...], date: tuple[str, dt.date, dt.date]) -> DateEnds:
    published, first, last = date
    return DateEnds(milestones=milestones, published=published, earliest=first, latest=last)
