"""The deterministic dates that a robust date is measured against, with their proof."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from models.findings import Evidence, ProofClass
from models.rules import Point
from optimiser.check import check
from optimiser.encoding.answer import Limits
from optimiser.solve.between import DateRange, between
from optimiser.solve.deadline import Deadline
from optimiser.solve.orders import attained
from optimiser.solve.placement import complete, without_place
from optimiser.solve.problem import Problem
from optimiser.solve.standing import evidence

__all__ = ["Certain", "CertainDate", "certain_dates"]


LIMITS = Limits()
"""Of each call of CP-SAT: those of `solve`."""


@dataclass(frozen=True, slots=True)
class CertainDate:
    """The earliest date of a milestone in the plan as it stands."""

    date: dt.date
    proof: ProofClass
    bound_by: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Certain:
    """Deterministic dates; None where the plan has none.

    Attributes
    ----------
    reason
        Why there are none.
    ranges
        Where each date lies, as the search has it.
    bars
        What is to be said of hammocks that have no place.
    """

    dates: dict[str, CertainDate | None]
    reason: str | None = None
    ranges: Mapping[str, DateRange] = field(default_factory=dict)
    bars: tuple[str, ...] = ()


def certain_dates(problem: Problem, milestones: tuple[str, ...]) -> Certain:
    """Return the earliest date of each milestone: the one that `solve` finds, its schedule checked rule by rule."""
    plan, network = problem.plan, problem.network
    if problem.earliest.status == "beyond":
        return Certain(dict.fromkeys(milestones), "the plan as it stands has no dates: a date runs off the calendar")
    dates: dict[str, CertainDate | None] = {}
    ranges: dict[str, DateRange] = {}
    bars: dict[str, None] = {}
    reason = None
    for name in milestones:
        found = ranges[name] = between(problem, name, deadline=Deadline(LIMITS))
        if found.schedule is None:
            dates[name] = None
            nowhere = found.low > network.clock.limit
            why = "no schedule meets every rule" if nowhere else "none was found within the limit"
            reason = f"the plan as it stands has no dates: {why}"
            continue
        schedule = complete(network, found.schedule)
        bars |= dict.fromkeys(without_place(network, schedule))
        broken = check(plan, schedule, network.clock)
        assert not broken, f"the schedule breaks {broken[0].rule}: {broken[0].message}"
        assert found.high is not None
        dates[name] = CertainDate(
            network.clock.show(found.high, plan.convention(Point(name, "start"))),
            found.proof,
            f"{found.bound_by}; the schedule checked rule by rule",
            evidence(attained(problem, found.schedule), name),
        )
    return Certain(dates, reason, ranges, tuple(bars))
