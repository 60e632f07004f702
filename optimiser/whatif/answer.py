"""What was changed, and each date before and after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from models.changes import DateChange, WhatIf
from models.findings import ProofClass
from models.outcome import Outcome, Solved
from models.plan import Plan
from models.rules import Capacity, Point
from optimiser.clock import clock_of
from optimiser.encoding import Limits
from optimiser.errors import BeyondHorizonError
from optimiser.reading.load import LoadedPlan
from optimiser.solve.between import DateRange
from optimiser.solve.deadline import Deadline
from optimiser.solve.placement import boundaries_of
from optimiser.solve.problem import Problem
from optimiser.whatif.changes import changes_between, overruled
from optimiser.whatif.sides import PlanSide, ways_of
from optimiser.whatif.stays import unmoved

__all__ = ["dated_ranges", "ranges_of", "what_if"]


def what_if(
    loaded: LoadedPlan,
    milestones: Sequence[str],
    ranges: Mapping[str, DateRange] | None = None,
    *,
    limits: Limits | None = None,
) -> WhatIf | None:
    """Return the changes made and the effect on each date, None where nothing was changed.

    Parameters
    ----------
    loaded
        The plan as changed, and what it was changed from.
    milestones
        Whose dates are told.
    ranges
        Where the milestones lie with the changes, as far as the answer has found it; searched where it has not.
    limits
        Of the search for the dates that are not known.
    """
    if loaded.plan is loaded.before:
        return None
    changes, added, removed = changes_between(loaded)
    said = tuple(overruled(loaded))
    deadline = Deadline(limits or Limits())
    ways = tuple(ways_of(loaded))
    before = PlanSide(loaded.before, {}, deadline, ways)
    after = PlanSide(loaded.plan, dict(ranges or {}), deadline, ways)
    dates = tuple(_date(before, after, name) for name in ([milestones] if isinstance(milestones, str) else milestones))
    proved = [change for change in dates if "gap" not in (change.proof_before, change.proof_after)]
    stay = [change.milestone for change in proved if change.before is not None and change.before == change.after]
    notes = [f"{said}: {side.trouble}" for said, side in (("before", before), ("after", after)) if side.trouble]
    return WhatIf(
        plan=loaded.plan.id,
        scenarios={entry.id: entry.title for entry in loaded.scenarios},
        choices=loaded.choices is not None,
        changes=tuple(changes),
        added=added,
        removed=removed,
        overruled=said,
        dates=dates,
        unmoved=tuple(unmoved(loaded, before, after, milestone, changes) for milestone in stay),
        notes=tuple(notes),
    )


def ranges_of(outcome: Outcome, plan: Plan) -> dict[str, DateRange]:
    """Return where an outcome has the milestones of its plan; nowhere, where it has no date, so that none is searched again."""
    if not isinstance(outcome, Solved):
        return {milestone.id: DateRange(0, None) for milestone in plan.milestones}
    held, values = outcome.schedule.by_id, None
    if any(isinstance(rule, Capacity) for rule in plan.active_rules()):  # else the longest path tells it
        problem = Problem.of(plan)
        told = boundaries_of(problem.network, outcome.schedule)
        values = told if problem.holds(told) else None
    found = {}
    for entry in outcome.milestones:
        reached = held[entry.id].start == entry.boundary
        method = "CP-SAT" if entry.proof == "solver" else "closed form"
        found[entry.id] = DateRange(entry.bound_boundary, entry.boundary, values if reached else None, method)  # type: ignore[arg-type]
    return found


def dated_ranges(plan: Plan, dates: Mapping[str, tuple[dt.date | None, ProofClass | None]]) -> dict[str, DateRange]:
    """Return where the milestones of a plan lie of which dates are known, with their proof; those without a date are left out."""
    clock, found = clock_of(plan), {}
    for name, (date, proof) in dates.items():
        if date is not None and proof is not None:
            boundary = clock.boundary(date, plan.convention(Point(name, "start")))
            low = clock.origin if proof == "gap" else boundary
            method = "CP-SAT" if proof == "solver" else "closed form"
            found[name] = DateRange(low, boundary, None, method)  # type: ignore[arg-type]
    return found


def _date(before: PlanSide, after: PlanSide, milestone: str) -> DateChange:
    """Return a milestone's date before and after, and the move where both are proved; working days are those of the calendar after the changes."""
    old, proof_before = before.date(milestone)
    new, proof_after = after.date(milestone)
    working = None
    told = old is not None and new is not None and "gap" not in (proof_before, proof_after)
    if told and old is not None and new is not None:
        clock, convention = after.problem.clock, after.plan.convention(Point(milestone, "start"))
        try:
            working = clock.days_between(clock.boundary(old, convention), clock.boundary(new, convention))
        except BeyondHorizonError:
            working = None
    return DateChange(
        milestone=milestone,
        before=old,
        after=new,
        calendar_days=(new - old).days if told and old is not None and new is not None else None,
        working_days=working,
        proof_before=proof_before,
        proof_after=proof_after,
    )
