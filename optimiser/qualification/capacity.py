"""Capacity against dates: the whole curve, the least that meets a date, and the cheapest together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import pairwise

from models.allocation import CapacityCurve, CapacityPoint, JointCapacity, LeastCapacity
from models.findings import ProofClass
from optimiser.critical import Resource
from optimiser.qualification.stage import Between, Stage

__all__ = ["curve", "joint_capacity", "least_capacity"]

BEYOND = 12
"""How many slots more than now the curve goes at most, once nothing is gained any more."""


def curve(stage: Stage, rule: str, milestone: str | None = None) -> CapacityCurve:
    """Return the date as a function of one capacity's slots, from the fewest that any schedule needs to where more gains nothing.

    Notes
    -----
    A schedule with fewer slots is one with more, and a bound with more slots is one with fewer; each point has the
    better of its own and its neighbours', so the curve is monotone as the dates are.
    """
    milestone = milestone or stage.target
    now = stage.slots(rule)
    unlimited = stage.between(milestone, stage.with_slots({rule: None}))
    found: dict[int, Between] = {}
    most = max((pool.demand[item] for pool in stage.pools if pool.rule == rule for item in pool.demand), default=1)
    slots, known = now, None
    while True:  # up from now, to where nothing is gained
        found[slots] = stage.between(milestone, stage.with_slots({rule: slots}), known=known)
        known = found[slots].values
        if (found[slots].high == unlimited.high and found[slots].high is not None) or slots >= now + BEYOND:
            break
        slots += 1
    if found[now].high == unlimited.high:
        slots = now
    for fewer in range(now - 1, most - 1, -1):
        found[fewer] = stage.between(milestone, stage.with_slots({rule: fewer}))
        if found[fewer].high is None:
            break
    points = _monotone(found)
    saturated = [slots for slots, point in points.items() if point.high is not None and point.high == unlimited.high]
    return CapacityCurve(
        resource=rule,
        now=now,
        points=tuple(_point(stage, milestone, slots, point) for slots, point in sorted(points.items())),
        saturates_at=min(saturated, default=None),
        then_binds=_then_binds(stage, milestone, rule, unlimited),
    )


def _monotone(found: dict[int, Between]) -> dict[int, Between]:
    """Give each point the best schedule of fewer slots, and the best bound of more."""
    ordered = sorted(found)
    points = dict(found)
    for fewer, more in pairwise(ordered):
        less = points[fewer]
        if less.high is not None and (points[more].high is None or less.high < points[more].high):  # type: ignore[operator]
            points[more] = Between(min(points[more].low, less.high), less.high, less.values)
    for more, fewer in pairwise(ordered[::-1]):
        low = max(points[fewer].low, points[more].low)
        points[fewer] = Between(low, points[fewer].high, points[fewer].values)
    return points


def _point(stage: Stage, milestone: str, slots: int, point: Between) -> CapacityPoint:
    proof: ProofClass = point.proof
    if point.high is None:
        return CapacityPoint(slots=slots, date=None, earliest=None, proof="gap")
    return CapacityPoint(
        slots=slots, date=stage.show(milestone, point.high), earliest=stage.show(milestone, point.low), proof=proof
    )


def _then_binds(stage: Stage, milestone: str, rule: str, unlimited: Between) -> str:
    """Say what holds the date once a capacity does not."""
    if unlimited.high is None:
        return "another capacity lets nothing through"
    if unlimited.high == stage.earliest.values[stage.node(milestone)]:
        return "readiness, test lengths and boards: no capacity at all"
    others = [pool.rule for pool in stage.pools if pool.rule != rule]
    gains = {}
    for other in others:
        freed = stage.between(milestone, stage.with_slots({rule: None, other: None}))
        if freed.high is not None and freed.high < unlimited.high:
            gains[other] = unlimited.high - freed.high
    if gains:
        best = max(gains, key=lambda name: gains[name])
        return f"{best} ({gains[best]} wd)"
    return "several capacities together" if unlimited.low < unlimited.high or others else "nothing else"


def least_capacity(stage: Stage, by: dt.date, tell: Callable[[str], None]) -> tuple[LeastCapacity, ...]:
    """Return the fewest slots of each capacity, all others as they are, with which all suppliers are through by a day."""
    boundary = _by(stage, by)
    found = []
    for pool in stage.pools:
        tell(f"least {pool.rule}")
        rule, now = pool.rule, stage.slots(pool.rule)
        if stage.meets(stage.with_slots({rule: None}), boundary) is None:
            none = stage.refuted(stage.with_slots({rule: None}), boundary)
            found.append(LeastCapacity(resource=rule, now=now, least=None, proved=none))
            continue
        low, high = 1, len(pool.demand)
        while low < high:
            middle = (low + high) // 2
            if stage.meets(stage.with_slots({rule: middle}), boundary) is None:
                low = middle + 1
            else:
                high = middle
        proved = low == 1 or stage.refuted(stage.with_slots({rule: low - 1}), boundary)
        found.append(LeastCapacity(resource=rule, now=now, least=low, proved=proved))
    return tuple(found)


def _by(stage: Stage, by: dt.date) -> int:
    """Return the boundary that a target day means for the milestone of all suppliers."""
    return stage.clock.boundary(by, "opens" if stage.plan.items[stage.target].shown == "opens" else "closes")  # type: ignore[union-attr]


def joint_capacity(stage: Stage, by: dt.date, tell: Callable[[str], None]) -> JointCapacity | None:
    """Return slots of all bodies that meet a day, none of which can be spared, the costly ones kept low first.

    The cost is a schedule's; ``at_least`` is what the slots cost that each body needs if the others had no limit, so no
    choice of slots that meets the day costs less.
    """
    boundary = _by(stage, by)
    cost = _costs(stage)
    fewest = {rule: _fewest(stage, rule, boundary) for rule in cost}
    if any(amount is None for amount in fewest.values()):
        return None
    floor = {rule: amount for rule, amount in fewest.items() if amount is not None}
    most = {pool.rule: len(pool.demand) for pool in stage.pools if pool.rule in cost}
    slots = {rule: max(floor[rule], stage.slots(rule)) for rule in cost}
    if stage.meets(stage.with_slots(slots), boundary) is None:
        slots = dict(most)
        if stage.meets(stage.with_slots(slots), boundary) is None:
            return None
    for rule in sorted(cost, key=lambda name: -cost[name]):
        tell(f"jointly: {rule}")
        low, high = floor[rule], slots[rule]
        while low < high:
            middle = (low + high) // 2
            if stage.meets(stage.with_slots({**slots, rule: middle}), boundary) is None:
                low = middle + 1
            else:
                high = middle
        slots[rule] = low
    return JointCapacity(
        slots=slots,
        cost=sum(cost[rule] * amount for rule, amount in slots.items()),
        at_least=sum(cost[rule] * amount for rule, amount in floor.items()),
    )


def _costs(stage: Stage) -> dict[str, int]:
    """Return the cost of a slot of each body."""
    rules: Sequence[Resource] = stage.pools
    live = {pool.rule for pool in rules}
    return {f"slots-{body.id}": body.slot_cost for body in stage.qualification.bodies if f"slots-{body.id}" in live}


def _fewest(stage: Stage, rule: str, boundary: int) -> int | None:
    """Return the fewest slots of one body that are not refuted with the others unlimited."""
    others: dict[str, int | None] = {pool.rule: None for pool in stage.pools if pool.rule != rule}
    low, high = 1, max(1, len(next(pool for pool in stage.pools if pool.rule == rule).demand))
    if stage.refuted(stage.with_slots({**others, rule: high}), boundary):
        return None
    while low < high:
        middle = (low + high) // 2
        if stage.refuted(stage.with_slots({**others, rule: middle}), boundary):
            low = middle + 1
        else:
            high = middle
    return low
