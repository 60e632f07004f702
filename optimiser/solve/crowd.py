"""CP-SAT where a plan has too much capacity-bound work to search the whole axis: what it is asked, and on which part.

Where bounds and a checked schedule meet already, CP-SAT confirms both halves apart: the longest path on the plan without
its capacities, and the schedule held in place on the whole plan. Where they do not, it searches the part of the plan that
the milestone can feel, between the bounds that are left; its order is then followed over the whole plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.plan import Plan
from models.rules import AtLeast, Blackout, Capacity, Dependency, Rule
from models.schedule import Schedule
from optimiser.critical import Earliest, Network, latest_times, list_schedule, resources
from optimiser.critical.backward import reaches
from optimiser.encoding import Answer, Encoding, Limits, Window

__all__ = ["MOST_DETERMINISTIC_TIME", "Closed", "close", "confirm", "felt_by"]

MOST_DETERMINISTIC_TIME = 1.5
"""Deterministic seconds of one search of a large plan: beyond this a gap is reported rather than waited for."""

MARGIN = 30
"""How far around the earliest positions the longest path is confirmed, in boundaries."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What a search on a part of the plan came to.

    Attributes
    ----------
    values
        Boundary of each node of a schedule of the whole plan in the order found; None where there is none.
    bound
        A boundary that the milestone cannot be before.
    status
        CP-SAT's verdict on the part.
    deterministic_time
        Deterministic seconds used.
    """

    values: list[int] | None
    bound: int
    status: str
    deterministic_time: float


def confirm(earliest: Earliest, milestone: str, schedule: Schedule, limits: Limits) -> tuple[bool, float]:
    """Have CP-SAT say the same as the longest path, and accept a schedule.

    Returns
    -------
    confirmed : bool
        Whether both were decided within the limits.
    deterministic_time : float

    Raises
    ------
    AssertionError
        If the witnesses disagree: our fault, and never to be reported as a date.
    """
    network = earliest.network
    plan, clock = network.plan, network.clock
    bare = plan.evolve(rules=tuple(rule for rule in plan.rules if not isinstance(rule, Capacity)))
    near = {item: Window(*(_around(network, value) for value in earliest.position(item))) for item in _placed(plan)}
    path = Encoding(bare, clock, windows=near, switches=False).earliest(milestone, limits=limits)
    boundary = earliest.values[network.nodes[milestone, "start"]]
    assert path.status != "infeasible", f"CP-SAT finds {milestone} infeasible without capacity, the longest path does not"
    assert path.status != "optimal" or path.boundary == boundary, (
        f"the witnesses disagree on {milestone} without capacity: longest path {boundary}, CP-SAT {path.boundary}"
    )
    held = {
        place.id: Window((place.start, place.start), (place.finish, place.finish))
        for place in schedule.positions
        if place.id in near
    }
    kept = Encoding(plan, clock, windows=held, switches=False).feasible(None, None, limits=limits)
    assert kept.status != "infeasible", "CP-SAT refuses a schedule that the checker accepts"
    decided = path.status == "optimal" and kept.status == "feasible"
    return decided, path.deterministic_time + kept.deterministic_time


def _placed(plan: Plan) -> tuple[str, ...]:
    """Return the items that have a place of their own."""
    return (*(item.id for item in plan.activities), *(item.id for item in plan.milestones))


def _around(network: Network, value: int) -> tuple[int, int]:
    clock = network.clock
    return max(clock.origin, value - MARGIN), min(clock.limit, value + MARGIN)


def close(earliest: Earliest, milestone: str, floor: int, found: Sequence[int] | None, limits: Limits) -> Closed:
    """Search the part of a plan that a milestone can feel, between a bound and a schedule.

    Parameters
    ----------
    earliest
        A feasible forward pass, capacity left out.
    milestone
        Whose date is to be early.
    floor
        A boundary that it cannot be before.
    found
        Boundary of each node of the best schedule so far.
    limits
        Of CP-SAT; its deterministic time is cut to `MOST_DETERMINISTIC_TIME`.
    """
    network = earliest.network
    clock, node = network.clock, network.nodes[milestone, "start"]
    ceiling = clock.limit if found is None else found[node]
    late = latest_times(network, {node: ceiling})
    part = felt_by(network, milestone)
    windows = {}
    for item in _placed(part):
        start, finish = network.item_nodes(item)
        windows[item] = Window((earliest.values[start], late[start]), (earliest.values[finish], late[finish]))
    encoding = Encoding(part, clock, windows=windows, switches=False)
    hint = None
    if found is not None:
        from optimiser.solve.placement import schedule_of

        hint = schedule_of(network, found)
    cut = replace(limits, deterministic_time=min(limits.deterministic_time, MOST_DETERMINISTIC_TIME))
    answer: Answer = encoding.earliest(milestone, floor=floor, ceiling=ceiling, hint=hint, limits=cut)
    bound = max(floor, answer.bound or floor)
    values = None
    if answer.positions is not None:
        starts = {item: start for item, (start, _) in answer.positions.items()}
        values = list_schedule(
            network, resources(network.plan, clock), lambda item, now: (0, starts[item]) if item in starts else (1, now)
        )
    return Closed(values, bound, answer.status, answer.deterministic_time)


def felt_by(network: Network, milestone: str) -> Plan:
    """Return the part of a plan that can move a milestone: a relaxation, as what is left out could only be in the way."""
    plan = network.plan
    affects = reaches(network, network.nodes[milestone, "start"])
    kept = {item for item in _placed(plan) if any(affects[node] for node in network.item_nodes(item))}
    rules = []
    for rule in plan.rules:
        cut = _cut(rule, kept)
        if cut is not None:
            rules.append(cut)
    return plan.evolve(
        activities=tuple(item for item in plan.activities if item.id in kept),
        milestones=tuple(item for item in plan.milestones if item.id in kept),
        hammocks=(),
        rules=tuple(rules),
    )


def _cut(rule: Rule, kept: set[str]) -> Rule | None:
    """Return what a rule asks of some items alone, None where that is nothing."""
    if isinstance(rule, Capacity):
        demands = tuple(entry for entry in rule.demands if entry.item in kept)
        return rule.model_copy(update={"demands": demands}) if demands else None
    if isinstance(rule, Blackout):
        items = tuple(item for item in rule.items if item in kept)
        return rule.model_copy(update={"items": items}) if items else None
    named = {point.item for point in rule.points()}
    if isinstance(rule, AtLeast | Dependency) or named <= kept:
        return rule if named <= kept else None
    points = tuple(point for point in rule.points() if point.item in kept)
    return rule.model_copy(update={"at": points}) if rule.kind == "equality" and len(points) > 1 else None
