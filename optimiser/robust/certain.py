"""The deterministic dates that a robust date is measured against, with their proof."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from models.findings import Evidence, ProofClass
from models.plan import Plan
from models.rules import Point
from optimiser.check import check
from optimiser.critical import Network, earliest_times
from optimiser.solve.placement import complete
from optimiser.solve.standing import evidence

__all__ = ["Certain", "CertainDate", "certain_dates"]


DETERMINISTIC_LIMIT = 5.0
"""CP-SAT's own time for each date of a plan with capacity."""


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
    """

    dates: dict[str, CertainDate | None]
    reason: str | None = None


def certain_dates(plan: Plan, network: Network, milestones: tuple[str, ...]) -> Certain:
    """Return the earliest date of each milestone.

    Without capacity the least solution of the network is at once the bound and, judged by `check` from the meaning of
    every rule, the schedule: that is proof without a solver. With capacity the search with CP-SAT is asked.
    """
    if network.uses_capacity:
        return _searched(plan, network, milestones)
    earliest = earliest_times(network)
    if earliest.status != "feasible":
        what = "no schedule meets every rule" if earliest.status == "infeasible" else "a date runs off the calendar"
        return Certain(dict.fromkeys(milestones), f"the plan as it stands has no dates: {what}")
    broken = check(plan, complete(network, earliest.values), network.clock)
    assert not broken, f"the schedule breaks {broken[0].rule}: {broken[0].message}"
    return Certain(
        {
            name: CertainDate(
                network.clock.show(earliest.values[network.nodes[name, "start"]], plan.convention(Point(name, "start"))),
                "certified",
                "longest path; the schedule checked rule by rule",
                evidence(earliest, name),
            )
            for name in milestones
        }
    )


def _searched(plan: Plan, network: Network, milestones: tuple[str, ...]) -> Certain:
    """Return the dates of a plan with capacity: as `solve` finds them, without what it prints beside them."""
    from optimiser.encoding import Limits
    from optimiser.solve.contradiction import conflict_of_room
    from optimiser.solve.dates import Search

    def none(what: str) -> Certain:
        return Certain(dict.fromkeys(milestones), f"the plan as it stands has no dates: {what}")

    earliest = earliest_times(network)
    if earliest.status == "beyond":
        return none("a date runs off the calendar")
    if earliest.status == "infeasible" or conflict_of_room(earliest) is not None:
        return none("no schedule meets every rule")
    limits = Limits(deterministic_time=DETERMINISTIC_LIMIT, seed=0, workers=1, time_limit=None)
    answer = Search(network, earliest, limits, lambda _: None).prove(milestones)
    if not isinstance(answer, tuple):
        return none("no schedule meets every rule" if answer.status == "infeasible" else "none was found within the limit")
    return Certain(
        {
            found.milestone: CertainDate(
                network.clock.show(found.boundary, plan.convention(Point(found.milestone, "start"))),
                found.proof,
                found.bound_by,
                evidence(earliest, found.milestone),
            )
            for found in answer[0]
        }
    )
