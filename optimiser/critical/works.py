"""The items of a plan of days as nodes: two of work, one of an event, and what is done of them.

Of work that has begun the two nodes are those of what is left of it, which starts no earlier than the status date; its actual
start is a node of its own, from which lags count. What is past has a place and no inequality that could move it.
"""

from __future__ import annotations

import numpy as np

from models.duration import Duration, Reference
from models.items import Activity, Milestone
from models.plan import Plan
from models.progress import Progress
from models.rules import Point
from optimiser.clock import Boundaries
from optimiser.critical.arcs import Arc, Family, inverse, next_place
from optimiser.critical.network import Network, duration_slot

__all__ = ["lay_items", "past", "waiting"]


def past(plan: Plan, point: Point) -> bool:
    """Return whether a point, whose end is filled in, has come."""
    return plan.done(point.item) or (point.end == "start" and plan.under_way(point.item))


def waiting(network: Network, point: Point) -> int | None:
    """Return the node on which links bound a point, or of begun work what is left of it; None where they move nothing."""
    plan = network.plan
    if plan.done(point.item) or (plan.logic == "override" and plan.under_way(point.item)):
        return None
    return network.node(point)


def lay_items(network: Network) -> None:
    """Make the nodes of activities and milestones, in the order of the plan, and the inequalities of each by itself."""
    plan, floor = network.plan, network.since
    for activity in plan.activities:
        for end in ("start", "finish"):
            network.nodes[activity.id, end] = _node(network, Point(activity.id, end), floor if end == "start" else None)
    for milestone in plan.milestones:
        node = _node(network, Point(milestone.id, "start"), floor)
        network.nodes[milestone.id, "start"] = network.nodes[milestone.id, "finish"] = node
        if plan.done(milestone.id):
            network.base[node] = _met(network, milestone)
    for activity in plan.activities:
        _lay_work(network, activity)


def _node(network: Network, point: Point, base: int | None) -> int:
    network.points.append(point)
    network.base.append(network.clock.origin if base is None else base)
    return len(network.points) - 1


def _met(network: Network, milestone: Milestone) -> int:
    """Return where an event has come."""
    progress = milestone.progress or Progress()
    date = progress.actual_finish or progress.actual_start
    assert date is not None
    return max(network.clock.origin, network.clock.boundary(date, milestone.shown))


def _lay_work(network: Network, activity: Activity) -> None:
    """Lay what work there is still to do, all of it or what is left; and where it was done."""
    plan, clock, progress = network.plan, network.clock, activity.progress
    start, finish = network.item_nodes(activity.id)
    slot = duration_slot(activity.id)
    network.enabled[slot] = plan.switch(activity.enabled)
    if isinstance(activity.enabled, Reference):
        network.switch_slots[slot] = activity.enabled.name
    length = plan.still_to_do(activity)
    assumed = (activity.duration.name,) if isinstance(activity.duration, Reference) else ()
    if progress is not None and progress.actual_start is not None:
        began = max(clock.origin, clock.boundary(progress.actual_start, "opens"))
        assumed = ()
        if progress.actual_finish is not None:
            network.base[start] = began
            network.base[finish] = max(began, clock.boundary(progress.actual_finish, "closes"))
            network.durations[start] = Arc(start, finish, slot, Family(clock, 1), network.base[finish] - began, (), (slot,))
            return
        network.began[activity.id] = _node(network, Point(activity.id, "start"), began)
        if progress.resume is not None:
            network.base[start] = max(network.base[start], clock.boundary(progress.resume, "opens"))
    _compile_duration(network, activity, length, (*assumed, slot))


def _compile_duration(network: Network, activity: Activity, duration: Duration, slots: tuple[str, ...]) -> None:
    """``b(finish) = b(start) + duration``, and a start on a day the activity's own calendar works."""
    plan, clock = network.plan, network.clock
    start, finish = network.item_nodes(activity.id)
    slot = duration_slot(activity.id)
    own = activity.calendar if activity.calendar != plan.calendar else None
    if duration.unit == "wd" and own is None:
        forwards, backwards = Family(clock, 1), Family(clock, -1)
    else:
        axis = np.arange(clock.size + 1, dtype=np.int64)

        def finishes(amount: int) -> Boundaries:
            return clock.finishes(axis, amount, duration.unit, own)

        forwards = Family(clock, 0, finishes)
        backwards = Family(clock, 0, lambda amount: inverse(finishes(amount), clock.size))
    network.durations[start] = Arc(start, finish, slot, forwards, duration.amount, slots, (slot,))
    network.arcs.append(network.durations[start])
    network.arcs.append(Arc(finish, start, slot, backwards, duration.amount, slots, mirrored=True))
    if own is not None:
        worked = next_place(np.flatnonzero(clock.may_start(own)), clock.size, clock.beyond)
        idle = np.arange(clock.size + 1, dtype=np.int64)
        family = Family(clock, 0, lambda amount: worked if amount else idle)
        network.arcs.append(Arc(start, start, slot, family, duration.amount, slots, (slot,)))
