"""Earliest dates: bounds without a solver first, then CP-SAT, then the certificate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from models.findings import Binding
from models.items import Activity, Hammock, Item, Milestone, Summary
from models.outcome import DateSpan, Infeasible, MilestoneDate, Outcome, RowDate, Run, Solved, Undecided
from models.plan import Plan
from models.rules import Point
from optimiser.clock import Clock, MinuteClock
from optimiser.collecting import seldom_collected
from optimiser.critical import Earliest, certificate, driving_items, free_floats
from optimiser.encoding import Limits
from optimiser.encoding.answer import DETERMINISTIC_TIME
from optimiser.solve.asked import asked_for
from optimiser.solve.between import too_large
from optimiser.solve.binding import bindings
from optimiser.solve.contradiction import beyond_horizon, conflict_of
from optimiser.solve.dates import Dates, Proved, Unproved, prove
from optimiser.solve.deadline import Deadline
from optimiser.solve.fingerprint import package_version, plan_sha256
from optimiser.solve.forecast import forecast_notes, forecast_of, set_aside, work_of
from optimiser.solve.orders import NO_SLACK, Slack, attained, slacks, slots_on_chain
from optimiser.solve.problem import Problem
from optimiser.solve.spans import spans
from optimiser.solve.standing import baseline_deltas, evidence

__all__ = ["asked_for", "bounds_of", "common", "earliest", "solved", "unasked"]


@seldom_collected()
def earliest(
    plan: Plan,
    milestones: Sequence[str] | None = None,
    *,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
    deterministic_limit: float = DETERMINISTIC_TIME,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Return the earliest date of each milestone, with its proof and what it rests on.

    Parameters
    ----------
    plan
        A plan with its scenarios applied.
    milestones
        Milestones asked for, in the order in which they matter; the plan's own targets where none are named.
    seed
        Of CP-SAT. With capacity, schedules of equal dates may differ by it.
    workers
        CP-SAT's threads. With more than one, runs that end at a limit may not repeat.
    time_limit
        Seconds by the wall clock for the whole question, where the user chose so; such a run may not repeat.
    deterministic_limit
        CP-SAT's own deterministic time for each milestone, all calls together.
    progress
        Told what is being done.

    Returns
    -------
    Outcome
        `Solved`, `Infeasible` with a minimal conflict, or `Undecided` with bounds. A limit is never read as a verdict.

    Raises
    ------
    InputError
        If a milestone is unknown, or none is asked for.
    BeyondHorizonError
        If a date runs off the days that the calendar or the horizon covers.
    """
    asked = asked_for(plan, milestones)
    tell = progress or (lambda _: None)
    limits = Limits(deterministic_time=deterministic_limit, seed=seed, workers=workers, time_limit=time_limit)
    deadline = Deadline(limits)
    begun = deadline.now()
    problem = Problem.of(plan)
    found = problem.earliest
    if found.status == "beyond":
        raise beyond_horizon(found)

    def run() -> Run:
        return Run(
            version=package_version("mhhs-optimiser"),
            ortools=package_version("ortools"),
            seed=seed,
            workers=workers,
            deterministic_time=round(deadline.spent, 6),
            deterministic_limit=deterministic_limit,
            time_limit=time_limit,
            windows="trimmed" if too_large(problem.network) else "full",
            inputs_sha256=plan_sha256(plan),
        )

    conflict = conflict_of(problem, deadline, tell)
    if conflict is not None:
        return Infeasible(conflict=conflict, **common(plan, run()))
    dates = prove(problem, asked, deadline.search(begun), tell)
    if isinstance(dates, Unproved):
        conflict = conflict_of(problem, deadline, tell, nowhere=True) if dates.nowhere else None
        if conflict is not None:
            return Infeasible(conflict=conflict, **common(plan, run()))
        return Undecided(bounds=bounds_of(problem, asked), **common(plan, run()))
    tell("readings")
    ranges = spans(problem, {each.milestone: each.range for each in dates.proved}, deadline, dates.notes)
    return solved(problem, dates, ranges, run(), over=lambda _: deadline.over)


def common(plan: Plan, run: Run, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return what every outcome of a plan says."""
    return {
        "plan": plan.id,
        "scenarios": plan.settings.scenarios,
        "readings": plan.choices(),
        "notes": (*_notes(plan), *notes),
        "run": run,
    }


def bounds_of(problem: Problem, asked: Sequence[str]) -> dict[str, dt.date]:
    """Return the date that the longest path alone proves of each milestone."""
    plan, found = problem.plan, problem.earliest
    conventions = {name: plan.convention(Point(name, "start")) for name in asked}
    return {name: problem.clock.show(found.values[problem.node(name)], conventions[name]) for name in asked}


def unasked(milestone: str) -> str:
    """Return the note of a milestone for which the time ended before it was asked what binds."""
    return f"{milestone}: what binds was not asked within the limit"


def solved(
    problem: Problem,
    dates: Dates,
    ranges: Mapping[str, DateSpan | None],
    run: Run,
    *,
    over: Callable[[str], bool] = lambda _: False,
) -> Solved:
    """Return the outcome that dates, once proved, make: reasons, rows, floats and bindings follow from them without a search.

    Parameters
    ----------
    ranges
        Milestone to its span.
    run
        How the dates were found.
    over
        Whether the time ended before it is asked what binds a milestone.
    """
    plan, clock, found = problem.plan, problem.clock, problem.earliest
    asked = [each.milestone for each in dates.proved]
    order = attained(problem, dates.values)
    reasons = {each.milestone: order if each.lexicographic is None else attained(problem, each.alone) for each in dates.proved}
    rationed = tuple(name for name in asked if problem.pools and problem.leads(name))
    notes = [*dates.notes]
    if rationed:
        named = ", ".join(rationed)
        notes += [
            f"{named}: capacity is upstream, so what binds is left to `explain`, which solves again rule by rule",
            "a float is that of the order shown on the slots; in another order it may be as long as is said beside it",
        ]
    notes += set_aside(problem, dates.values)
    forecast = forecast_of(plan, clock, dates.schedule, asked)
    binding: dict[str, tuple[Binding, ...]] = {}
    for name in asked:
        late = name not in rationed and over(name)
        notes += [unasked(name)] if late else []
        binding[name] = () if late or name in rationed else bindings(found, name)
    return Solved(
        milestones=tuple(_dated(plan, clock, reasons[each.milestone], each, ranges[each.milestone]) for each in dates.proved),
        schedule=dates.schedule,
        rows=_rows(problem, order, dates, reasons),
        driving={name: driving_items(reasons[name], name) for name in asked},
        slots={name: held for name in asked if (held := slots_on_chain(reasons[name], name))},
        certificates=tuple(certificate(found, name) for name in asked),
        binding=binding,
        **common(plan, run, (*forecast_notes(plan, forecast), *notes)),
        forecast=forecast,
    )


def _dated(plan: Plan, clock: Clock, reasons: Earliest, proved: Proved, span: DateSpan | None) -> MilestoneDate:
    """Return one milestone's answer."""
    convention = plan.convention(Point(proved.milestone, "start"))
    later = proved.lexicographic
    return MilestoneDate(
        id=proved.milestone,
        boundary=proved.boundary,
        date=clock.show(proved.boundary, convention),
        bound_boundary=proved.range.low,
        bound=clock.show(proved.range.low, convention),
        proof=proved.range.proof,
        bound_by=proved.bound_by,
        evidence=evidence(reasons, proved.milestone),
        span=span,
        baselines=baseline_deltas(plan, clock, proved.milestone, proved.boundary),
        lexicographic=None if later is None else clock.show(later, convention),
    )


_KINDS: dict[type, Literal["activity", "milestone", "hammock", "summary"]] = {
    Activity: "activity",
    Milestone: "milestone",
    Hammock: "hammock",
    Summary: "summary",
}


def _worked(clock: Clock, item: Item, start: int, slip: int | None) -> int | None:
    """Return the working time of an item's own calendar within a slip from its start."""
    return None if slip is None else clock.worked_between(start, start + slip, getattr(item, "calendar", None))


def _days(clock: Clock, item: Item, start: int, slip: int | None) -> int | None:
    """Return the same in whole working days."""
    worked = _worked(clock, item, start, slip)
    return None if worked is None else clock.in_days(worked)


def _rows(problem: Problem, order: Earliest, dates: Dates, reasons: Mapping[str, Earliest]) -> tuple[RowDate, ...]:
    """Return the schedule as a reader sees it, in the order of the plan."""
    plan, clock = problem.plan, problem.clock
    slips = {name: slacks(problem, found, name) for name, found in reasons.items()}
    free = free_floats(order, [item.id for item in (*plan.activities, *plan.milestones)])
    rows = []
    for position in dates.schedule.positions:
        item = plan.items[position.id]
        if isinstance(item, Milestone):
            start = finish = clock.show(position.start, item.shown)
        else:
            start = clock.show(position.start, "opens")
            finish = clock.show(position.finish, "closes")
        held = isinstance(item, Activity | Milestone)
        # Floats are counted from the position in the order of the slots; an item placed late has used some of it.
        own = {name: slips[name][item.id] if held else NO_SLACK for name in slips}
        # What is left of begun work is placed as early as its finish tells.
        end = int(item.id in problem.network.began)
        at = (position.start, position.finish)[end]
        left = {name: own[name].after(at - reasons[name].position(item.id)[end]) if held else own[name] for name in slips}
        spare = {name: slip.least for name, slip in left.items()}
        most = {name: slip.most for name, slip in left.items() if not own[name].exact}
        idle = Slack(free.get(item.id), None).after(at - order.position(item.id)[end] if held else 0).least
        begin = order.position(item.id)[0] if end else position.start
        worked = clock.worked_between(position.start, position.finish, getattr(item, "calendar", None))
        rows.append(
            RowDate(
                id=item.id,
                name=item.title,
                kind=_KINDS[type(item)],
                phase=item.phase,
                start=start,
                finish=finish,
                working_days=clock.in_days(worked),
                float_wd={name: _days(clock, item, begin, slip) for name, slip in spare.items()},
                float_most_wd={name: _days(clock, item, begin, slip) for name, slip in most.items()},
                free_float_wd=_days(clock, item, begin, idle),
                float_min=(
                    {name: _worked(clock, item, begin, slip) for name, slip in spare.items()}
                    if isinstance(clock, MinuteClock)
                    else {}
                ),
                progress=work_of(plan, item.id),
                remaining=str(plan.still_to_do(item)) if isinstance(item, Activity) and plan.under_way(item.id) else None,
                worked_min=worked if isinstance(clock, MinuteClock) else None,
            )
        )
    return tuple(rows)


def _notes(plan: Plan) -> tuple[str, ...]:
    """Return what a reader must know beside the dates."""
    notes = [f"more than one scenario sets the same thing: {overlap}" for overlap in plan.settings.overlaps]
    if plan.settings.hindsight:
        notes.append("hindsight: sources later than the plan's knowledge are admitted")
    return tuple(notes)
