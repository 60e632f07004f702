"""`migrate`: which pace of migration each plan takes for granted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from models.findings import ProofClass
from models.migration import ImpliedRate, LateDate, LateShare, Migrated, MigrationWindow
from models.outcome import Infeasible, Outcome, Solved
from models.plan import Plan
from models.rules import Capacity
from optimiser.clock import clock_of
from optimiser.errors import InputError, Located, PlanContradictsError, UndecidedError
from optimiser.migration import MILESTONES
from optimiser.migration.implied import METER_POINTS, METER_POINTS_BASIS
from optimiser.migration.told import markets_told
from optimiser.migration.windows import paces_of, published_window, window_of
from optimiser.solve import earliest
from optimiser.solve.asked import asked_for

__all__ = ["END", "READY", "STARTS", "migrate"]

*STARTS, READY, END = MILESTONES


def migrate(
    plan: Plan,
    *,
    starts: Sequence[str] = STARTS,
    ready: str = READY,
    end: str = END,
    meter_points: int = METER_POINTS,
    by: dt.date | None = None,
    outcome: Outcome | None = None,
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
    outcome
        The earliest dates of all these milestones, where they are known already.
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
    paces = paces_of(plan, clock, ready)
    base = next(pace for pace in paces if pace.calendar == plan.calendar)
    windows = [_solved(plan, outcome or earliest(plan, list(names)), starts, ready, end)]
    notes = []
    tell("what the limits of migration make of it")
    markets = markets_told(plan, ready, end, by)
    if by is not None and not markets:
        message = "no rule of kind migration is on, so no limit is asked for; maybe add scenario 'migration'"
        raise InputError([Located(message, path="by")])
    if markets and any(isinstance(rule, Capacity) for rule in plan.active_rules()):
        notes.append("other limits, shares and moratoria are told without the capacities of the plan: as lower bounds")
    for baseline in plan.baselines:
        window = published_window(baseline, base, starts, ready, end)
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


def _solved(plan: Plan, outcome: Outcome, starts: Sequence[str], ready: str, end: str) -> MigrationWindow:
    """Return the window of the plan itself."""
    if isinstance(outcome, Infeasible):
        message = "the plan contradicts itself, so no rate follows; maybe ask 'solve' for the conflict"
        raise PlanContradictsError([Located(message)])
    if not isinstance(outcome, Solved):
        message = "no dates within the limit, so no rate follows; maybe ask 'solve' for the bounds"
        raise UndecidedError(message)
    dates = {name: (date.isoformat(), date, date) for name, date in outcome.dates.items()}
    proof: dict[str, ProofClass] = dict(outcome.proof)
    return window_of(plan.id, "the plan as solved", dates, starts, ready, end, proof)
