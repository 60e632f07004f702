"""CP-SAT where a plan has too much capacity-bound work to search the whole axis: what it is asked, and on which part.

Where bounds and a checked schedule meet already, CP-SAT confirms both halves apart: the longest path on the plan without
its capacities, and the schedule held in place on the whole plan. Where they do not, dates between them are supposed one by
one, and CP-SAT says of each whether the work it asks for can be done (see `optimiser.solve.supposing`). What that leaves
open it searches with the part of the plan that the milestone can feel. The order of whatever it finds is followed over the
whole plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from models.plan import Plan
from models.rules import AtLeast, Blackout, Capacity, Dependency, Rule
from models.schedule import Schedule
from optimiser.critical import Earliest, Levelling, Network, Resource, best_schedule, latest_times, list_schedule
from optimiser.critical.backward import reaches
from optimiser.critical.bounds import overload_before
from optimiser.critical.levelling import Key
from optimiser.encoding import Answer, Encoding, Limits, Window, decide
from optimiser.solve.supposing import Supposing

__all__ = [
    "EACH_DETERMINISTIC_TIME",
    "MOST_DETERMINISTIC_TIME",
    "Closed",
    "Verdict",
    "close",
    "confirm",
    "felt_by",
    "judge",
    "narrow",
]

MOST_DETERMINISTIC_TIME = 1.5
"""Deterministic seconds of one search of a large plan: beyond this a gap is reported rather than waited for."""

EACH_DETERMINISTIC_TIME = (0.03, 0.4)
"""Deterministic seconds for each date supposed, first for all and then for those left open; most take a hundredth of it."""

JUDGED_FIRST = 0.03
"""Deterministic seconds before list schedules are tried, for whether a date can be met."""

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


def narrow(
    earliest: Earliest,
    pools: Sequence[Resource],
    milestone: str,
    low: int,
    found: Sequence[int],
    limits: Limits,
    *,
    supposing: Supposing | None = None,
    each: Sequence[float] = EACH_DETERMINISTIC_TIME,
) -> Closed:
    """Suppose dates between a bound and a schedule, halving what lies between them, until they meet or none is decided.

    Parameters
    ----------
    earliest
        A feasible forward pass, capacity left out.
    pools
        The capacities; they may be others than the plan's.
    milestone
        Whose date is to be early.
    low
        A boundary that it cannot be before.
    found
        Boundary of each node of the best schedule so far.
    limits
        Of CP-SAT, all dates together.
    supposing
        The plan prepared, where several capacities are asked about.
    each
        Deterministic seconds for one date, round by round.

    Returns
    -------
    Closed
        ``optimal`` where bound and schedule meet, ``feasible`` where dates between them are left undecided. The
        schedule is inside the capacities and the network; it is for the caller to have it checked.

    Notes
    -----
    What refutes a date refutes all before it, and a schedule at a date does for all after it. A date that is not decided,
    or whose order leads to a later one over the whole plan, leaves dates before and after it to be tried.
    """
    node = earliest.network.nodes[milestone, "start"]
    supposing = supposing or Supposing(earliest, pools)
    levelling = Levelling(earliest.network, pools)
    best, spent = list(found), 0.0
    for seconds in each:
        open_from = open_to = -1  # the dates that this round left undecided
        while low < best[node]:
            boundary = _next(low, best[node], open_from, open_to)
            left = min(seconds, limits.deterministic_time - spent)
            if boundary is None or left <= 0:
                break
            work = supposing.work(node, boundary, pools)
            decided = None if work is None else decide(work, replace(limits, deterministic_time=left))
            spent += 0.0 if decided is None else decided.deterministic_time
            if decided is None or decided.status == "infeasible":
                low = boundary + 1
                continue
            values = levelling.schedule(_first(decided.starts)) if decided.starts else None
            if values is not None and values[node] < best[node]:
                best = values
            if best[node] > boundary:
                open_from, open_to = (boundary if open_from < 0 else min(open_from, boundary)), max(open_to, boundary)
    return Closed(best, low, "optimal" if low == best[node] else "feasible", spent)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a milestone can be at or before a boundary inside some capacities.

    Attributes
    ----------
    status
        ``met`` by a schedule, ``refuted``, or ``open`` where the limit came first.
    values
        Boundary of each node of the schedule.
    solver
        Whether CP-SAT was needed to refute it.
    """

    status: Literal["met", "refuted", "open"]
    values: list[int] | None = None
    solver: bool = False


def judge(
    earliest: Earliest, pools: Sequence[Resource], milestone: str, boundary: int, limits: Limits, *, supposing: Supposing
) -> Verdict:
    """Say whether a milestone can be at or before a boundary: by energy, by CP-SAT, by list schedules.

    Parameters
    ----------
    earliest
        A feasible forward pass, capacity left out.
    pools
        The capacities; they may be others than the plan's.
    milestone, boundary
        What is asked.
    limits
        Of CP-SAT.
    supposing
        The plan prepared.
    """
    node = earliest.network.nodes[milestone, "start"]
    if boundary < earliest.values[node] or overload_before(earliest, pools, node, boundary):
        return Verdict("refuted")
    work = supposing.work(node, boundary, pools)
    for seconds in (JUDGED_FIRST, limits.deterministic_time):
        decided = None if work is None else decide(work, replace(limits, deterministic_time=seconds))
        if decided is None or decided.status == "infeasible":
            return Verdict("refuted", solver=decided is not None)
        values = list_schedule(earliest.network, pools, _first(decided.starts)) if decided.starts else None
        if values is None or values[node] > boundary:
            values = best_schedule(earliest, pools, milestone, floor=boundary)
        if values is not None and values[node] <= boundary:
            return Verdict("met", values)
        if decided.status == "feasible":
            break
    return Verdict("open")


def _next(low: int, high: int, open_from: int, open_to: int) -> int | None:
    """Return the boundary to suppose next: halfway, past what is open where there is room, else before it."""
    if open_from < 0:
        return (low + high) // 2
    if open_to + 1 < high:
        return (open_to + high) // 2
    return (low + open_from) // 2 if low < open_from else None


def _first(starts: Mapping[str, int]) -> Key:
    """Return the order in which some activities come first, as they start, and all others after them, as they can."""
    return lambda item, now: (0, starts[item]) if item in starts else (1, now)


def close(
    earliest: Earliest, pools: Sequence[Resource], milestone: str, floor: int, found: Sequence[int] | None, limits: Limits
) -> Closed:
    """Search the part of a plan that a milestone can feel, between a bound and a schedule.

    Parameters
    ----------
    earliest
        A feasible forward pass, capacity left out.
    pools
        The plan's capacities.
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
        values = list_schedule(network, pools, lambda item, now: (0, starts[item]) if item in starts else (1, now))
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
