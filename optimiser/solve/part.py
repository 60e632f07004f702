"""CP-SAT asked about a plan itself: searched as a whole, or, where it is too large, on the part that a milestone can feel.

Where bounds and a checked schedule meet already, CP-SAT confirms both apart: the longest path on the plan without its
capacities, and the schedule held in place on the whole plan. The order of whatever it finds is followed over the whole plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.plan import Plan
from models.rules import AtLeast, Blackout, Capacity, Dependency, Rule
from models.schedule import Schedule
from optimiser.clock import MinuteClock
from optimiser.critical import Earliest, Network, latest_times, reaches
from optimiser.encoding import Answer, Window
from optimiser.solve.deadline import Deadline
from optimiser.solve.placement import complete, schedule_of
from optimiser.solve.problem import Problem
from optimiser.solve.search import MOST_DETERMINISTIC_TIME, too_large

if TYPE_CHECKING:
    from optimiser.encoding import Encoding, Places

__all__ = ["Searched", "confirm", "encoded", "felt_by", "left_shifted", "searched"]

MARGIN = 30
"""In a larger plan CP-SAT searches this many boundaries before and after the earliest position of each point."""
MINUTES_AROUND = 10 * 24 * 60
"""In a plan in minutes it searches this many."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What CP-SAT came to.

    Attributes
    ----------
    values
        Boundary of each node of a schedule of the whole plan in the order found; None where there is none.
    bound
        A boundary that the milestone cannot be before.
    nowhere
        Whether there is no schedule at all.
    """

    values: Sequence[int] | None
    bound: int
    nowhere: bool = False


def searched(problem: Problem, milestone: str, floor: int, best: Sequence[int] | None, deadline: Deadline) -> Searched:
    """Search a plan, or the part of a large plan that a milestone can feel, between a bound and a schedule.

    Parameters
    ----------
    floor
        A boundary that the milestone cannot be before.
    best
        Boundary of each node of the best schedule known.
    """
    network, node = problem.network, problem.node(milestone)
    ceiling = None if best is None else best[node]
    if too_large(network):
        return _part_searched(problem, milestone, floor, best, deadline)
    encoding = encoded(problem.plan, problem.earliest)
    hint = None if best is None else complete(network, best)
    answer = encoding.earliest(milestone, floor=floor, ceiling=ceiling, hint=hint, limits=deadline.call())
    deadline.spend(answer.deterministic_time)
    if answer.status == "infeasible":
        if ceiling is not None:
            return Searched(None, floor)
        again = encoding.confirm_infeasible(None, None, limits=deadline.call())
        deadline.spend(again.deterministic_time)
        return Searched(None, floor, nowhere=again.status == "infeasible")
    values = None if answer.positions is None else left_shifted(problem, answer.positions, node)
    return Searched(values, max(floor, answer.bound or floor))


def _part_searched(problem: Problem, milestone: str, floor: int, best: Sequence[int] | None, deadline: Deadline) -> Searched:
    """Search the part of the plan upstream of a milestone: a refutation there holds for the plan, a schedule gives an order."""
    from optimiser.encoding import Encoding

    network, node, earliest = problem.network, problem.node(milestone), problem.earliest
    ceiling = problem.clock.limit if best is None else best[node]
    late = latest_times(network, {node: ceiling})
    part = felt_by(problem.plan, network, milestone)
    windows = {}
    for item in _placed(part):
        start, finish = network.item_nodes(item)
        windows[item] = Window((earliest.values[start], late[start]), (earliest.values[finish], late[finish]))
    answer: Answer = Encoding(part, problem.clock, windows=windows, switches=False).earliest(
        milestone,
        floor=floor,
        ceiling=ceiling,
        hint=None if best is None else schedule_of(network, best),
        limits=deadline.call(MOST_DETERMINISTIC_TIME),
    )
    deadline.spend(answer.deterministic_time)
    values = None
    if answer.positions is not None:
        starts = {item: start for item, (start, _) in answer.positions.items()}
        values = problem.levelling.schedule(lambda item, now: (0, starts[item]) if item in starts else (1, now))
    return Searched(values, max(floor, answer.bound or floor))


def encoded(plan: Plan, earliest: Earliest) -> Encoding:
    """Encode a plan over the whole axis, or, where that is too large, near its earliest positions."""
    from optimiser.encoding import Encoding

    network = earliest.network
    windows = None
    if too_large(network):
        windows = {
            item: Window(*(_around(network, value) for value in earliest.position(item))) for item in _placed(network.plan)
        }
    return Encoding(plan, network.clock, windows=windows, switches=False)


def left_shifted(problem: Problem, positions: Places, node: int) -> Sequence[int]:
    """Return CP-SAT's schedule drawn to the left: placed again in the order of its own starts, where that holds."""
    starts = {item: start for item, (start, _) in positions.items()}
    raw = problem.network.valued(positions)
    drawn = problem.levelling.schedule(lambda item, _: (starts[item],))
    return raw if drawn is None or drawn[node] > raw[node] or not problem.holds(drawn) else drawn


def confirm(problem: Problem, milestone: str, schedule: Schedule, deadline: Deadline) -> bool:
    """Have CP-SAT say the same as the longest path, and accept a schedule; return whether both were decided in time.

    Raises
    ------
    AssertionError
        If the witnesses disagree: our fault, and never to be reported as a date.
    """
    from optimiser.encoding import Encoding

    plan = problem.plan
    bare = plan.evolve(rules=tuple(rule for rule in plan.rules if not isinstance(rule, Capacity)))
    path = encoded(bare, problem.earliest).earliest(milestone, limits=deadline.call())
    boundary = problem.earliest.values[problem.node(milestone)]
    assert path.status != "infeasible", f"CP-SAT finds {milestone} infeasible without capacity, the longest path does not"
    assert path.status != "optimal" or path.boundary == boundary, (
        f"the witnesses disagree on {milestone} without capacity: longest path {boundary}, CP-SAT {path.boundary}"
    )
    held = {
        place.id: Window((place.start, place.start), (place.finish, place.finish))
        for place in schedule.positions
        if (place.id, "start") in problem.network.nodes
    }
    kept = Encoding(plan, problem.clock, windows=held, switches=False).feasible(None, None, limits=deadline.call())
    assert kept.status != "infeasible", "CP-SAT refuses a schedule that the checker accepts"
    deadline.spend(path.deterministic_time + kept.deterministic_time)
    return path.status == "optimal" and kept.status == "feasible"


def _placed(plan: Plan) -> tuple[str, ...]:
    """Return the items that have a place of their own."""
    return (*(item.id for item in plan.activities), *(item.id for item in plan.milestones))


def _around(network: Network, value: int) -> tuple[int, int]:
    clock = network.clock
    margin = MINUTES_AROUND if isinstance(clock, MinuteClock) else MARGIN
    return max(clock.origin, value - margin), min(clock.limit, value + margin)


def felt_by(plan: Plan, network: Network, milestone: str) -> Plan:
    """Return the part of a plan that can move a milestone: a relaxation, as what is left out could only be in the way."""
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
    """Return a rule restricted to some items, None where nothing of it is left."""
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
